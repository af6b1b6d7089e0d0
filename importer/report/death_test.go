// Deaths while reports are written: at every operation on a disk that forgets what wasn't synced, after each batch of a run.

package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

var errDied = errors.New("the process has died")

// A disk is a folder in memory that knows what of it would survive a power cut.
// After its n-th operation nothing is done any more.
type disk struct {
	n     int // 0: it lives
	done  []string
	names map[string]*diskFile // as the process sees them
	kept  map[string]*diskFile // as they were synced
}

type diskFile struct {
	d            *disk
	data, synced []byte
}

// do counts an operation. What the process was dying in has been done.
func (d *disk) do(op string, f func()) error {
	if d.n > 0 && len(d.done) >= d.n {
		return errDied
	}
	d.done = append(d.done, op)
	f()
	if len(d.done) == d.n {
		return errDied
	}
	return nil
}

func (d *disk) Create(name string) (atomicfile.StorageFile, error) {
	f := &diskFile{d: d}
	if _, taken := d.names[name]; taken {
		return nil, fs.ErrExist
	}
	return f, d.do("create", func() { d.names[name] = f })
}

func (d *disk) Lstat(name string) (fs.FileInfo, error) {
	if _, ok := d.names[name]; !ok {
		return nil, fs.ErrNotExist
	}
	return fstest.MapFS{name: &fstest.MapFile{}}.Stat(name)
}

func (d *disk) Rename(from, to string) error {
	return d.do("rename", func() {
		d.names[to] = d.names[from]
		delete(d.names, from)
	})
}

func (d *disk) Remove(name string) error {
	if _, ok := d.names[name]; !ok {
		return fs.ErrNotExist
	}
	return d.do("remove", func() { delete(d.names, name) })
}

func (d *disk) Sync() error {
	return d.do("sync names", func() { d.kept = maps.Clone(d.names) })
}

