// Lanes: servers on the loopback that serve one account after another, so that what is proved of a key stays proved.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// A lane has one address for all of its runs. hubload remembers of an address that
// the account there keeps the values of a key, which takes it five seconds to find
// out: with another address each run would sleep that long.
type lane struct {
	server  *httptest.Server
	current atomic.Pointer[truth]
	busy    atomic.Int64
	proofs  string // what hubload remembered of keys here
	usual   time.Duration
}

func newLane(t *testing.T, base string) *lane {
	l := &lane{usual: 150 * time.Millisecond}
	var err error
	if l.proofs, err = os.MkdirTemp(base, "proofs-"); err != nil {
		t.Error(err)
	}
	l.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.busy.Add(1)
		defer l.busy.Add(-1)
		account := l.current.Load()
		if account == nil {
			http.Error(w, "nobody is at home", http.StatusServiceUnavailable)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/batch/create") {
			account.arrive()
			<-account.answers
		}
		account.ServeHTTP(w, r)
	}))
	return l
}

func (l *lane) close() { l.server.Close() }

// serve puts another account behind the address. When it returns, the one before
// has finished all that ever reached it.
func (l *lane) serve(account *truth) {
	before := l.current.Swap(nil)
	if before != nil {
		l.server.CloseClientConnections()
		for l.busy.Load() > 0 {
			time.Sleep(time.Millisecond)
		}
		before.Settle()
	}
	l.current.Store(account)
}

// provedBefore lets a new state directory know what is known of keys here.
func (l *lane) provedBefore(state string) error {
	return os.CopyFS(filepath.Join(state, "hubload", "keys"), os.DirFS(l.proofs))
}

func (l *lane) keepProofs(state string) {
	found, _ := filepath.Glob(filepath.Join(state, "hubload", "keys", "*"))
	for _, path := range found {
		if data, err := os.ReadFile(path); err == nil {
			_ = os.WriteFile(filepath.Join(l.proofs, filepath.Base(path)), data, 0o600)
		}
	}
}

// A truth is an account that tells when creates arrive.
type truth struct {
	*hubspottest.Account
	mu      sync.Mutex
	arrived int
	bell    int
	rung    chan struct{}
	answers chan struct{} // closed when creates may be answered
}

// letAnswer is a truth that answers.
func letAnswer(account *hubspottest.Account) *truth {
	a := &truth{Account: account, answers: make(chan struct{})}
	close(a.answers)
	return a
}

func (a *truth) arrive() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.arrived++
	if a.rung != nil && a.arrived >= a.bell {
		close(a.rung)
		a.rung = nil
	}
}

// after returns a channel that is closed when n more creates have arrived.
func (a *truth) after(n int) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := make(chan struct{})
	a.bell, a.rung = a.arrived+n, c
	return c
}

// creates counts the create requests, and those among them whose answer proved
// nothing.
func (a *truth) creates() (all, unproved int) {
	proving := map[string]bool{"": true, "refuse-429": true, "bare-429": true, "401": true, "477": true}
	for _, r := range a.Requests() {
		if strings.HasSuffix(r.Path, "/batch/create") {
			all++
			if !proving[r.Fault] {
				unproved++
			}
		}
	}
	return all, unproved
}

// newTruth makes an account with a mix of faults.
func newTruth(sc scenario, token string, rng *rand.Rand) (*truth, string, error) {
	c := hubspottest.Config{
		Tokens:  []string{token},
		Limit:   1000,
		Per:     time.Second,
		Latency: time.Duration(1+rng.IntN(6)) * time.Millisecond,
		Jitter:  time.Duration(rng.IntN(5)) * time.Millisecond,
		Seed:    rng.Uint64(),
		Gzip:    rng.IntN(2) == 0,
	}
	c.Quirks.WholeBatch = rng.IntN(5) == 0
	c.Quirks.Conflict = []hubspottest.Conflict{hubspottest.ConflictRow, hubspottest.Conflict409, hubspottest.Conflict400}[rng.IntN(3)]
	about := fmt.Sprintf("latency %s+%s, whole batch %t, conflict %d", c.Latency, c.Jitter, c.Quirks.WholeBatch, c.Quirks.Conflict)
	if sc.faults {
		mix := faultMix(rng)
		if sc.naive {
			// Few runs have to show something.
			mix = append(mix, hubspottest.Fault{Name: "502-after", Probability: 0.05}, hubspottest.Fault{Name: "hangup-after", Probability: 0.05})
		}
		for _, f := range mix {
			c.Faults = append(c.Faults, f)
			about += ", " + f.String()
		}
	}
	account := hubspottest.New(c)
	err := errors.Join(
		account.AddProperty(defaultObject, hubspottest.Property{Name: keyProperty, Label: "Row key", Unique: true}),
		account.AddProperty(defaultObject, ruled("quantity")),
	)
	return letAnswer(account), about, err
}

func faultMix(rng *rand.Rand) []hubspottest.Fault {
	usual := []string{
		"hangup-before", "hangup-after", "500", "502", "503", "502-after", "503-after", "504-after", "524-after", "late-commit", "late-504",
		"truncated", "html-200", "html-200-after", "html-502", "empty-results", "empty-results-after", "missing-result", "pending", "bad-json",
		"broken-gzip", "408", "423",
	}
	var mix []hubspottest.Fault
	for _, name := range usual {
		if rng.IntN(2) == 0 {
			continue
		}
		f := hubspottest.Fault{Name: name, Probability: 0.001 + 0.014*rng.Float64()}
		if strings.HasPrefix(name, "late") {
			f.Delay = time.Duration(20+rng.IntN(600)) * time.Millisecond
		}
		mix = append(mix, f)
	}
	// Each of these costs a second of waiting or a process.
	for name, p := range map[string]float64{"refuse-429": 0.003, "bare-429": 0.002, "wrong-trace": 0.002, "401": 0.002, "redirect-308": 0.001} {
		mix = append(mix, hubspottest.Fault{Name: name, Probability: p})
	}
	if rng.IntN(20) == 0 {
		mix = append(mix, hubspottest.Fault{Name: "477", Probability: 0.002, Delay: time.Second})
	}
	if rng.IntN(10) == 0 {
		mix = append(mix, hubspottest.Fault{Name: "503", All: true, Next: 1 + rng.IntN(2)})
	}
	return mix
}
