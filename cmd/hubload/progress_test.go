// Progress: what is shown must be true, after a resume too.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
	"github.com/hubload/hubload/ratelimit"
)

func TestTimeLeft(t *testing.T) {
	pro := ratelimit.Limit{N: 190, Per: 10 * time.Second}
	for _, c := range []struct {
		name                 string
		rest, work, requests int64
		batch, rate          float64
		want                 time.Duration
	}{
		{"before the first answer the limit tells it", 1_000_000, 0, 0, 100, 0, 526 * time.Second},
		{"a burst at the start doesn't last", 981_000, 19_000, 190, 100, 9_500, 516 * time.Second},
		{"small batches take more requests", 1_000_000, 0, 0, 50, 0, 1053 * time.Second},
		{"halved batches take more requests", 100_000, 2_000, 40, 100, 950, 105 * time.Second},
		{"slow answers count", 100_000, 10_000, 100, 100, 500, 200 * time.Second},
	} {
		got, ok := timeLeft(c.rest, c.work, c.requests, c.batch, c.rate, pro)
		if !ok || got != c.want {
			t.Errorf("%s: %s, %t; want %s", c.name, got, ok, c.want)
		}
	}
	if left, ok := timeLeft(0, 10, 1, 100, 5, pro); ok {
		t.Errorf("nothing is left to do, and takes %s", left)
	}
}

func TestPace(t *testing.T) {
	var p pace
	rate := 0.0
	for s := range 600 {
		rows := int64(s) * 100
		if s > 300 {
			rows = 300*100 + int64(s-300)*10
		}
		rate = p.add(time.Duration(s)*time.Second, rows)
	}
	if rate < 9.9 || rate > 10.1 {
		t.Errorf("%g rows/s five minutes after it fell to 10", rate)
	}
	if n := len(p.marks); n > 63 {
		t.Errorf("%d marks are kept of a minute", n)
	}
}

// slowSender creates everything, half a second later.
type slowSender struct {
	api.API
	ids atomic.Int64
}

func (s *slowSender) Create(_ context.Context, inputs []api.Input) api.Answer {
	ans := api.Answer{Outcome: api.Answered, Rate: api.Rate{Limit: ratelimit.Limit{N: 190, Per: 10 * time.Second}, Remaining: -1}}
	for _, in := range inputs {
		ans.Created = append(ans.Created, api.Created{Trace: in.Trace, ID: fmt.Sprint(s.ids.Add(1))})
	}
	time.Sleep(500 * time.Millisecond)
	return ans
}

// fakeRows is a source of n rows of one column.
type fakeRows struct{ n, at int64 }

func (r *fakeRows) Header() []string { return []string{"name"} }

func (r *fakeRows) Read() (*csvfile.Record, error) {
	if r.at == r.n {
		return nil, io.EOF
	}
	r.at++
	cell := fmt.Sprint("p", r.at)
	return &csvfile.Record{Row: r.at, Line: r.at + 1, Fields: []string{cell}, Raw: []byte(cell)}, nil
}

// What the lines say of the time left is compared with the time that it took.
func TestProgressLinesAreTrue(t *testing.T) {
	t.Parallel()
	const all, size = 100_000, 1_000_000
	for _, already := range []int64{0, 60_000} {
		t.Run(fmt.Sprintf("%d rows were done before", already), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				if already > 0 {
					importRows(t, dir, &fakeRows{n: already}, nil)
				}
				var out bytes.Buffer
				a := &app{system: system{stderr: &out}}
				a.ui = newUI(a.system)
				a.ui.jsonLines()
				say := &sayFlags{}
				say.progress.value, say.logFormat.value = "auto", "json"
				src := &fakeRows{n: all}
				started := time.Now()
				importRows(t, dir, src, func(p *importer.Progress, l *ratelimit.Limiter) (stop func()) {
					return a.progress(say, 0)(rundir.Live{Progress: p, Size: size, Offset: func() int64 { return p.Now().Read * size / all }, Limit: l.Limit})
				})
				took := time.Since(started)
				lines := strings.Split(strings.TrimSpace(out.String()), "\n")[1:]
				if want := int(took / plainEvery); len(lines) != want || want < 2 {
					t.Fatalf("%d lines in %s", len(lines), took)
				}
				for i, line := range lines {
					var said struct {
						Rows, Created int64
						Left          float64 `json:"seconds_left"`
						P50           int64   `json:"p50_ms"`
						P95           int64   `json:"p95_ms"`
					}
					if err := json.Unmarshal([]byte(line), &said); err != nil {
						t.Fatalf("%v in %s", err, line)
					}
					left := (took - time.Duration(i+1)*plainEvery).Seconds()
					if said.Left < left-4 || said.Left > left+8 || said.P50 != 500 || said.P95 != 500 {
						t.Errorf("%.0f seconds were left: %s", left, line)
					}
					if said.Rows < all-1000 || said.Rows > all+1000 || said.Created <= already {
						t.Errorf("of %d rows, %d of them done before: %s", all, already, line)
					}
				}
			})
		})
	}
}

// importRows imports rows with a journal in dir, whether it is there already or not.
func importRows(t *testing.T, dir string, src *fakeRows, show func(*importer.Progress, *ratelimit.Limiter) (stop func())) {
	importRowsBy(t, dir, &slowSender{}, src, show)
}

func importRowsBy(t *testing.T, dir string, to api.API, src *fakeRows, show func(*importer.Progress, *ratelimit.Limiter) (stop func())) {
	path := filepath.Join(dir, journalName)
	j, st, err := journal.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err = journal.Create(path, journal.Header{Run: "r", Started: time.Now()})
	}
	if err != nil {
		t.Fatal(err)
	}
	if st != nil {
		defer st.Close()
	}
	m, err := mapping.ForHeader("line_items", []string{"name"}, schema.IsLineItemProperty).Compile([]string{"name"})
	if err != nil {
		t.Fatal(err)
	}
	progress, limiter := new(importer.Progress), ratelimit.New(ratelimit.Options{})
	if show != nil {
		defer show(progress, limiter)()
	}
	err = importer.Run(t.Context(), importer.Import{
		Source: src, Rows: rows.Config{Mapper: m}, API: to, Limiter: limiter, Journal: j, State: st, Name: "r", Progress: progress,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}
