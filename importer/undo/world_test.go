// A run in an account, and a process that undoes it until it dies.

package undo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

var errDeath = errors.New("the process died")

// A world is an account into which a run has put n rows, and the run's journal.
type world struct {
	t       *testing.T
	account *hubspottest.Account
	client  *hubspot.Client
	limiter *ratelimit.Limiter
	mapper  *mapping.Mapper
	csv     string
	run     *journal.State
	path    string           // of the undo's journal
	ids     map[int64]string // of the rows
	change  func(*Options)
}

// newWorld makes the records of the run by the run's own request.
func newWorld(t *testing.T, n int) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, account: hubspottest.New(hubspottest.Config{Quirks: hubspottest.Quirks{EchoTrace: true}}), path: filepath.Join(dir, "undo.jsonl"), ids: map[int64]string{}}
	var err error
	w.client, err = hubspot.New(hubspot.Config{Credentials: hubspot.Static("token"), Transport: w.account})
	w.must(err)
	w.limiter = ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 1000, Per: time.Second}})
	m, err := mapping.Parse([]byte("properties:\n  name: { column: name }\n  price: { column: price }\n"))
	w.must(err)
	w.mapper, err = m.Compile([]string{"name", "price"})
	w.must(err)

	// The run's own clock is a little fast.
	j, err := journal.Create(filepath.Join(dir, "run.jsonl"), journal.Header{Run: "1a2b3c4d", Started: time.Now().Add(time.Minute)})
	w.must(err)
	w.csv = "name,price\n"
	for from := 1; from <= n; from += api.MaxBatch {
		var inputs []api.Input
		var numbers []int64
		crc := uint32(0)
		for row := from; row < from+api.MaxBatch && row <= n; row++ {
			line := fmt.Sprintf("row-%d,%d.50", row, row)
			w.csv += line + "\n"
			crc = journal.Checksum(crc, []byte(line))
			rec := new(mapping.Record)
			if problems := w.mapper.Map(strings.Split(line, ","), rec); len(problems) > 0 {
				t.Fatal(problems)
			}
			inputs = append(inputs, api.Input{Trace: fmt.Sprint(row), Record: rec})
			numbers = append(numbers, int64(row))
		}
		ans := w.client.Create(context.Background(), inputs)
		var fates []journal.Fate
		for _, c := range ans.Created {
			var row int64
			fmt.Sscan(c.Trace, &row)
			w.ids[row] = c.ID
			fates = append(fates, journal.Fate{Row: row, Kind: journal.Created, ID: c.ID, Attempts: 1})
		}
		intent, err := j.Begin([]journal.Slice{{Span: journal.Span{From: numbers[0], To: numbers[len(numbers)-1]}, CRC: crc}}, nil, numbers, 1)
		w.must(err)
		w.must(j.End(intent, fates))
	}
	w.must(j.Complete(int64(n)))
	w.must(j.Close())
	w.run, err = journal.Load(filepath.Join(dir, "run.jsonl"))
	w.must(err)
	t.Cleanup(func() { w.run.Close() })
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) source() (rows.Source, error) {
	return csvfile.NewReader(strings.NewReader(w.csv), csvfile.Options{})
}

// undo is one process. It dies at the k-th step; 0: it lives.
func (w *world) undo(ctx context.Context, k int) (steps int, err error) {
	w.t.Helper()
	j, st, err := journal.Open(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err = journal.Create(w.path, journal.Header{Run: "1a2b3c4d", Started: time.Now()})
		w.must(err)
		w.must(j.Close())
		j, st, err = journal.Open(w.path)
	}
	w.must(err)
	defer st.Close()
	m := &mortal{API: w.client, life: k}
	j.Wrap(func(f journal.File) journal.File { return &mortalFile{f, m} })
	o := Options{
		Run: w.run, Source: "1234567", Open: w.source, Rows: rows.Config{Mapper: w.mapper}, Journal: j, State: st,
		API: m, Limiter: w.limiter, Workers: 1, batch: 4,
	}
	if w.change != nil {
		w.change(&o)
	}
	err = Run(ctx, o)
	j.Close()
	return m.steps, err
}

// A mortal counts steps, and fails each from the one on at which the process dies.
type mortal struct {
	api.API
	life, steps int
}

func (m *mortal) step() error {
	m.steps++
	if m.life > 0 && m.steps >= m.life {
		return errDeath
	}
	return nil
}

func (m *mortal) ReadProperties(ctx context.Context, by string, values, properties []string) (map[string]api.Record, error) {
	if err := m.step(); err != nil {
		return nil, err
	}
	return m.API.ReadProperties(ctx, by, values, properties)
}

// Archive dies before the request leaves, or when it was executed.
func (m *mortal) Archive(ctx context.Context, ids []string) api.Answer {
	if err := m.step(); err != nil {
		return api.Answer{Outcome: api.Unreachable, Stop: true, Err: err, Rate: api.Rate{Remaining: -1}}
	}
	ans := m.API.Archive(ctx, ids)
	if err := m.step(); err != nil {
		return api.Answer{Outcome: api.Unknown, Stop: true, Err: err, Rate: api.Rate{Remaining: -1}}
	}
	return ans
}

// A mortalFile dies before, amid or after a write, and before or after a sync.
type mortalFile struct {
	journal.File
	m *mortal
}

func (f *mortalFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.m.step(); err != nil {
		if f.m.steps == f.m.life && len(p) > 1 {
			f.File.WriteAt(p[:rand.IntN(len(p)-1)+1], off)
		}
		return 0, err
	}
	return f.File.WriteAt(p, off)
}

func (f *mortalFile) Sync() error {
	if err := f.m.step(); err != nil {
		return err
	}
	if err := f.File.Sync(); err != nil {
		return err
	}
	return f.m.step()
}

// exists reports whether the record of a row isn't archived.
func (w *world) exists(row int64) bool {
	for o := range w.account.Objects("line_items") {
		if o.ID == w.ids[row] {
			return !o.Archived
		}
	}
	w.t.Fatalf("row %d never had a record", row)
	return false
}

// fates are the fates of rows by the undo's journal, as far as they aren't archived.
func (w *world) fates() map[int64]string {
	w.t.Helper()
	st, err := journal.Load(w.path)
	w.must(err)
	defer st.Close()
	out := map[int64]string{}
	for row := range w.ids {
		fate, ok, err := st.Fate(row)
		w.must(err)
		if !ok {
			out[row] = "none"
			continue
		}
		if fate.Kind != journal.Archived {
			out[row] = strings.TrimSuffix(fate.Kind.String()+" "+fate.Code, " ")
		}
	}
	return out
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
