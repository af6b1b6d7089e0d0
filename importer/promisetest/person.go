// A person: random histories of what people do with files between runs.

package promisetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Command is what a person types.
type Command struct {
	Verb     string // import, resume, report, resolve or status
	Dir      string // the working directory
	Target   string // absolute path of a file or of a run directory
	Run      string // --run
	Mapping  string // path, "" for none
	State    string // the user's state directory
	Seen     string // --seen
	Spelling int    // one of the ways to write the address of the account
	Object   string
	Hidden   bool // the token can't read the account's details
	Kill     int  // the process dies at its so many'th create request; 0: it lives
	Carried  bool // that request is carried out before
}

func (c Command) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s$ %s %s", c.Dir, c.Verb, c.Target)
	for _, o := range []struct {
		name  string
		value any
		given bool
	}{
		{"--run", c.Run, c.Run != ""},
		{"-m", c.Mapping, c.Mapping != ""},
		{"--seen", c.Seen, c.Seen != ""},
		{"--object", c.Object, c.Object != ""},
		{"address", c.Spelling, c.Spelling != 0},
		{"account hidden", c.Hidden, c.Hidden},
		{"killed at create", c.Kill, c.Kill > 0},
		{"carried out", c.Carried, c.Kill > 0},
		{"state", c.State, true},
	} {
		if o.given {
			fmt.Fprintf(&b, " %s %v", o.name, o.value)
		}
	}
	return b.String()
}

// Died is the exit code of a process that was killed.
const Died = -1

// An Outcome is how a command ended.
type Outcome struct {
	Exit int    // as the program's exit code, or Died
	Run  string // absolute path of the run directory, where one is named
	Text string // what it said, with the paths that it is about
}

// A Program is what the person uses. Do may be called by two goroutines at once.
type Program interface {
	Do(Command) Outcome

	// Held returns the ids of the records in the account, by their names.
	Held() map[string][]string
}

// A Key is the key of the person's mapping.
type Key int

const (
	NoKey Key = iota
	AutomaticKey
	ColumnKey
)

// KeyProperty is the unique property of the mappings with a key.
const KeyProperty = "hubload_key"

// A Step is a habit, and the seed of what is chosen in it. So a step does the same when
// those before it are left out, as far as it can.
type Step struct {
	Habit int
	Seed  uint64
}

// A History is what a person does, one step after the other.
type History struct {
	Seed  uint64
	Key   Key
	Moves bool // the person moves and deletes run directories; else, without a key, the state directory
	Steps []Step
}

// NewHistory returns the history of a seed.
func NewHistory(seed uint64) History {
	rng := rand.New(rand.NewPCG(seed, 1))
	h := History{Seed: seed, Key: Key(rng.IntN(3)), Moves: rng.IntN(3) > 0}
	var likely []int // each person has some habits more than others
	for i, habit := range habits {
		for range habit.weight * []int{0, 1, 1, 6}[rng.IntN(4)] {
			likely = append(likely, i)
		}
	}
	h.Steps = append(h.Steps, Step{0, rng.Uint64()})
	for range 5 + rng.IntN(8) {
		h.Steps = append(h.Steps, Step{likely[rng.IntN(len(likely))], rng.Uint64()})
	}
	return h
}

// Play lives through a history in an empty directory, and compares the account, reports and
// exit codes after each command. The error is the first broken promise. log takes what
// happens.
func (h History) Play(root string, p Program, log func(string)) error {
	w := newWorld(h, root, p, log)
	for _, s := range h.Steps {
		w.rng = rand.New(rand.NewPCG(s.Seed, 2))
		w.log("# " + habits[s.Habit].name)
		if err := habits[s.Habit].do(w); err != nil && !errors.Is(err, errNotNow) {
			return fmt.Errorf("%s: %w", habits[s.Habit].name, err)
		}
	}
	w.rng = rand.New(rand.NewPCG(h.Seed, 3))
	w.log("# in the end")
	return w.settle()
}

// Shrink leaves out steps as long as fails says that what is left fails too.
func (h History) Shrink(fails func(History) bool) History {
	for part := max(len(h.Steps)/2, 1); part > 0; part /= 2 {
		for from := 0; from < len(h.Steps); {
			less := h
			less.Steps = slices.Delete(slices.Clone(h.Steps), from, min(from+part, len(h.Steps)))
			if fails(less) {
				h = less
			} else {
				from += part
			}
		}
	}
	return h
}
