// One process of a simulated run, from opening the journal to its end, which may be a sudden one.

package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

var (
	errInterrupted = errors.New("interrupted")
	errReading     = errors.New("the input can't be read")
	errStuck       = errors.New("a thousand days have passed")
)

// An ending is how a process comes to its end if nothing else ends it.
type ending int

const (
	byItself  ending = iota
	killed           // what was written stays
	powerCut         // what was not synced is gone, or half of it
	interrupt        // by a signal
	diskFull         // the journal takes nothing more
	unread           // the input can't be read on
)

// A simProcess is a process of a run. Its ending comes at a step of an attempt
// or, when step is 0, at a time.
type simProcess struct {
	run      *simRun
	rng      *rand.Rand
	ending   ending
	step     int
	after    time.Duration
	readable int           // rows, with unread
	outage   time.Duration // from when on there is no connection for a while; 0: none
	back     time.Duration
	started  time.Time
	wire     *simWire
	journal  *journal.Journal
	disk     *simDisk
	doom     *doom                // where it dies, instead of an ending that was drawn
	final    func(row int64) bool // has a fate that is not to change
	cancel   context.CancelCauseFunc
	progress importer.Progress

	mu    sync.Mutex
	steps int
	dead  bool
	full  bool // the disk
}

func (r *simRun) newProcess(n int) *simProcess {
	p := &simProcess{run: r, rng: rand.New(rand.NewPCG(r.plan.seed, 100+uint64(n)))}
	p.wire = &simWire{world: r.world, died: make(chan struct{}), leave: p.leave, enter: p.enter, out: p.out, at: p.at}
	if n <= len(r.plan.dooms) {
		p.doom = &r.plan.dooms[n-1]
		p.ending = p.doom.ending
	}
	if n > r.plan.noisy || len(r.plan.dooms) > 0 {
		return p
	}
	if chance(p.rng, r.plan.deadly) {
		p.ending = pick(p.rng, killed, killed, powerCut, powerCut, powerCut, interrupt, diskFull, unread)
	}
	p.readable = p.rng.IntN(r.plan.rows)
	p.after = upTo(p.rng, pick(p.rng, 3*time.Second, 30*time.Second, 10*time.Minute))
	if chance(p.rng, 0.6) {
		p.step = 1 + p.rng.IntN(4*(1+pick(p.rng, 3, 30, 2*r.plan.rows/r.plan.batch)))
	}
	if chance(p.rng, 0.15) {
		p.outage = upTo(p.rng, 30*time.Second)
		p.back = p.outage + upTo(p.rng, 100*time.Second)
	}
	return p
}

// live is the process's life. The error is what Run returned.
func (p *simProcess) live() error {
	r := p.run
	j, st, err := r.open()
	if err != nil {
		return fmt.Errorf("the journal can't be opened: %w", err)
	}
	p.journal, p.started = j, time.Now()
	p.disk = &simDisk{p: p, synced: j.Synced()}
	j.Wrap(p.disk.below)
	p.final = func(int64) bool { return false }
	if st != nil {
		defer st.Close()
		final := map[int64]bool{}
		for n := range int64(r.plan.rows) {
			k, ok := st.Kind(n + 1)
			final[n+1] = ok && (k != journal.InDoubt || !r.plan.key)
		}
		p.final = func(row int64) bool { return final[row] }
	}
	im, err := p.assemble(j, st)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	p.cancel = cancel
	defer time.AfterFunc(1000*24*time.Hour, func() { cancel(errStuck) }).Stop()
	if p.step == 0 && p.ending != byItself && p.doom == nil {
		defer time.AfterFunc(p.after, func() { _ = p.end() }).Stop()
	}
	err = importer.Run(ctx, im)
	if cerr := j.Close(); cerr != nil && !p.isFull() {
		err = errors.Join(err, fmt.Errorf("closing: %w", cerr))
	}
	return err
}

func (p *simProcess) assemble(j *journal.Journal, st *journal.State) (importer.Import, error) {
	plan := p.run.plan
	var key string
	if plan.key {
		key = simKey
	}
	m, err := mapping.Parse([]byte(plan.mapping()))
	if err != nil {
		return importer.Import{}, err
	}
	reader, err := csvfile.NewReader(strings.NewReader(p.run.input.csv), csvfile.Options{})
	if err != nil {
		return importer.Import{}, err
	}
	mapper, err := m.Compile(reader.Header())
	if err != nil {
		return importer.Import{}, err
	}
	creds := hubspot.Static("a-token")
	if plan.oauth {
		creds = hubspot.OAuth(hubspot.OAuthConfig{ClientID: "app", ClientSecret: "secret", RefreshToken: "the refresh token", Transport: p.wire})
	}
	if p.run.input.positions == nil { // the same for all processes
		open := func() (rows.Source, error) {
			return csvfile.NewReader(strings.NewReader(p.run.input.csv), csvfile.Options{})
		}
		if p.run.input.positions, err = rows.FindPositions(context.Background(), open, mapper); err != nil {
			return importer.Import{}, err
		}
	}
	client, err := hubspot.New(hubspot.Config{Credentials: creds, Timeout: plan.timeout, KeyProperty: key, Transport: p.wire})
	if err != nil {
		return importer.Import{}, err
	}
	im := importer.Import{
		Source: &simSource{p: p, from: reader}, API: client, Limiter: ratelimit.New(plan.limit),
		Journal: j, State: st, Name: "5ca1ab1e",
		Rows:      rows.Config{Mapper: mapper, Key: key, Duplicates: p.run.input.duplicates, Positions: p.run.input.positions},
		BatchSize: plan.batch, Workers: plan.workers, Progress: &p.progress,
	}
	if plan.wait {
		im.DailyReset = func(context.Context) (time.Time, error) { return midnight(), nil }
	}
	importer.SetStep(&im, p.hook)
	return im, nil
}

