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

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
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

func sourceOf(csv string) func() (Source, error) {
	return func() (Source, error) { return csvfile.NewReader(strings.NewReader(csv), csvfile.Options{}) }
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
	tr.change = func(im *Import) { im.Positions = findPositions(t, tr.csv) }
	return tr
}

func findPositions(t *testing.T, csv string) *Positions {
	t.Helper()
	p, err := FindPositions(sourceOf(csv), mapperOf(t, positionMapping, csv))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRowsAreNumberedWithinTheirParent(t *testing.T) {
	for name, tt := range map[string]struct{ deals, want []string }{
		"in order":         {[]string{"1", "1", "1", "2", "3", "3"}, []string{"1", "2", "3", "1", "1", "2"}},
		"written in ways":  {[]string{"1", "001", " 1", "2"}, []string{"1", "2", "-", "1"}}, // a blank is no id, and counts
		"coming back":      {[]string{"1", "1", "2", "1", "2", "2", "3", "1"}, []string{"1", "2", "1", "3", "2", "3", "1", "4"}},
		"without a parent": {[]string{"", "1", "", "1", ""}, []string{"", "1", "", "2", ""}},
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
	for seed := range uint64(30) {
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
	tr.csv = strings.Replace(tr.csv, "r50,50,", "r50,", 1)
	broken := deals[49] // a cell is missing: the row counts nowhere
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
			im.Positions = positions
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

func TestPositionsOfManyParents(t *testing.T) {
	// A quarter of a million parents, some of which come back once.
	var b strings.Builder
	b.WriteString("name,price,order\n")
	for i := range 250_000 {
		fmt.Fprintf(&b, "a,1,%d\n", i+1)
		if i%1000 == 999 {
			fmt.Fprintf(&b, "b,1,%d\n", i-500)
		}
	}
	p := findPositions(t, b.String())
	if n := len(p.returning[0]); n != 250 {
		t.Errorf("%d parents are counted one by one, want 250", n)
	}
	numbers := p.start()
	err := eachRow(sourceOf(b.String()), func(rec *csvfile.Record) error {
		err := numbers.take(rec)
		if want := map[string]int64{"a": 1, "b": 2}[rec.Fields[0]]; numbers.numbers[0] != want {
			t.Fatalf("row %d is %d, want %d", rec.Row, numbers.numbers[0], want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mendedNumbers numbers the rows of a failures file of an original.
func mendedNumbers(t *testing.T, original, failures string) []string {
	t.Helper()
	m := mapperOf(t, positionMapping, failures)
	row := func(rec *csvfile.Record) (int64, bool) {
		n, err := strconv.ParseInt(rec.Fields[3], 10, 64)
		return n, err == nil && n > 0
	}
	p, err := FindMendedPositions(sourceOf(failures), sourceOf(original), m, mapperOf(t, positionMapping, original), row)
	if err != nil {
		t.Fatal(err)
	}
	numbers := p.start()
	defer numbers.close()
	var got []string
	err = eachRow(sourceOf(failures), func(rec *csvfile.Record) error {
		if err := numbers.take(rec); err != nil {
			return err
		}
		var r mapping.Record
		if property, ok := numbers.put(&r); !ok {
			got = append(got, "unknown "+property)
		} else {
			got = append(got, property0(&r))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func property0(r *mapping.Record) string { return property(r, "hs_position_on_quote") }

func TestMendedRowsKeepTheirNumbers(t *testing.T) {
	const original = "name,price,order\n" +
		"r1,1,1\nr2,1,1\nr3,1,1\n" + // 1 2 3
		"r4,1,2\nr5,1,x\nr6,1\nr7,1,2\n" + // 1, 1 of x, of none, 2
		"r8,1,1\nr9,1,\n" // 4, none
	const header = "name,price,order,hubload_row\n"
	for name, tt := range map[string]struct {
		failures string
		want     []string
	}{
		"as they are":     {"r2,1,1,2\nr4,1,2,4\nr7,1,2,7\nr8,1,1,8\nr9,1,,9\n", []string{"2", "1", "2", "4", ""}},
		"the last alone":  {"r8,1,001,8\n", []string{"4"}},
		"another parent":  {"r5,1,2,5\nr8,1,1,8\n", []string{"7", "4"}}, // 2 rows of deal 2, and row 5
		"a new parent":    {"r5,1,77,5\n", []string{"5"}},
		"a cell came to":  {"r6,1,1,6\n", []string{"10"}}, // 4 rows of deal 1, and row 6
		"none any more":   {"r2,1,,2\n", []string{""}},
		"twice":           {"r2,1,1,2\nr2,1,1,2\nr3,1,1,3\n", []string{"2", "unknown hs_position_on_quote", "3"}},
		"in disorder":     {"r3,1,1,3\nr2,1,1,2\n", []string{"3", "unknown hs_position_on_quote"}},
		"without numbers": {"r3,1,1,\nr2,1,1,two\nr2,1,,x\n", []string{"unknown hs_position_on_quote", "unknown hs_position_on_quote", ""}},
		"beyond the end":  {"r3,1,1,10\nr2,1,1,11\n", []string{"unknown hs_position_on_quote", "unknown hs_position_on_quote"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mendedNumbers(t, original, header+tt.failures)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Rows that are mended in whichever way and in how many files never get a number
// that another row of their parent has.
func TestMendedNumbersAreNeverGivenTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		n := 2 + rng.IntN(30)
		deal := func() string { return fmt.Sprint(1 + rng.IntN(4)) }
		deals := make([]string, n)
		for i := range deals {
			deals[i] = deal()
		}
		original := ordersCSV(n, func(row int) string { return deals[row-1] })
		given := map[string]bool{} // deal and number
		give := func(deal, number string) {
			if key := deal + "/" + number; given[key] {
				t.Fatalf("%s was given twice; the original:\n%s", key, original)
			} else {
				given[key] = true
			}
		}
		// Some rows are created at first, some with each of three files.
		part := make([]int, n)
		numbers := findPositions(t, original).start()
		err := eachRow(sourceOf(original), func(rec *csvfile.Record) error {
			part[rec.Row-1] = rng.IntN(4)
			if err := numbers.take(rec); part[rec.Row-1] > 0 || err != nil {
				return err
			}
			give(deals[rec.Row-1], fmt.Sprint(numbers.numbers[0]))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for file := 1; file <= 3; file++ {
			failures := "name,price,order,hubload_row\n"
			var mended []string
			for i := range deals {
				if part[i] == file {
					now := deals[i]
					if rng.IntN(3) == 0 {
						now = deal()
					}
					mended = append(mended, now)
					failures += fmt.Sprintf("r,1,%s,%d\n", now, i+1)
				}
			}
			for i, number := range mendedNumbers(t, original, failures) {
				give(mended[i], number)
			}
		}
	}
}

func TestPositionsOfAMappingWithoutThem(t *testing.T) {
	p, err := FindPositions(func() (Source, error) { panic("the input is read") }, mapperOf(t, plainMapping, "name,price\n"))
	if p != nil || err != nil || p.start() != nil {
		t.Errorf("%v, %v", p, err)
	}
}

// A row in doubt is looked for with its number.
func TestResolveKnowsNumbers(t *testing.T) {
	a := new(archive).
		holds("500", "deals/10", "name=a", "price=1", "hs_position_on_quote=1").
		holds("501", "deals/10", "name=a", "price=1", "hs_position_on_quote=3")
	c := newCase(t, nil, "a,1,10,", "a,1,10,", "a,1,10,")
	c.mapping = strings.Replace(familyMapping, "associations:", "  hs_position_on_quote: { position: deals }\nassociations:", 1)
	c.change = func(rs *Resolution) {
		p, err := FindPositions(sourceOf(c.csv), mapperOf(t, c.mapping, c.csv))
		c.must(err)
		rs.Positions = p
	}
	if got := c.found(a); got != "500 - 501" {
		t.Errorf("found %s", got)
	}
}
