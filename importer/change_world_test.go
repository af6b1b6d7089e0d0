// The small world, as far as its records are read and changed, and the law of modes that change them.

package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// add makes the record of a row that exists before a run: a price, and no key but its name.
func (w *world) add(name, price string) (id string) {
	w.nextID++
	id = fmt.Sprint(w.nextID)
	w.ids[name], w.keys[name] = append(w.ids[name], id), id
	w.values[id] = map[string]string{"name": name, "row_key": name, "price": price}
	return id
}

// remove archives the record of a row.
func (w *world) remove(name string) {
	delete(w.values, w.keys[name])
	delete(w.keys, name)
	delete(w.ids, name)
}

func (w *world) ReadProperties(_ context.Context, by string, values, properties []string) (map[string]api.Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads++
	if w.onRead != nil {
		w.onRead(values)
	}
	found := map[string]api.Record{}
	for _, v := range values {
		id := v
		if by != "hs_object_id" {
			id = w.keys[v]
		}
		held, ok := w.values[id]
		if !ok {
			continue
		}
		r := api.Record{ID: id, Properties: map[string]string{}}
		for _, p := range properties {
			if held[p] != "" {
				r.Properties[p] = held[p]
			}
		}
		found[v] = r
	}
	return found, nil
}

func (w *world) Update(_ context.Context, inputs []api.Input) api.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	for _, commit := range w.pending {
		commit()
	}
	w.pending = nil
	return w.answer(inputs, w.executeChanges)
}

// executeChanges carries an update out as an account does: unknown ids come in one error
// without a trace.
func (w *world) executeChanges(inputs []api.Input) api.Answer {
	ans := api.Answer{Outcome: api.Answered, Rate: api.Rate{Remaining: -1}}
	var bad []api.Failure
	for _, in := range inputs {
		if w.poison[w.values[in.ID]["name"]] {
			bad = append(bad, api.Failure{Traces: []string{in.Trace}, Code: "INVALID_OPTION", Property: "price", Message: "{value} is bad"})
		}
	}
	if w.whole && len(bad) > 0 {
		f := bad[0]
		f.Traces = nil
		return api.Answer{Outcome: api.Refused, Refusal: f, Err: errors.New("400"), Rate: api.Rate{Remaining: -1}}
	}
	absent := false
	for _, in := range inputs {
		held, ok := w.values[in.ID]
		switch {
		case !ok:
			absent = true
			continue
		case w.poison[held["name"]]:
			continue
		}
		for _, p := range in.Record.Properties {
			if held[p.Name] != p.Value {
				w.overwritten = append(w.overwritten, before.Value{ID: in.ID, Property: p.Name, Old: held[p.Name], New: p.Value})
			}
			held[p.Name] = p.Value
		}
		ans.Created = append(ans.Created, api.Created{Trace: in.Trace, ID: in.ID})
	}
	if ans.Failures = bad; absent {
		ans.Failures = append(ans.Failures, api.Failure{Code: "OBJECT_NOT_FOUND"})
		ans.Completeness.Unnamed = 1
	}
	return ans
}

func (tr *trial) beforePath() string { return filepath.Join(tr.dir, before.Name) }

func (tr *trial) before(st *journal.State) *before.File {
	tr.t.Helper()
	f, err := before.Open(tr.beforePath(), func(row int64) bool {
		if st == nil {
			return true
		}
		kind, settled := st.Kind(row)
		return !settled || kind == journal.InDoubt
	})
	if err != nil {
		tr.t.Fatal(err)
	}
	return f
}

// inMode makes a trial with a key that changes records.
func (tr *trial) inMode(w *world, mode mapping.Mode) *trial {
	tr.mode = mode
	return tr.withKey(w)
}

