// The person's world: files, run directories, and what of them is true.

package promisetest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errNotNow says that there is nothing to do the habit with.
var errNotNow = errors.New("not now")

// A world is what the person has, and what the history knows of it independently of the
// program.
type world struct {
	History
	root    string
	program Program
	log     func(string)
	rng     *rand.Rand

	made     int            // rows so far
	allowed  map[string]int // how many records of a name are right: as many as one file had rows of it
	sent     map[string]bool
	tables   []*table
	places   []string // working directories
	place    string
	state    string // the user's state directory
	remapped bool   // the mapping isn't the first one
	mapping  string
	lost     bool            // the ledger is damaged or gone, or another one
	away     bool            // a run directory was moved, deleted or cut
	journals map[string]bool // run directories whose journals were touched
	copies   map[string][]byte
	edited   map[string]string // failures files that the person has changed: their text
	files    int
}

func newWorld(h History, root string, p Program, log func(string)) *world {
	w := &world{
		History: h, root: root, program: p, log: func(line string) { log(strings.ReplaceAll(line, root+string(filepath.Separator), "")) },
		allowed: map[string]int{}, sent: map[string]bool{}, journals: map[string]bool{}, copies: map[string][]byte{}, edited: map[string]string{},
		state: filepath.Join(root, "home/hubload"), mapping: filepath.Join(root, "first.yaml"),
	}
	for _, name := range []string{"desk", "other desk"} {
		w.places = append(w.places, filepath.Join(root, name))
		if err := os.MkdirAll(w.places[len(w.places)-1], 0o700); err != nil {
			panic(err)
		}
	}
	w.place = w.places[0]
	key := map[Key]string{
		NoKey: "", AutomaticKey: "key: { property: " + KeyProperty + ", auto: true }\n",
		ColumnKey: "key: { property: " + KeyProperty + ", columns: [name] }\n",
	}[h.Key]
	first := "properties: { name: name, quantity: quantity, price: price }\nassociations: []\n" + key
	second := "properties: { name: name, quantity: quantity, price: price, description: note }\nassociations: []\n" + key
	for name, text := range map[string]string{"first.yaml": first, "second.yaml": second} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
	return w
}

// Chances.

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func pickOne[T any](w *world, list []T) (one T, err error) {
	if len(list) == 0 {
		return one, errNotNow
	}
	return list[w.rng.IntN(len(list))], nil
}

// rows makes rows that nobody has seen before.
func (w *world) rows(n int) (list []row) {
	for range n {
		w.made++
		r := row{name: fmt.Sprintf("r%d", w.made), quantity: fmt.Sprint(1 + w.rng.IntN(9)), price: fmt.Sprintf("%d.50", w.made), note: fmt.Sprint("n", w.rng.IntN(3))}
		if w.chance(12) {
			r.quantity = invalid
		}
		list = append(list, r)
		if w.Key != ColumnKey && w.chance(10) && r.valid() {
			list = append(list, r) // a legitimate equal row
		}
	}
	return list
}

func (w *world) fileName() string {
	w.files++
	return fmt.Sprintf("f%d.csv", w.files)
}

// add writes a new table into a place.
func (w *world) add(place string, rows []row, f form) (*table, error) {
	t := &table{path: filepath.Join(place, w.fileName()), rows: rows, form: f}
	if f.gzip {
		t.path += ".gz"
	}
	if err := t.write(); err != nil {
		return nil, err
	}
	w.tables = append(w.tables, t)
	return t, nil
}

// distinct leaves rows of a name that was there out where the key doesn't allow them.
func (w *world) distinct(rows []row) []row {
	if w.Key != ColumnKey {
		return rows
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		was := seen[r.name]
		seen[r.name] = true
		return was
	})
}

// runs are all run directories, wherever they lie.
func (w *world) runs() (list []string) {
	filepath.WalkDir(w.root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "run.json" {
			list = append(list, filepath.Dir(path))
		}
		return nil
	})
	return list
}

// mayMoveRuns reports whether losing run directories is a habit of this person.
func (w *world) mayMoveRuns() bool { return w.Key != NoKey || w.Moves }

// mayLoseState reports whether losing the state directory is one. Without a key all runs
// must then lie where they are looked for.
func (w *world) mayLoseState() bool { return w.Key != NoKey || !w.Moves }

func (w *world) command(verb, target string) Command {
	c := Command{Verb: verb, Dir: w.place, Target: target, State: w.state, Mapping: w.mapping}
	if w.chance(15) {
		c.Spelling = 1 + w.rng.IntN(2)
	}
	if w.chance(10) {
		c.Object = "0-8"
	}
	c.Hidden = w.chance(4)
	return c
}

// importTable imports a table as the person does: now and then killed, or with flags.
func (w *world) importTable(t *table) error {
	c := w.command("import", t.path)
	switch {
	case w.chance(25):
		c.Kill, c.Carried = 1+w.rng.IntN(4), w.chance(50)
	case w.Key == NoKey && w.chance(20):
		c.Seen = "skip"
	}
	if w.mayMoveRuns() && w.chance(15) {
		runs := w.runs()
		c.Run = filepath.Join(w.place, fmt.Sprint("run", w.rng.IntN(3)))
		if len(runs) > 0 && w.chance(50) {
			c.Run = runs[w.rng.IntN(len(runs))]
		}
	}
	return w.try(c, t)
}

// try gives a command about a table, or about a run where t is nil, and compares.
func (w *world) try(c Command, t *table) error {
	before := w.begin(t)
	w.log(c.String())
	o := w.program.Do(c)
	w.log(fmt.Sprintf("  exit %d, %s, %s", o.Exit, w.short(o.Run), w.short(o.Text)))
	return w.compare(c, t, o, before)
}

// A moment is what was true before a command.
type moment struct {
	held  map[string][]string
	fresh bool // no row of the table was ever sent
}

func (w *world) begin(t *table) moment {
	m := moment{held: w.program.Held(), fresh: t != nil}
	if t == nil {
		return m
	}
	for name, n := range t.names() {
		m.fresh = m.fresh && !w.sent[name]
		w.allowed[name], w.sent[name] = max(w.allowed[name], n), true
	}
	return m
}

func (w *world) short(s string) string {
	return strings.ReplaceAll(s, w.root+string(filepath.Separator), "")
}

// compare compares what a command did with what is true.
func (w *world) compare(c Command, t *table, o Outcome, before moment) error {
	held := w.program.Held()
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s\n  exit %d: %s\n  %s", w.short(c.String()), o.Exit, w.short(o.Text), w.short(fmt.Sprintf(format, args...)))
	}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		if n := len(held[name]); n > w.allowed[name] {
			return fail("TWICE: the account holds %d records of %s, and %d are right", n, name, w.allowed[name])
		}
	}
	if err := w.editsKept(); err != nil {
		return fail("%v", err)
	}
	switch o.Exit {
	case 0, 3:
		if err := w.nothingLost(c, t, o, held); err != nil {
			return fail("%v", err)
		}
	case 2, 5:
		if total(held) != total(before.held) {
			return fail("SENT: a refused command has created %d records", total(held)-total(before.held))
		}
		if err := w.rightlyRefused(c, t, o, before); err != nil {
			return fail("%v", err)
		}
	case 4, 6, Died:
	default:
		if c.Verb == "import" {
			return fail("FAILED: nothing was in its way")
		}
	}
	return nil
}

func total(held map[string][]string) (n int) {
	for _, ids := range held {
		n += len(ids)
	}
	return n
}
