// Work that is done after its request was answered.

package hubspottest

import (
	"sync"
	"time"
)

// lateWork counts what is still to come. A WaitGroup would not do: work may begin while somebody waits.
type lateWork struct {
	mu      sync.Mutex
	idle    sync.Cond
	pending int
}

func (l *lateWork) init() { l.idle.L = &l.mu }

func (l *lateWork) after(d time.Duration, work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending++
	time.AfterFunc(d, func() {
		work()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.pending--
		l.idle.Broadcast()
	})
}

// Settle waits until everything was applied that a late-commit or late-504 fault put off.
// Before that the records are not the last word about the requests so far.
func (a *Account) Settle() {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	for a.late.pending > 0 {
		a.late.idle.Wait()
	}
}
