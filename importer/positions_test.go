// Numbers within a parent: by the file alone, whatever happens to the run, and never one of them twice.

package importer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const positionMapping = plainMapping + `
  hs_position_on_quote: { position: deals }
associations:
  - { to: deals, column: order }
`

// A numberWorld notes the number of each row that it creates, by name.
type numberWorld struct {
	*dealWorld
	mu      sync.Mutex
	numbers map[string]string
}

func newNumberWorld() *numberWorld {
	w := &numberWorld{dealWorld: newDealWorld(0), numbers: map[string]string{}}
	w.linked = func(r *mapping.Record) {
		w.mu.Lock()
		defer w.mu.Unlock()
		name, number := property(r, "name"), property(r, "hs_position_on_quote")
		if before, ok := w.numbers[name]; ok && before != number {
			number = fmt.Sprintf("%s, then %s", before, number)
		}
		w.numbers[name] = number
	}
	return w
}

func sourceOf(csv string) func() (rows.Source, error) {
	return func() (rows.Source, error) { return csvfile.NewReader(strings.NewReader(csv), csvfile.Options{}) }
}

func mapperOf(t *testing.T, text, csv string) *mapping.Mapper {
	t.Helper()
	m, err := mapping.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(csv, "\n")
	mapper, err := m.Compile(strings.Split(header, ","))
	if err != nil {
		t.Fatal(err)
	}
	return mapper
}

// newPositionTrial is an import of rows r1 ... of these deals.
func newPositionTrial(t *testing.T, w *numberWorld, deals ...string) *trial {
	t.Helper()
	tr := newTrial(t, w.world, 0)
	tr.sender, tr.mapping = w, positionMapping
	tr.csv = ordersCSV(len(deals), func(n int) string { return deals[n-1] })
	tr.change = func(im *Import) { im.Rows.Positions = findPositions(t, tr.csv) }
	return tr
}

func findPositions(t *testing.T, csv string) *rows.Positions {
	t.Helper()
	p, err := rows.FindPositions(t.Context(), sourceOf(csv), mapperOf(t, positionMapping, csv))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRowsAreNumberedWithinTheirParent(t *testing.T) {
	for name, tt := range map[string]struct{ deals, want []string }{
		"in order":         {[]string{"1", "1", "1", "2", "3", "3"}, []string{"1", "2", "3", "1", "1", "2"}},
		"written in ways":  {[]string{"1", "001", " 1", "2"}, []string{"1", "2", "3", "1"}},
		"coming back":      {[]string{"1", "1", "2", "1", "2", "2", "3", "1"}, []string{"1", "2", "1", "3", "2", "3", "1", "4"}},
		"without a parent": {[]string{"", "1", "", "1", ""}, []string{"-", "1", "-", "2", "-"}}, // a line item of no deal is refused
		"refused":          {[]string{"1", "1", "x", "x", "1"}, []string{"1", "2", "-", "-", "3"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newNumberWorld()
			tr := newPositionTrial(t, w, tt.deals...)
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i, want := range tt.want {
				number, sent := w.numbers[fmt.Sprint("r", i+1)]
				if !sent {
					number = "-"
				}
				if number != want {
					t.Errorf("row %d of deal %q is %q, want %q", i+1, tt.deals[i], number, want)
				}
			}
		})
	}
}

// However often a run dies, and whatever becomes of rows, the numbers are those of
// the file.
func TestNumbersDontDependOnDeaths(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { numbersAndDeaths(t, seed) })
	}
}

func numbersAndDeaths(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	deals := make([]string, 120)
	counts := map[string]int{}
	want := map[string]string{}
	for i := range deals {
		deals[i] = fmt.Sprint(1 + i/8)
		if rng.IntN(6) == 0 {
			deals[i] = fmt.Sprint(1 + rng.IntN(15)) // out of order
		}
		counts[deals[i]]++
		want[fmt.Sprint("r", i+1)] = fmt.Sprint(counts[deals[i]])
	}
	w := newNumberWorld()
	for range 10 {
		w.poison[fmt.Sprint("r", 1+rng.IntN(120))] = true
	}
	w.misdeeds = func(int) mishap {
		if rng.IntN(4) == 0 {
			return mishap(rng.IntN(int(unreachable)))
		}
		return fine
	}
	tr := newPositionTrial(t, w, deals...)
	tr.csv = strings.Replace(tr.csv, "r50,50,", "r50,50,one,two,", 1)
	broken := deals[49] // it has too many cells: the row counts nowhere
	for i := 50; i < 120; i++ {
		if name := fmt.Sprint("r", i+1); deals[i] == broken {
			n, _ := strconv.Atoi(want[name])
			want[name] = fmt.Sprint(n - 1)
		}
	}
	tr.workers = 1
	positions := findPositions(t, tr.csv)
	died := errors.New("died")
	for n := 0; ; n++ {
		steps := 0
		last := 1 + rng.IntN(12)
		tr.change = func(im *Import) {
			im.Rows.Positions = positions
			im.step = func(step) error {
				if steps++; n < 20 && steps >= last {
					return died
				}
				return nil
			}
		}
		if err := tr.run(t.Context()); err == nil {
			break
		} else if err != died {
			t.Fatal(err)
		}
	}
	tr.check(w.world, 120)
	if len(w.numbers) < 60 {
		t.Errorf("only %d rows were sent", len(w.numbers))
	}
	for name, number := range w.numbers {
		if number != want[name] {
			t.Errorf("seed %d: %s is %s, want %s", seed, name, number, want[name])
		}
	}
}
