// Serving: what happens to a request from its arrival to its answer.

package hubspottest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"slices"
	"sync"
	"time"
)

// maxBody is far above what 100 records of a sensible size need; HubSpot's own limit is not known.
const maxBody = 64 << 20

// A call is one request on its way through the account.
type call struct {
	request     *http.Request
	route       route
	body        []byte
	quirks      *Quirks
	rng         *rand.Rand
	number      int64 // of the request, from 1
	arrived     time.Time
	correlation string
	window      window // the rate limit after this request
	fault       string
	inputs      int
}

// ServeHTTP answers as HubSpot would, or as the faults want it.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := a.arrived.Add(1)
	c := &call{
		request: r,
		quirks:  a.quirks.Load(),
		rng:     rand.New(rand.NewPCG(a.config.Seed, uint64(n))),
		number:  n,
		arrived: time.Now(),
	}
	c.correlation = uuid(c.rng)
	buf := bodies.Get().(*bytes.Buffer)
	defer bodies.Put(buf)
	buf.Reset()
	resp := a.answer(c, buf)
	// Noted before it leaves: whoever has the answer finds the request in the log.
	a.log.add(c, resp.status)
	a.write(w, c, resp)
}

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (a *Account) answer(c *call, buf *bytes.Buffer) *response {
	var allow string
	if c.route, allow = findRoute(c.request.Method, c.request.URL.Path); c.route.run == nil {
		if allow == "" {
			return c.fail(http.StatusNotFound, "OBJECT_NOT_FOUND", "Unable to find a resource at "+c.request.URL.Path)
		}
		resp := c.fail(http.StatusMethodNotAllowed, "", "HTTP 405 Method Not Allowed")
		resp.set("Allow", allow)
		return resp
	}
	if !c.route.open {
		if resp := a.admit(c); resp != nil {
			return resp
		}
	}
	if resp := c.read(buf); resp != nil {
		return resp
	}
	fault := a.faults.pick(c)
	pause := a.config.Latency
	if j := a.config.Jitter; j > 0 {
		pause += time.Duration(c.rng.Int64N(int64(j) + 1))
	}
	time.Sleep(pause / 2) // also when the client has gone: a server that got the request carries it out
	defer wait(c.request, pause-pause/2)
	if fault.kind == nil {
		return c.route.run(a, c)
	}
	c.fault = fault.Name
	return fault.kind.apply(a, c, fault.Fault)
}

// admit lets a request in: token, rate, scope. Nil means in.
func (a *Account) admit(c *call) *response {
	if resp := a.tokens.check(c); resp != nil {
		return resp
	}
	if c.route.search {
		refused := a.searchLimiter.take(c) != nil
		c.window = window{} // their answers have no headers of a limit
		if refused {
			return c.limitedSecondly()
		}
	} else if resp := a.limiter.take(c); resp != nil {
		return resp
	}
	for _, need := range [][]string{c.route.scopes, c.route.toScopes} {
		if len(need) > 0 && len(a.config.Scopes) > 0 &&
			!slices.ContainsFunc(need, func(s string) bool { return slices.Contains(a.config.Scopes, s) }) {
			return c.missingScopes(need)
		}
	}
	return nil
}

// read takes the request's body into buf, and refuses what is not a body for this route.
func (c *call) read(buf *bytes.Buffer) *response {
	r := c.request
	if r.Method != http.MethodPost {
		return nil
	}
	want := "application/json"
	if c.route.open {
		want = "application/x-www-form-urlencoded"
	}
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != want || r.Header.Get("Content-Encoding") != "" {
		return c.fail(http.StatusUnsupportedMediaType, "", "HTTP 415 Unsupported Media Type")
	}
	if r.Body == nil {
		return nil
	}
	if _, err := buf.ReadFrom(io.LimitReader(r.Body, maxBody+1)); err != nil {
		return hangup() // the client went away in the middle of its request
	}
	if buf.Len() > maxBody {
		return c.fail(http.StatusRequestEntityTooLarge, "VALIDATION_ERROR", "HTTP 413 Request Entity Too Large")
	}
	c.body = buf.Bytes()
	return nil
}

// wait passes time, and stops when the client has gone.
func wait(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

func uuid(rng *rand.Rand) string {
	hi, lo := rng.Uint64()&^0xf000|0x4000, rng.Uint64()&^(3<<62)|2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}