// checkChanges compares the journal, before.csv and the truth, and returns the counts: no
// row has two records; a row that is said to be in has the file's price, unless somebody
// wrote it (others) later; and whatever a request has overwritten stands in before.csv.
func (tr *trial) checkChanges(w *world, rows int, others map[string]bool) journal.Counts {
	t := tr.t
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, commit := range w.pending {
		commit()
	}
	w.pending = nil
	st := tr.state()
	for n := 1; n <= rows; n++ {
		name := fmt.Sprintf("r%d", n)
		f, ok, err := st.Fate(int64(n))
		if err != nil {
			t.Fatal(err)
		}
		if len(w.ids[name]) > 1 {
			t.Errorf("row %d has the records %v", n, w.ids[name])
		}
		if ok && f.Kind.Exists() {
			if f.ID != w.keys[name] {
				t.Errorf("row %d is %s with id %s, and its record is %s", n, f.Kind, f.ID, w.keys[name])
			}
			if got, want := w.values[f.ID]["price"], fmt.Sprint(n); got != want && !others[name] {
				t.Errorf("row %d is %s, and its record has the price %s", n, f.Kind, got)
			}
		}
	}
	kept := map[before.Value]bool{}
	err := before.Read(tr.beforePath(), func(v before.Value) bool {
		v.Row = 0
		kept[v] = true
		return true
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for _, v := range w.overwritten {
		if !kept[v] {
			t.Errorf("%s of record %s was overwritten, and %q isn't in before.csv", v.Property, v.ID, v.Old)
		}
	}
	return st.Counts()
}

// A snapshot is a world in which each third row exists as the file has it, and each third
// with another price.
func snapshot(rows int) *world {
	w := newWorld()
	for n := 1; n <= rows; n++ {
		switch name := fmt.Sprintf("r%d", n); n % 3 {
		case 0:
			w.add(name, fmt.Sprint(n))
		case 1:
			w.add(name, fmt.Sprintf("%d.5", n))
		}
	}
	return w
}

func TestUpsertChangesWhatDiffers(t *testing.T) {
	w := snapshot(12)
	tr := newTrial(t, w, 12).inMode(w, mapping.Upsert)
	for range 2 {
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if c := tr.checkChanges(w, 12, nil); c != (journal.Counts{Created: 4, Updated: 4, Unchanged: 4}) {
		t.Errorf("counts: %+v", c)
	}
	if len(w.overwritten) != 4 || w.requests != 5 || w.reads != 3 {
		t.Errorf("%d values overwritten, %d requests, %d reads", len(w.overwritten), w.requests, w.reads)
	}
}

func TestUpdateCreatesNothing(t *testing.T) {
	w := snapshot(12)
	tr := newTrial(t, w, 12).inMode(w, mapping.Update)
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := tr.checkChanges(w, 12, nil); c != (journal.Counts{Refused: 4, Updated: 4, Unchanged: 4}) {
		t.Errorf("counts: %+v", c)
	}
	if f, _, _ := tr.state().Fate(2); f.Code != CodeNotFound || f.Property != "row_key" || !f.Retryable {
		t.Errorf("%+v", f)
	}
}

// The slot of a change comes two minutes after that of its read. What somebody has written
// meanwhile is read, and kept, once.
func TestOldReadsAreRepeatedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.add("r1", "0.5")
		tr := newTrial(t, w, 1).inMode(w, mapping.Upsert)
		tr.change = func(im *Import) {
			im.Limiter = ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 1, Per: 2 * time.Minute}})
		}
		time.AfterFunc(time.Minute, func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.values[w.keys["r1"]]["price"] = "0.7"
		})
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.checkChanges(w, 1, nil); c.Updated != 1 || w.reads != 2 || w.requests != 1 {
			t.Errorf("%+v after %d reads and %d requests", c, w.reads, w.requests)
		}
	})
}

// With a key an existing record stays as it is, and the journal names what differs.
func TestDifferingRecordsAreNamed(t *testing.T) {
	w := snapshot(3)
	tr := newTrial(t, w, 3).withKey(w)
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for row, want := range map[int64]journal.Fate{1: {Kind: journal.Existing, Differs: "price"}, 2: {Kind: journal.Created}, 3: {Kind: journal.Existing}} {
		f, _, err := tr.state().Fate(row)
		if err != nil || f.Kind != want.Kind || f.Differs != want.Differs {
			t.Errorf("row %d: %+v, %v", row, f, err)
		}
	}
	if len(w.overwritten) > 0 {
		t.Errorf("overwritten: %+v", w.overwritten)
	}
}
