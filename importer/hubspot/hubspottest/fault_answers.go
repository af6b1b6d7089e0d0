// How faults are applied: before the request is carried out, after it, or while it is put off.

package hubspottest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// before leaves the request undone: the answer is all that there is.
func before(answer func(*Account, *call, Fault) *response) func(*Account, *call, Fault) *response {
	return answer
}

// after carries the request out and spoils the answer.
func after(spoil func(*response) *response) func(*Account, *call, Fault) *response {
	return func(a *Account, c *call, _ Fault) *response {
		return spoil(c.route.run(a, c))
	}
}

// delayed answers first and carries the request out later.
func delayed(answer func(*call) *response) func(*Account, *call, Fault) *response {
	return func(a *Account, c *call, f Fault) *response {
		later := *c
		later.body = bytes.Clone(c.body) // the buffer goes back when this request is over
		a.delayed.after(cmp.Or(f.Delay, 5*time.Second), func() { later.route.run(a, &later) })
		return answer(c)
	}
}

func status(code int, message string) func(*Account, *call, Fault) *response {
	return func(_ *Account, c *call, _ Fault) *response { return c.fail(code, "", message) }
}

func spoiled(code int, message string) func(*Account, *call, Fault) *response {
	return func(a *Account, c *call, _ Fault) *response {
		c.route.run(a, c)
		return c.fail(code, "", message)
	}
}

func slow(a *Account, c *call, f Fault) *response {
	resp := c.route.run(a, c)
	wait(c.request, cmp.Or(f.Delay, 30*time.Second))
	return resp
}

func page(status int, contentType, body string) *response {
	resp := &response{status: status, body: []byte(body), bare: true}
	resp.set("Content-Type", contentType)
	return resp
}

func html(status int, text string) *response {
	return page(status, "text/html; charset=utf-8", "<!DOCTYPE html>\n<html><head><title>"+text+"</title></head><body><h1>"+text+"</h1></body></html>\n")
}

// edit changes an answer with results; another one, such as a 400, stays as it is.
func edit(change func(*wireOutcome)) func(*response) *response {
	return func(r *response) *response {
		var o wireOutcome
		if r.status/100 != 2 || json.Unmarshal(r.body, &o) != nil || o.Results == nil {
			return r
		}
		change(&o)
		r.body = encode(o)
		return r
	}
}

// confuse makes an answer that belongs to somebody else: same shape, other records.
func confuse(o *wireOutcome) {
	for i, raw := range o.Results {
		var l wireLinks
		if json.Unmarshal(raw, &l) == nil && l.From.ID != "" {
			l.From.ID = "1" + l.From.ID
			o.Results[i] = encode(l)
			continue
		}
		var r wireResult
		if json.Unmarshal(raw, &r) != nil {
			continue
		}
		r.ID = "1" + r.ID
		r.Properties = map[string]string{"hs_object_id": r.ID}
		r.Trace = "another-" + strconv.Itoa(i)
		r.URL = ""
		o.Results[i] = encode(r)
	}
}

// damage compresses an answer and spoils its second half.
func damage(r *response) *response {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(r.body)
	_ = w.Close()
	r.body = z.Bytes()
	for i := len(r.body) / 2; i < len(r.body); i++ {
		r.body[i] ^= 0x5a
	}
	r.set("Content-Encoding", "gzip")
	return r
}

// delayedWork counts what is still to come. A WaitGroup would not do: work may begin while somebody waits.
type delayedWork struct {
	mu      sync.Mutex
	idle    sync.Cond
	pending int
}

func (l *delayedWork) init() { l.idle.L = &l.mu }

func (l *delayedWork) after(d time.Duration, work func()) {
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
	a.delayed.mu.Lock()
	defer a.delayed.mu.Unlock()
	for a.delayed.pending > 0 {
		a.delayed.idle.Wait()
	}
}
