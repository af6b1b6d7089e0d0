// A quiet network to an account with a rolling window, and whole imports that pass over it: the model behind the figures of speed.

package importer_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
	"github.com/hubload/hubload/ratelimit"
)

// pro is the limit of the professional and enterprise plans.
var pro = ratelimit.Limit{N: 190, Per: 10 * time.Second}

// leastMakespan is the shortest time in which a window takes n requests that are
// answered in d: a windowful at once, and the next ones each a window later.
func leastMakespan(l ratelimit.Limit, n int, d time.Duration) time.Duration {
	return time.Duration((n-1)/l.N)*l.Per + d
}

// A jitter is how much the times of a network and a server differ.
type jitter int

const (
	noJitter      jitter = iota
	typicalJitter        // lognormal, sigma 0.5 on each way and 0.4 on the service
	heavyJitter          // the same, and 2 % of the requests come up to 2 s late
)

// A road carries requests to an account without losing any, and notes when they arrive.
type road struct {
	account *hubspottest.Account
	service time.Duration // the median of
	jitter  jitter

	mu       sync.Mutex
	rng      *rand.Rand
	accepted []time.Time // when, in order
	refused  int
	slowest  time.Duration
}

func newRoad(seed uint64, j jitter, service time.Duration, c hubspottest.Config) *road {
	c.Limit, c.Per, c.Seed = pro.N, pro.Per, seed
	return &road{account: hubspottest.New(c), service: service, jitter: j, rng: rand.New(rand.NewPCG(seed, 9))}
}

func (r *road) draw() (there, service, back time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lognormal := func(median time.Duration, sigma float64) time.Duration {
		if r.jitter == noJitter {
			return median
		}
		return time.Duration(float64(median) * math.Exp(sigma*r.rng.NormFloat64()))
	}
	const oneWay = 20 * time.Millisecond
	there, service, back = lognormal(oneWay, 0.5), lognormal(r.service, 0.4), lognormal(oneWay, 0.5)
	if r.jitter == heavyJitter && r.rng.Float64() < 0.02 {
		there += time.Duration(r.rng.Float64() * float64(2*time.Second))
	}
	return there, service, back
}

// RoundTrip implements [http.RoundTripper].
func (r *road) RoundTrip(req *http.Request) (*http.Response, error) {
	there, service, back := r.draw()
	began := time.Now()
	time.Sleep(there)
	rec := httptest.NewRecorder()
	arrived := time.Now()
	r.account.ServeHTTP(rec, req)
	if req.Body != nil {
		req.Body.Close()
	}
	if rec.Code == http.StatusTooManyRequests {
		service = 0
	}
	time.Sleep(service + back)
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec.Code == http.StatusTooManyRequests {
		r.refused++
	} else {
		r.accepted = append(r.accepted, arrived)
	}
	r.slowest = max(r.slowest, time.Since(began))
	return rec.Result(), nil
}

// otherClient sends requests of its own at random until ctx ends, and returns how many
// there were and how many of them were refused.
func (r *road) otherClient(ctx context.Context, rng *rand.Rand, perSecond float64) (sent, refused int) {
	for ; ; sent++ {
		select {
		case <-ctx.Done():
			return sent, refused
		case <-time.After(time.Duration(rng.ExpFloat64() / perSecond * float64(time.Second))):
		}
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodGet, "/crm/v3/properties/line_items/name", nil)
		req.Header.Set("Authorization", "Bearer another")
		r.account.ServeHTTP(rec, req)
		if rec.Code == http.StatusTooManyRequests {
			refused++
		}
	}
}

// share returns how much of the limit was used between two times, in percent.
func (r *road) share(from, to time.Time) float64 {
	n := 0
	for _, t := range r.accepted {
		if !t.Before(from) && t.Before(to) {
			n++
		}
	}
	return 100 * float64(n) / (float64(pro.N) * to.Sub(from).Seconds() / pro.Per.Seconds())
}

// A haul is an import of n batches of one row by the production engine, client,
// limiter and journal. The engine's part in the time is the same for a hundred rows.
type haul struct {
	road *road
	dir  string
	n    int
}

func newHaul(t *testing.T, r *road, n int) *haul {
	t.Helper()
	dir, err := os.MkdirTemp(shm(), "hubload-haul-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return &haul{road: r, dir: dir, n: n}
}

// run is one process: it begins, or goes on, until all rows have their fate or ctx ends.
func (h *haul) run(ctx context.Context, o ratelimit.Options, progress *importer.Progress) (err error) {
	path := filepath.Join(h.dir, "journal.jsonl")
	j, st, err := journal.Open(path)
	if os.IsNotExist(err) {
		j, err = journal.Create(path, journal.Header{Run: "haul", Started: time.Now()})
	}
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, j.Close()) }()
	if st != nil {
		defer st.Close()
	}
	m, err := mapping.ForHeader("line_items", []string{"name"}, schema.IsLineItemProperty).Compile([]string{"name"})
	if err != nil {
		return err
	}
	client, err := hubspot.New(hubspot.Config{Credentials: hubspot.Static("a-token"), Transport: h.road})
	if err != nil {
		return err
	}
	return importer.Run(ctx, importer.Import{
		Source: &counter{n: int64(h.n)}, Rows: rows.Config{Mapper: m}, API: client, Limiter: ratelimit.New(o),
		Journal: j, State: st, Name: filepath.Base(h.dir), BatchSize: 1, Progress: progress,
	})
}

// A counter is a source of n rows.
type counter struct{ n, at int64 }

func (c *counter) Header() []string { return []string{"name"} }

func (c *counter) Read() (*csvfile.Record, error) {
	if c.at == c.n {
		return nil, io.EOF
	}
	c.at++
	cell := fmt.Sprint("p", c.at)
	return &csvfile.Record{Row: c.at, Line: c.at + 1, Fields: []string{cell}, Raw: []byte(cell)}, nil
}

// A sharedWindow is a [ratelimit.Store] in memory.
type sharedWindow struct {
	mu   sync.Mutex
	data string
}

func (s *sharedWindow) Update(change func([]byte) []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data := change([]byte(s.data)); data != nil {
		s.data = strings.Clone(string(data))
	}
	return nil
}
