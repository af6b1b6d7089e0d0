// The habits of people.

package promisetest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// habits are what a person does, and how often.
var habits = []struct {
	name   string
	weight int
	do     func(*world) error
}{
	{"import a new file", 14, (*world).importNew},
	{"import a file again", 8, (*world).importAgain},
	{"give the same --run to the next file", 3, (*world).sameRun},
	{"change how a file is written", 6, (*world).rewrite},
	{"rename or move a file", 6, (*world).moveFile},
	{"copy a file", 4, (*world).copyFile},
	{"sort a file", 3, (*world).sortFile},
	{"cut a file", 3, (*world).cutFile},
	{"let a file grow", 8, (*world).grow},
	{"let a file grow elsewhere", 5, (*world).growElsewhere},
	{"append a file to another", 4, (*world).concatenate},
	{"import the window of the next night", 6, (*world).slide},
	{"fix rows in the original", 6, (*world).fixOriginal},
	{"replace a row", 3, (*world).replaceRow},
	{"fix rows in failures.csv", 8, (*world).fixFailures},
	{"copy failures.csv out of its folder", 3, (*world).copyFailures},
	{"edit failures.csv and do something else", 4, (*world).editOnly},
	{"resume, report or resolve a run", 8, (*world).tendRun},
	{"ask for the status", 4, (*world).status},
	{"work in two terminals", 5, (*world).twoTerminals},
	{"go to another directory", 5, (*world).goElsewhere},
	{"move a run directory", 4, (*world).moveRun},
	{"delete a run directory", 4, (*world).deleteRun},
	{"touch a journal", 5, (*world).touchJournal},
	{"copy a run directory", 2, (*world).keepJournal},
	{"lose the state directory", 4, (*world).loseState},
	{"damage the ledger", 2, (*world).damageLedger},
	{"work as another user", 3, (*world).otherHome},
	{"change the mapping", 2, (*world).remap},
}

func (w *world) someForm() form {
	return form{semicolon: w.chance(15), crlf: w.chance(15), bom: w.chance(10), utf16: w.chance(8), gzip: w.chance(10), extra: w.chance(15), unended: w.chance(15)}
}

func (w *world) importNew() error {
	t, err := w.add(w.place, w.rows(2+w.rng.IntN(9)), w.someForm())
	if err != nil {
		return err
	}
	return w.importTable(t)
}

func (w *world) importAgain() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	return w.importTable(t)
}

func (w *world) sameRun() error {
	run, err := pickOne(w, w.runs())
	if err != nil || !w.mayMoveRuns() {
		return errNotNow
	}
	t, err := pickOne(w, w.tables)
	if w.chance(50) {
		t, err = w.add(w.place, w.rows(2+w.rng.IntN(5)), form{})
	}
	if err != nil {
		return err
	}
	c := w.command("import", t.path)
	c.Run = run
	return w.try(c, t)
}

// change lets f change a table, writes and imports it.
func (w *world) change(f func(t *table) error) error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if err := t.write(); err != nil {
		return err
	}
	return w.importTable(t)
}

func (w *world) rewrite() error {
	return w.change(func(t *table) error {
		f := &t.form
		switch w.rng.IntN(6) {
		case 0:
			f.semicolon = !f.semicolon
		case 1:
			f.crlf = !f.crlf
		case 2:
			f.bom = !f.bom
		case 3:
			f.utf16 = !f.utf16
		case 4:
			f.extra = !f.extra
		case 5:
			old := t.path
			f.gzip = !f.gzip
			t.path = strings.TrimSuffix(old, ".gz")
			if f.gzip {
				t.path += ".gz"
			}
			return os.Remove(old)
		}
		return nil
	})
}

// newPath is a new path for a table, beside it or elsewhere.
func (w *world) newPath(t *table) string {
	folder := w.places[w.rng.IntN(len(w.places))]
	if w.chance(30) {
		folder = filepath.Join(folder, "archive")
	}
	name := filepath.Base(t.path)
	if w.chance(50) || filepath.Join(folder, name) == t.path {
		name = w.fileName()
		if t.form.gzip {
			name += ".gz"
		}
	}
	return filepath.Join(folder, name)
}

func (w *world) moveFile() error {
	return w.change(func(t *table) error {
		old := t.path
		t.path = w.newPath(t)
		w.tables = slices.DeleteFunc(w.tables, func(o *table) bool { return o != t && o.path == t.path })
		return os.Remove(old)
	})
}

func (w *world) copyFile() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	c := &table{path: w.newPath(t), rows: slices.Clone(t.rows), form: t.form}
	if err := w.replace(c); err != nil {
		return err
	}
	return w.importTable(c)
}

// replace writes a table over what lies there.
func (w *world) replace(t *table) error {
	w.tables = slices.DeleteFunc(w.tables, func(o *table) bool { return o.path == t.path })
	w.tables = append(w.tables, t)
	return t.write()
}

