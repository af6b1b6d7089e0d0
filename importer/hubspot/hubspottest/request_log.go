// The log of requests, for tests to look at.

package hubspottest

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A Request is what the account noted about a request.
type Request struct {
	Number        int64 // from 1, in order of arrival
	Arrived       time.Time
	Method, Path  string
	Status        int    // of the answer; 0: the connection was closed without one
	Inputs        int    // of a batch that was read; 0 where a fault came first
	Fault         string // that was applied to it
	CorrelationID string
}

// A Call is a kind of request with a kind of answer. Paths that do not exist are all the Path "".
type Call struct {
	Method, Path string
	Status       int
}

// maxLogged is how many requests the log remembers.
const maxLogged = 1 << 16

type requestLog struct {
	mu     sync.Mutex
	list   []Request // a ring once it is full
	next   int
	counts map[Call]int
}

func (l *requestLog) add(c *call, status int) {
	r := Request{
		Number: c.number, Arrived: c.arrived, Method: c.request.Method, Path: c.request.URL.Path,
		Status: status, Inputs: c.inputs, Fault: c.fault, CorrelationID: c.correlation,
	}
	call := Call{r.Method, r.Path, r.Status}
	if c.route.run == nil {
		call.Path = ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = make(map[Call]int)
	}
	l.counts[call]++
	if len(l.list) < maxLogged {
		l.list = append(l.list, r)
		return
	}
	l.list[l.next] = r
	l.next = (l.next + 1) % maxLogged
}

// Requests lists the last 65,536 requests whose answers were decided, by number.
func (a *Account) Requests() []Request {
	a.log.mu.Lock()
	defer a.log.mu.Unlock()
	list := slices.Clone(a.log.list)
	slices.SortFunc(list, func(x, y Request) int { return int(x.Number - y.Number) })
	return list
}

// Counts counts all requests so far by method, path and status.
func (a *Account) Counts() map[Call]int {
	a.log.mu.Lock()
	defer a.log.mu.Unlock()
	return maps.Clone(a.log.counts)
}

// MaxInWindow is the greatest number of requests with a valid token, refused ones too but no searches,
// that arrived in any window of Config.Per.
func (a *Account) MaxInWindow() int {
	a.limiter.mu.Lock()
	defer a.limiter.mu.Unlock()
	return a.limiter.most
}