func midnight() time.Time { return time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

// A simSource is the input, which may break.
type simSource struct {
	p    *simProcess
	from *csvfile.Reader
	last int64 // row
}

func (s *simSource) Header() []string { return s.from.Header() }

func (s *simSource) Read() (*csvfile.Record, error) {
	if err := s.p.at(pointMap, s.last%int64(s.p.run.plan.batch) == 1); err != nil {
		return nil, err
	}
	rec, err := s.from.Read()
	if err == nil {
		s.last = rec.Row
		if err := s.p.at(pointRead, rec.Row%int64(s.p.run.plan.batch) == 1); err != nil {
			return nil, err
		}
	}
	if err == nil && s.p.ending == unread && rec.Row > int64(s.p.readable) {
		return nil, errReading
	}
	return rec, err
}

// hook is called at each step of each attempt.
func (p *simProcess) hook(step string) error {
	if err := p.at(pointSlice, step == "before the intent"); err != nil {
		return err
	}
	p.mu.Lock()
	p.steps++
	now := p.steps == p.step && p.ending != byItself
	dead := p.dead
	p.mu.Unlock()
	if dead {
		return errProcessDied
	}
	if now {
		return p.end()
	}
	return nil
}

// end is where the process ends as it is doomed to.
func (p *simProcess) end() error {
	switch p.ending {
	case interrupt:
		p.cancel(errInterrupted)
	case diskFull:
		// The nearest to it that can be had from outside: a journal that
		// was closed refuses every record from then on.
		p.mu.Lock()
		p.full = true
		p.mu.Unlock()
		_ = p.journal.Close()
	case killed, powerCut:
		if err := p.die(); err != nil {
			return err
		}
		p.cancel(errProcessDied)
		return errProcessDied
	}
	return nil
}

// die is the instant of the death: the next process finds what the file holds
// now, and of this one nothing leaves any more.
func (p *simProcess) die() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errProcessDied
	}
	p.dead = true
	close(p.wire.died)
	synced := p.disk.durable()
	data, err := os.ReadFile(p.run.path)
	if err != nil {
		return err
	}
	if p.ending == powerCut && int64(len(data)) > synced {
		lost := data[synced:]
		kept := p.rng.IntN(len(lost) + 1)
		if chance(p.rng, 0.3) {
			clear(lost[kept:]) // the file's size was written, its bytes not
		} else {
			data = data[:synced+int64(kept)]
		}
	}
	p.run.path = filepath.Join(p.run.dir, fmt.Sprintf("journal-%d.jsonl", p.run.tally.processes))
	return os.WriteFile(p.run.path, data, 0o600)
}

func (p *simProcess) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return errProcessDied
	}
	return nil
}

func (p *simProcess) out() bool {
	since := time.Since(p.started)
	return p.outage > 0 && since >= p.outage && since < p.back
}

// leave looks at what leaves: no row that had its fate when the process began
// and, of a sample, none without a durable intent.
func (p *simProcess) leave(names []string) {
	if len(names) == 0 {
		return
	}
	r := p.run
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, name := range names {
		if n := r.input.byName[name]; p.final(int64(n)) {
			r.fault("row %d leaves, though it had its fate", n)
		}
	}
	often := 64
	if len(r.plan.dooms) > 0 {
		often = 4
	}
	if r.leaving++; r.leaving%often > 0 || p.dead || p.full {
		return
	}
	open, err := r.openIn(p.journal.Synced())
	if err != nil {
		r.fault("reading what is durable of the journal: %v", err)
	}
	for _, name := range names {
		if n := r.input.byName[name]; !open[int64(n)] {
			r.fault("row %d leaves before its intent is durable", n)
		}
	}
}

// openIn returns the rows that are in flight by the first bytes of the journal.
func (r *simRun) openIn(size int64) (map[int64]bool, error) {
	f, err := os.Open(r.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	copied := filepath.Join(r.dir, "durable.jsonl")
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		return nil, err
	}
	st, err := journal.Load(copied)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	open := map[int64]bool{}
	for _, n := range st.OpenRows() {
		open[n] = true
	}
	return open, nil
}
