package sketch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// rowHash is the hash of a row with a number (splitmix64).
func rowHash(n uint64) uint64 {
	n += 0x9E3779B97F4A7C15
	n = (n ^ n>>30) * 0xBF58476D1CE4E5B9
	n = (n ^ n>>27) * 0x94D049BB133111EB
	return n ^ n>>31
}

const newRows = 1 << 40 // numbers of rows that no run has

// of returns the sketch of rows from to from+n-1.
func of(from, n uint64) *Sketch {
	s := new(Sketch)
	for i := range n {
		s.Add(rowHash(from + i))
	}
	return s
}

// The sketch is the smallest different hashes, in whatever order and however often rows come.
func TestSketch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, Size - 1, Size, Size + 1, 3 * Size, 20_000} {
		var want []uint64
		for i := range n {
			want = append(want, rowHash(uint64(i)))
		}
		rows := append(slices.Clone(want), want[:n/3]...)
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		s := new(Sketch)
		for i, h := range rows {
			s.Add(h)
			if i%7000 == 0 {
				s.limit() // asking in between changes nothing
			}
		}
		slices.Sort(want)
		want = want[:min(n, Size)]
		data, err := s.MarshalBinary()
		if err != nil || len(data) > 32<<10 || len(data) != 8*len(want) {
			t.Fatalf("%d rows: %d bytes, %v", n, len(data), err)
		}
		var back Sketch
		if err := back.UnmarshalBinary(data); err != nil || !slices.Equal(back.hashes, want) {
			t.Fatalf("%d rows: not the smallest hashes, %v", n, err)
		}
		back.Add(0)
		if back.sort(); back.hashes[0] != 0 {
			t.Errorf("%d rows: a sketch that was read doesn't take a row", n)
		}
	}
	for _, data := range [][]byte{make([]byte, 7), make([]byte, 16), make([]byte, 8*Size+8)} {
		if err := new(Sketch).UnmarshalBinary(data); err == nil {
			t.Errorf("%d bytes were read", len(data))
		}
	}
}

// Under 4,096 rows all is exact, for every run of several at once.
func TestExact(t *testing.T) {
	runs := []*Sketch{of(0, Size-1), of(1000, 500), new(Sketch), of(newRows, 10)}
	c := Compare(runs...)
	for i := range uint64(10_000) {
		c.Add(int64(i)+1, rowHash(i))
	}
	c.Add(10_001, rowHash(1000)) // once more
	got := c.Overlaps()
	want := []Overlap{
		{10_001, 10_001, Size, 1}, {10_001, 10_001, 501, 1001}, {10_001, 10_001, 0, 0}, {10_001, 10_001, 0, 0},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !got[0].Exact() || math.Abs(got[0].Share()-float64(Size)/10_001) > 1e-9 {
		t.Errorf("share %f", got[0].Share())
	}
}

// alarms is the rule that an import stops by.
func alarms(o Overlap) bool {
	return o.Share() >= 0.01 || o.Rows < Size && o.Existing > 0
}

// TestAlarms counts false alarms and misses over files of which a share is in an earlier
// run, and holds the misses of small files against what the sample's size predicts.
func TestAlarms(t *testing.T) {
	runs, files := []uint64{1000, Size - 1, 100_000, 1_000_000}, []int{1, 100, 1000, 10_000}
	tries := 40
	if !testing.Short() {
		runs, files, tries = append(runs, 10_000_000), append(files, 100_000), 300
	}
	rng := rand.New(rand.NewPCG(7, 7))
	t.Logf("%10s %8s %7s %9s %8s %9s", "run", "file", "share", "sampled", "alarms", "estimate")
	for _, run := range runs {
		earlier := of(0, run)
		for _, file := range files {
			for _, share := range []float64{0, 0.001, 0.01, 0.02, 0.1, 1} {
				existing := int(math.Round(share * float64(file)))
				if share > 0 && existing == 0 {
					continue
				}
				n, sampled, sum := 0, int64(0), 0.0
				for try := range tries {
					c := Compare(earlier)
					for i := range file {
						number := newRows + uint64(try)<<20 + uint64(i)
						if i < existing {
							number = rng.Uint64N(run)
						}
						c.Add(int64(i)+1, rowHash(number))
					}
					o := c.Overlaps()[0]
					if alarms(o) {
						n++
					}
					sampled += o.Sampled
					sum += o.Share()
				}
				rate := float64(n) / float64(tries)
				t.Logf("%10d %8d %6.1f%% %9d %7.1f%% %8.2f%%", run, file, 100*share, sampled/int64(tries), 100*rate, 100*sum/float64(tries))
				switch fraction := min(1, Size/float64(run)); {
				case share == 0 && n > 0:
					t.Errorf("%d false alarms", n)
				case share > 0 && run < Size && (file < Size || share >= 0.01) && n < tries:
					t.Errorf("%d of %d misses, and the sketch is exact", tries-n, tries)
				case share > 0 && file < Size: // an alarm is one existing row in the sample
					want := 1 - math.Pow(1-fraction, float64(existing))
					if margin := 4 * math.Sqrt(want*(1-want)/float64(tries)); math.Abs(rate-want) > margin+0.02 {
						t.Errorf("alarms at %.3f, the sample predicts %.3f", rate, want)
					}
				}
			}
		}
	}
}

// TestCost measures 10 million rows and 1,000 runs.
func TestCost(t *testing.T) {
	if testing.Short() {
		t.Skip("10 million rows")
	}
	const rows = 10_000_000
	start := time.Now()
	s := of(0, rows)
	s.limit()
	t.Logf("a sketch of %d rows: %.1f ns a row", rows, float64(time.Since(start).Nanoseconds())/rows)
	runs := make([]*Sketch, 1000)
	for i := range runs {
		runs[i] = of(newRows+uint64(i)*rows, 100_000)
	}
	runs[500] = s
	size := 0
	for i, run := range runs { // as they come from the disk
		data, _ := run.MarshalBinary()
		size += len(data)
		runs[i] = new(Sketch)
		if err := runs[i].UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
	}
	memory := func() (heap, allocated float64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6, float64(m.TotalAlloc) / 1e6
	}
	heap0, alloc0 := memory()
	start = time.Now()
	c := Compare(runs...)
	began := time.Since(start)
	heap1, alloc1 := memory()
	runtime.KeepAlive(runs)
	start = time.Now()
	for i := range uint64(rows) {
		c.Add(int64(i)+1, rowHash(i))
	}
	took := time.Since(start)
	o := c.Overlaps()[500]
	t.Log(fmt.Sprintf("%d runs: %.1f MB on disk; Compare takes %s, allocates %.1f MB in all and keeps %.1f MB beside %.1f MB of sketches; ",
		len(runs), float64(size)/1e6, began.Round(time.Millisecond), alloc1-alloc0, heap1-heap0, heap0),
		fmt.Sprintf("comparing %d rows: %s, %.0f ns a row; %+v", rows, took.Round(time.Millisecond), float64(took.Nanoseconds())/rows, o))
	if o.Share() != 1 || o.Sampled != Size {
		t.Errorf("the same file: %+v", o)
	}
}

// A small file has no row in the sample of a large run: the overlap says so.
func TestWithoutASample(t *testing.T) {
	c := Compare(of(0, 1_000_000))
	for i := range uint64(1_000_000) {
		if h := rowHash(i); h > math.MaxUint64/2 {
			c.Add(1, h)
			break
		}
	}
	if o := c.Overlaps()[0]; o.Sampled != 0 || o.Existing != 0 || o.Exact() {
		t.Errorf("got %+v", o)
	}
}
