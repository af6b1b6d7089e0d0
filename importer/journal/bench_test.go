// What a journal costs: bytes a batch, and the State of 10 million rows.

package journal

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
)

func TestBytesPerBatch(t *testing.T) {
	tests := []struct {
		name  string
		step  func() int64
		bytes int
	}{
		{"ids that follow each other", func() int64 { return 1 }, 256},
		{"ids up to 26 apart", func() int64 { return rand.Int64N(26) + 1 }, 500},
		{"ids up to 900 apart", func() int64 { return rand.Int64N(900) + 1 }, 620},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const batches = 1000
			f := &memFile{}
			j, err := create(f, testHeader)
			if err != nil {
				t.Fatal(err)
			}
			id := int64(51234567890)
			for b := range int64(batches) {
				writeBatch(t, j, b+99_000, func(int64) Fate {
					id += tt.step()
					return Fate{Kind: Created, ID: strconv.FormatInt(id, 10), Attempts: 1}
				})
			}
			got := len(f.data) / batches
			t.Logf("%d bytes a batch", got)
			if got > tt.bytes {
				t.Errorf("%d bytes a batch, want at most %d", got, tt.bytes)
			}
		})
	}
}

// writeBatch takes 100 rows through an intent.
func writeBatch(t testing.TB, j *Journal, batch int64, fate func(row int64) Fate) {
	at := Span{batch*100 + 1, batch*100 + 100}
	rows, fates := make([]int64, 100), make([]Fate, 100)
	for i := range rows {
		rows[i] = at.From + int64(i)
		fates[i] = fate(rows[i])
		fates[i].Row = rows[i]
	}
	n, err := j.Begin([]Slice{{at, uint32(batch)}}, nil, rows, 1)
	if err == nil {
		err = j.End(n, fates)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tenMillion returns the journal of a run of 10 million rows.
func tenMillion(b *testing.B, fate func(row int64) Fate) []byte {
	f := &memFile{lazy: true}
	j, err := create(f, testHeader)
	if err != nil {
		b.Fatal(err)
	}
	for batch := range int64(100_000) {
		writeBatch(b, j, batch, fate)
	}
	return f.data
}

func BenchmarkTenMillionRows(b *testing.B) {
	kinds := map[string]func(row int64) Fate{
		"all created": func(row int64) Fate {
			return Fate{Kind: Created, ID: strconv.FormatInt(5e10+row, 10), Attempts: 1}
		},
		"every 3rd refused": func(row int64) Fate {
			if row%3 == 0 {
				return Fate{Kind: Refused, Code: "INVALID_OPTION", Message: "{value} is no option", Attempts: 1}
			}
			return Fate{Kind: Created, ID: strconv.FormatInt(5e10+row, 10), Attempts: 1}
		},
	}
	for name, fate := range kinds {
		data := tenMillion(b, fate)
		b.Run(name, func(b *testing.B) {
			var s *State
			before := heap()
			for b.Loop() {
				var err error
				if s, _, err = readBytes(data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(heap()-before), "heap-B")
			b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N), "s/load")
			b.ReportMetric(float64(len(data))/100_000, "B/batch")
			if s.Counts().Created < 6e6 {
				b.Fatal(s.Counts())
			}
			runtime.KeepAlive(data)
		})
		b.Run(name+", every fate in order", func(b *testing.B) {
			s, _, err := readBytes(data)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				for row := int64(1); row <= 10e6; row++ {
					if _, ok, err := s.Fate(row); !ok || err != nil {
						b.Fatal(row, ok, err)
					}
				}
			}
			b.ReportMetric(10e6*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkBatchWithoutDisk is the CPU time of a batch.
func BenchmarkBatchWithoutDisk(b *testing.B) {
	j, err := create(&memFile{lazy: true}, testHeader)
	if err != nil {
		b.Fatal(err)
	}
	batch := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		writeBatch(b, j, batch, func(row int64) Fate { return Fate{Kind: Created, ID: "51234567890", Attempts: 1} })
		batch++
	}
}

// BenchmarkBatch writes batches to a real disk.
func BenchmarkBatch(b *testing.B) {
	for _, workers := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(workers, " workers"), func(b *testing.B) {
			j, err := Create(filepath.Join(b.TempDir(), "journal.jsonl"), testHeader)
			if err != nil {
				b.Fatal(err)
			}
			var batch atomic.Int64
			b.SetParallelism(max(1, workers/runtime.GOMAXPROCS(0)))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					writeBatch(b, j, batch.Add(1), func(row int64) Fate {
						return Fate{Kind: Created, ID: strconv.FormatInt(5e10+row, 10), Attempts: 1}
					})
				}
			})
			b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