func (w *world) sortFile() error {
	return w.change(func(t *table) error {
		w.rng.Shuffle(len(t.rows), func(i, j int) { t.rows[i], t.rows[j] = t.rows[j], t.rows[i] })
		return nil
	})
}

func (w *world) cutFile() error {
	return w.change(func(t *table) error {
		if len(t.rows) < 2 {
			return errNotNow
		}
		from := w.rng.IntN(len(t.rows) - 1)
		t.rows = slices.Clone(t.rows[from : from+1+w.rng.IntN(len(t.rows)-from)])
		return nil
	})
}

func (w *world) grow() error {
	return w.change(func(t *table) error {
		t.rows = append(slices.Clone(t.rows), w.rows(1+w.rng.IntN(5))...)
		return nil
	})
}

func (w *world) growElsewhere() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	c := &table{path: w.newPath(t), rows: append(slices.Clone(t.rows), w.rows(1+w.rng.IntN(5))...), form: t.form}
	if err := w.replace(c); err != nil {
		return err
	}
	return w.importTable(c)
}

func (w *world) concatenate() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	other, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	both, err := w.add(w.place, w.distinct(append(slices.Clone(t.rows), other.rows...)), t.form)
	if err != nil {
		return err
	}
	return w.importTable(both)
}

func (w *world) slide() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	from := w.rng.IntN(len(t.rows))
	next, err := w.add(w.place, append(slices.Clone(t.rows[from:]), w.rows(1+w.rng.IntN(4))...), t.form)
	if err != nil {
		return err
	}
	return w.importTable(next)
}

func (w *world) fixOriginal() error {
	return w.change(func(t *table) error {
		fixed := false
		for i, r := range t.rows {
			if !r.valid() {
				t.rows[i].quantity = "7"
				fixed = true
			}
		}
		if !fixed {
			return errNotNow
		}
		return nil
	})
}

func (w *world) replaceRow() error {
	return w.change(func(t *table) error {
		t.rows = slices.Clone(t.rows)
		at := w.rng.IntN(len(t.rows))
		t.rows = slices.Concat(t.rows[:at], w.rows(1), t.rows[at+1:])
		return nil
	})
}

// failures reads the failures file of some run. The person fixes some rows of it, which the
// table holds.
func (w *world) failures() (run string, r *report, t *table, err error) {
	var with []string
	for _, run := range w.runs() {
		if r, err := readReport(filepath.Join(run, "failures.csv")); err == nil && len(r.rows) > 0 {
			with = append(with, run)
		}
	}
	if run, err = pickOne(w, with); err != nil {
		return
	}
	if r, err = readReport(filepath.Join(run, "failures.csv")); err != nil {
		return
	}
	t = &table{path: filepath.Join(run, "failures.csv")}
	for _, cells := range r.rows {
		if r.cell(cells, "quantity") == invalid && w.chance(80) {
			r.set(cells, "quantity", "7")
		}
		t.rows = append(t.rows, row{name: r.cell(cells, "name"), quantity: r.cell(cells, "quantity")})
	}
	return run, r, t, nil
}

// importFailures imports a failures file. Its rows keep the numbers of the source file, and
// rows that nobody has fixed stay refused.
func (w *world) importFailures(path string, t *table) error {
	c := w.command("import", path)
	c.Mapping = ""
	if w.chance(20) {
		c.Kill, c.Carried = 1, w.chance(50)
	}
	before := w.begin(t)
	w.log(c.String())
	o := w.program.Do(c)
	w.log(fmt.Sprintf("  exit %d, %s, %s", o.Exit, w.short(o.Run), w.short(o.Text)))
	if (o.Exit == 2 || o.Exit == 5) && (w.away || w.lost || path != t.path) {
		t = nil // the source file or its run may be gone
	}
	return w.compare(c, t, o, before)
}

func (w *world) fixFailures() error {
	_, r, t, err := w.failures()
	if err != nil {
		return err
	}
	if err := w.edit(t.path, r); err != nil {
		return err
	}
	return w.importFailures(t.path, t)
}

func (w *world) copyFailures() error {
	_, r, t, err := w.failures()
	if err != nil {
		return err
	}
	path := filepath.Join(w.place, "fixed "+w.fileName())
	if err := r.write(path); err != nil {
		return err
	}
	return w.importFailures(path, t)
}

// edit writes a failures file as the person leaves it.
func (w *world) edit(path string, r *report) error {
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := r.write(path); err != nil {
		return err
	}
	after, err := os.ReadFile(path)
	if !bytes.Equal(before, after) {
		w.edited[path] = string(after)
	}
	return err
}

func (w *world) editOnly() error {
	run, r, t, err := w.failures()
	if err != nil {
		return err
	}
	if err := w.edit(t.path, r); err != nil {
		return err
	}
	return w.try(w.command([]string{"report", "resolve", "resume"}[w.rng.IntN(3)], run), nil)
}

func (w *world) tendRun() error {
	run, err := pickOne(w, w.runs())
	if err != nil {
		return err
	}
	return w.try(w.command([]string{"report", "resolve", "resume", "resume"}[w.rng.IntN(4)], run), nil)
}

