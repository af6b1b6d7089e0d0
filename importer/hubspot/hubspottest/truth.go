// The truth: what the account holds and what it was asked, for tests to compare with what a client believes.

package hubspottest

import (
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// An Object is a record as the account holds it. It is a copy.
type Object struct {
	Type         string // canonical, such as line_items
	ID           string
	TraceID      string            // objectWriteTraceId of the input that created it
	Properties   map[string]string // those that were sent; without the ones that reverted
	Associations []Association
	CreatedAt    time.Time
	Archived     bool
}

// An Association is one from a record to another one.
type Association struct {
	ToType   string // "" where the association type does not say it
	ToID     string
	Category string
	TypeID   int
}

// Objects yields the records of a type (line_items or 0-8) that exist when the iteration begins, in the order of their creation, archived ones too.
// With Config.Forget it yields nothing. It panics when there is no such type.
func (a *Account) Objects(objectType string) iter.Seq[Object] {
	t := a.mustTable(objectType)
	return func(yield func(Object) bool) {
		t.mu.RLock()
		n := len(t.records)
		t.mu.RUnlock()
		for i := range n {
			t.mu.RLock()
			o := t.object(i)
			t.mu.RUnlock()
			if !yield(o) {
				return
			}
		}
	}
}

// Len counts the records of a type that are not archived. It panics when there is no such type.
func (a *Account) Len(objectType string) int {
	t := a.mustTable(objectType)
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.n - len(t.archived)
}

func (a *Account) mustTable(objectType string) *table {
	t, err := a.knownTable(objectType)
	if err != nil {
		panic("hubspottest: " + err.Error())
	}
	return t
}

// A Request is what the account noted about a request.
type Request struct {
	Number        int64 // from 1, in order of arrival
	Arrived       time.Time
	Method, Path  string
	Status        int    // of the answer; 0: the connection was closed without one
	Inputs        int    // of a batch that was looked into; a fault before that leaves 0
	Fault         string // that struck it
	CorrelationID string
}

// A Call is a kind of request with a kind of answer. Paths that do not exist are all the Path "".
type Call struct {
	Method, Path string
	Status       int
}

// kept is how many requests the log remembers.
const kept = 1 << 16

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
	if len(l.list) < kept {
		l.list = append(l.list, r)
		return
	}
	l.list[l.next] = r
	l.next = (l.next + 1) % kept
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

// MaxInWindow is the greatest number of requests with a valid token, refused ones too but no searches, that arrived in any window of Config.Per.
func (a *Account) MaxInWindow() int {
	a.limiter.mu.Lock()
	defer a.limiter.mu.Unlock()
	return a.limiter.most
}