// Abandoned returns all hidden files: nobody writes to this disk when it is asked.
func (d *disk) Abandoned() (names []string, err error) {
	for name := range d.names {
		if strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return names, nil
}

func (d *disk) Open(name string) (io.ReadCloser, error) {
	f, ok := d.names[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(f.data)), nil
}

func (d *disk) Lock() func() { return func() {} }
func (d *disk) Close() error { return nil }

func (f *diskFile) Write(p []byte) (int, error) {
	return len(p), f.d.do("write", func() { f.data = append(f.data, p...) })
}

func (f *diskFile) Sync() error {
	return f.d.do("sync", func() { f.synced = bytes.Clone(f.data) })
}

func (f *diskFile) Close() error {
	if f.d.n > 0 && len(f.d.done) >= f.d.n {
		return errDied
	}
	return nil
}

// fork is a disk with the same durable files, on which the n-th operation is the last.
func (d *disk) fork(n int) *disk {
	c := &disk{n: n, names: map[string]*diskFile{}, kept: map[string]*diskFile{}}
	for name, f := range d.names {
		c.names[name] = &diskFile{d: c, data: f.data, synced: f.synced}
		c.kept[name] = c.names[name]
	}
	return c
}

// reboot is what the next process finds: everything after a kill, and after a power
// cut what was synced, with some of the rest as chance will have it.
func (d *disk) reboot(cut bool, rng *rand.Rand) *disk {
	c := &disk{names: map[string]*diskFile{}}
	found := d.names
	if cut {
		found = maps.Clone(d.kept)
		for name, f := range d.names {
			if rng.IntN(2) == 0 {
				found[name] = f
			}
		}
	}
	for name, f := range found {
		data := f.data
		if cut {
			rest := len(f.data) - len(f.synced)
			data = f.data[:len(f.synced)+rng.IntN(rest+1)]
		}
		c.names[name] = &diskFile{d: c, data: data, synced: data}
	}
	c.kept = maps.Clone(c.names)
	return c
}

func (d *disk) reports() map[string]string {
	m := map[string]string{}
	for name, f := range d.names {
		if !strings.HasPrefix(name, ".") && name != stampName {
			m[name] = string(f.data)
		}
	}
	return m
}

// A patron creates what it is asked to, but for the rows that it refuses and those
// whose answer is lost, and ends the process after each batch.
type patron struct {
	api.API
	held map[string]string // id by name
	stop context.CancelFunc
}

func (p *patron) Create(_ context.Context, inputs []api.Input) api.Answer {
	defer p.stop()
	a := api.Answer{Outcome: api.Answered, Rate: api.Rate{Remaining: -1}}
	lost := false
	for _, in := range inputs {
		name := in.Record.Properties[0].Value
		switch n, _ := strconv.Atoi(name[1:]); {
		case n%7 == 0:
			a.Failures = append(a.Failures, api.Failure{Traces: []string{in.Trace}, Code: "INVALID", Property: "name", Message: "no"})
			continue
		case n%38 == 0:
			lost = true
		}
		p.held[name] = strconv.Itoa(1000 + len(p.held))
		a.Created = append(a.Created, api.Created{Trace: in.Trace, ID: p.held[name]})
	}
	if lost {
		return api.Answer{Outcome: api.Unknown, Rate: a.Rate, Refusal: api.Failure{Code: "NO_ANSWER", Message: "lost"}, Err: errDisk}
	}
	return a
}

// TestDeathInReports writes the reports of a run after each of its 20 batches, and
// dies behind each operation on the disk (append, sync, rename, sync of the folder;
// all of them), by a kill and by a power cut. What the next process finds are whole reports, of
// before or of now; and what it writes are those that would have been written.
func TestDeathInReports(t *testing.T) {
	const rows, batch = 100, 5
	input := "name\n"
	for n := 1; n <= rows; n++ {
		input += fmt.Sprintf("r%d\n", n)
	}
	src := source([]byte(input), csvfile.Options{})
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	p := &patron{held: map[string]string{}}
	rng := rand.New(rand.NewPCG(1, 13))
	now := &disk{names: map[string]*diskFile{}}
	points := map[string]int{}
	var st *journal.State
	for range rows / batch {
		st = p.session(t, path, []byte(input), batch)
		before := now.reports()
		whole := now.fork(0)
		counts, err := write(atomicfile.NewDir(whole), src, st, Options{})
		if err == nil {
			err = writeSummary(atomicfile.NewDir(whole), Summary{Counts: counts})
		}
		if err != nil {
			t.Fatal(err)
		}
		after := whole.reports()
		for n := 1; n <= len(whole.done); n++ {
			for _, cut := range []bool{false, true} {
				dying := now.fork(n)
				_, err := write(atomicfile.NewDir(dying), src, st, Options{})
				if err == nil {
					err = writeSummary(atomicfile.NewDir(dying), Summary{Counts: counts})
				}
				if !errors.Is(err, errDied) && whole.done[n-1] != "remove" {
					t.Fatalf("the death after %d operations: %v", n, err)
				}
				points[whole.done[n-1]]++
				next := dying.reboot(cut, rng)
				for name, text := range next.reports() {
					if text != before[name] && text != after[name] {
						t.Errorf("dead after %q, cut %t: %s is neither the report of before nor that of now:\n%s", dying.done, cut, name, text)
					}
				}
				for name := range before {
					if _, there := next.names[name]; !there && after[name] != "" {
						t.Errorf("dead after %q, cut %t: %s is gone", dying.done, cut, name)
					}
				}
				if _, err := write(atomicfile.NewDir(next), src, st, Options{}); err != nil {
					t.Fatal(err)
				}
				if err := writeSummary(atomicfile.NewDir(next), Summary{Counts: counts}); err != nil {
					t.Fatal(err)
				}
				for name := range next.names {
					if strings.HasPrefix(name, ".") {
						t.Errorf("dead after %q, cut %t: %s was left behind", dying.done, cut, name)
					}
				}
				if !maps.Equal(next.reports(), after) {
					t.Errorf("dead after %q, cut %t: the next process writes other reports", dying.done, cut)
				}
			}
		}
		now = whole
	}
	defer st.Close()
	p.check(t, now.reports(), rows)
	t.Logf("deaths: %v", points)
	for _, point := range []string{"write", "sync", "rename", "sync names"} {
		if points[point] < rows/batch {
			t.Errorf("only %d deaths at %s", points[point], point)
		}
	}
}

// session is a process that sends one batch more.
func (p *patron) session(t *testing.T, path string, input []byte, batch int) *journal.State {
	t.Helper()
	j, st, err := journal.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err = journal.Create(path, journal.Header{Run: "1a2b3c4d", Started: time.Unix(1e9, 0)})
	}
	if err != nil {
		t.Fatal(err)
	}
	if st != nil {
		defer st.Close()
	}
	m, err := mapping.Parse([]byte("properties: { name: name }\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := csvfile.NewReader(bytes.NewReader(input), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.Compile(r.Header())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	p.stop = stop
	err = importer.Run(ctx, importer.Import{
		Source: r, Rows: rows.Config{Mapper: mapper}, API: p, Journal: j, State: st, Name: "1a2b3c4d", BatchSize: batch, Workers: 1,
		Limiter: ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 100_000, Per: time.Second}}),
	})
	if err := errors.Join(j.Close(), err); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if st, err = journal.Load(path); err != nil {
		t.Fatal(err)
	}
	return st
}

// check compares the last reports with what the patron holds.
func (p *patron) check(t *testing.T, reports map[string]string, rows int) {
	t.Helper()
	places := map[string]int{}
	for _, name := range []string{resultsName, failuresName, inDoubtName} {
		report := parse(t, reports[name], csvfile.Options{})
		for _, row := range report.rows {
			places[row[0]]++
			switch id := p.held[row[0]]; {
			case name == resultsName && (id == "" || row[len(row)-2] != id):
				t.Errorf("%s holds %q, the id is %q", name, row, id)
			case name == failuresName && id != "":
				t.Errorf("%s holds %q, which has the id %s", name, row, id)
			}
		}
		if len(report.rows) < 5 {
			t.Errorf("%s holds %d rows: too few for a test", name, len(report.rows))
		}
	}
	if len(places) != rows {
		t.Errorf("%d of %d rows stand in the reports", len(places), rows)
	}
	for name, n := range places {
		if n > 1 {
			t.Errorf("%s stands in %d reports", name, n)
		}
	}
}