func (w *world) status() error {
	t, err := pickOne(w, w.tables)
	if err != nil {
		return err
	}
	return w.try(w.command("status", t.path), t)
}

// twoTerminals imports two files at once, which are the same or overlap.
func (w *world) twoTerminals() error {
	t, err := w.add(w.place, w.rows(2+w.rng.IntN(6)), form{})
	if err != nil {
		return err
	}
	other := t
	if w.chance(60) {
		if other, err = w.add(w.place, append(slices.Clone(t.rows[len(t.rows)/2:]), w.rows(w.rng.IntN(3))...), form{}); err != nil {
			return err
		}
	}
	before := []moment{w.begin(t), w.begin(other)}
	commands := []Command{w.command("import", t.path), w.command("import", other.path)}
	commands[1].Hidden = commands[0].Hidden
	outcomes := make([]Outcome, 2)
	var both sync.WaitGroup
	for i, c := range commands {
		w.log(c.String())
		both.Go(func() { outcomes[i] = w.program.Do(c) })
	}
	both.Wait()
	for i, file := range []*table{t, other} {
		o := outcomes[i]
		w.log(fmt.Sprintf("  exit %d, %s, %s", o.Exit, w.short(o.Run), w.short(o.Text)))
		if o.Exit == 2 || o.Exit == 5 {
			before[i] = moment{held: w.program.Held()} // the other one may have sent rows
		}
		if err := w.compare(commands[i], file, o, before[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) goElsewhere() error {
	if !w.mayMoveRuns() {
		return errNotNow
	}
	w.place = w.places[w.rng.IntN(len(w.places))]
	return nil
}

func (w *world) moveRun() error {
	run, err := pickOne(w, w.runs())
	if err != nil || !w.mayMoveRuns() {
		return errNotNow
	}
	w.away = true
	to := filepath.Join(w.root, "moved", fmt.Sprint(w.rng.IntN(1000)), filepath.Base(run))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	w.log("mv " + run + " " + to)
	return os.Rename(run, to)
}

func (w *world) deleteRun() error {
	run, err := pickOne(w, w.runs())
	if err != nil || !w.mayMoveRuns() {
		return errNotNow
	}
	w.away = true
	w.log("rm -r " + run)
	return os.RemoveAll(run)
}

// keepJournal keeps a copy of a journal, which may come back.
func (w *world) keepJournal() error {
	run, err := pickOne(w, w.runs())
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(run, "journal.jsonl"))
	if err != nil {
		return errNotNow
	}
	w.copies[run] = data
	return nil
}

// touchJournal deletes a journal, cuts it at the end of a line, or puts an old one back.
func (w *world) touchJournal() error {
	run, err := pickOne(w, w.runs())
	if err != nil || !w.mayMoveRuns() {
		return errNotNow
	}
	path := filepath.Join(run, "journal.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		return errNotNow
	}
	w.away, w.journals[filepath.Base(run)] = true, true
	if old, ok := w.copies[run]; ok && w.chance(60) {
		w.log("an old journal comes back in " + run)
		return os.WriteFile(path, old, 0o600)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if n := len(lines) - 1; n > 1 && w.chance(60) {
		w.log("cut the journal of " + run)
		return os.WriteFile(path, bytes.Join(lines[:1+w.rng.IntN(n-1)], nil), 0o600)
	}
	w.log("rm " + path)
	return os.Remove(path)
}

func (w *world) loseState() error {
	if !w.mayLoseState() {
		return errNotNow
	}
	w.lost = true
	if w.chance(50) {
		w.log("rm -r " + w.state)
		return os.RemoveAll(w.state)
	}
	w.log("rm -r " + filepath.Join(w.state, "rows"))
	return os.RemoveAll(filepath.Join(w.state, "rows"))
}

func (w *world) damageLedger() error {
	entries, _ := filepath.Glob(filepath.Join(w.state, "rows", "*", "*.rows"))
	path, err := pickOne(w, entries)
	if err != nil {
		return err
	}
	w.lost = true
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	switch w.rng.IntN(3) {
	case 0:
		data = nil
	case 1:
		data = data[:len(data)/2]
	case 2:
		data[w.rng.IntN(len(data))] ^= 1
	}
	w.log("damage " + path)
	return os.WriteFile(path, data, 0o600)
}

func (w *world) otherHome() error {
	if !w.mayLoseState() {
		return errNotNow
	}
	w.lost = true
	w.state = filepath.Join(w.root, fmt.Sprint("home", w.rng.IntN(2)), "hubload")
	return nil
}

func (w *world) remap() error {
	w.remapped = true
	w.mapping = filepath.Join(w.root, []string{"first.yaml", "second.yaml"}[w.rng.IntN(2)])
	return w.importAgain()
}

// settle imports all files once more: with a key all of their rows are in then.
func (w *world) settle() error {
	for _, t := range w.tables {
		c := w.command("import", t.path)
		if err := w.try(c, t); err != nil {
			return err
		}
	}
	return nil
}
