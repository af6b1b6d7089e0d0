// Faults: their names, when they apply, and how both are written as text.

package hubspottest

import (
	"cmp"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault goes wrong in one way, named as in [FaultNames]. Of Probability, Every, Next and When exactly one says when.
// It applies to requests for batch/create and batch/update that were let in (token, rate, scope) and read to their end,
// or with All to any such request, those of the token endpoints included.
// Of several faults for the same request, the first one given applies.
type Fault struct {
	Name        string
	All         bool
	Probability float64                                 // the chance of each request, 0 < Probability <= 1
	Every       int                                     // each n-th request: Every 3 lets two pass
	Next        int                                     // the next so many requests, then never again
	When        func(r *http.Request, body []byte) bool // each request for which it is true; called one request at a time
	Delay       time.Duration                           // of slow and the late faults; Retry-After of 477. 0 means what the name's description says
}

// ParseFault reads a fault from NAME[@all]=WHEN[:DELAY], where WHEN is a probability (0.01 or 1%), every-N or next-N,
// and DELAY is written as in [time.ParseDuration]: "hangup-after=1%", "503@all=next-2", "slow=every-50:5s".
func ParseFault(s string) (Fault, error) {
	name, when, ok := strings.Cut(s, "=")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: write NAME=WHEN, such as %s=0.01", s, cmp.Or(name, "refuse-429"))
	}
	var f Fault
	f.Name, f.All = strings.CutSuffix(name, "@all")
	when, delay, hasDelay := strings.Cut(when, ":")
	if hasDelay {
		d, err := time.ParseDuration(delay)
		if err != nil || d <= 0 {
			return Fault{}, fmt.Errorf("fault %q: %q is not a delay; write something like 5s", s, delay)
		}
		f.Delay = d
	}
	var err error
	if n, ok := strings.CutPrefix(when, "every-"); ok {
		f.Every, err = strconv.Atoi(n)
	} else if n, ok := strings.CutPrefix(when, "next-"); ok {
		f.Next, err = strconv.Atoi(n)
	} else if n, ok := strings.CutSuffix(when, "%"); ok {
		f.Probability, err = strconv.ParseFloat(n, 64)
		f.Probability /= 100
	} else {
		f.Probability, err = strconv.ParseFloat(when, 64)
	}
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %q does not say when; write a probability (0.01 or 1%%), every-N or next-N", s, when)
	}
	if err := f.check(); err != nil {
		return Fault{}, err
	}
	return f, nil
}

// String is the form that [ParseFault] reads. It leaves When out.
func (f Fault) String() string {
	s := f.Name
	if f.All {
		s += "@all"
	}
	switch {
	case f.Every > 0:
		s += "=every-" + strconv.Itoa(f.Every)
	case f.Next > 0:
		s += "=next-" + strconv.Itoa(f.Next)
	default:
		s += "=" + strconv.FormatFloat(f.Probability, 'g', -1, 64)
	}
	if f.Delay > 0 {
		s += ":" + f.Delay.String()
	}
	return s
}

func (f Fault) check() error {
	if findKind(f.Name) == nil {
		return fmt.Errorf("there is no fault %q; there are %s", f.Name, strings.Join(slices.Collect(names()), ", "))
	}
	ways := 0
	for _, said := range []bool{f.Probability != 0, f.Every != 0, f.Next != 0, f.When != nil} {
		if said {
			ways++
		}
	}
	// Asked this way round, so that a probability of NaN fails too.
	if ways == 1 && f.Probability >= 0 && f.Probability <= 1 && f.Every >= 0 && f.Next >= 0 && f.Delay >= 0 {
		return nil
	}
	return fmt.Errorf("fault %q: give exactly one of a probability above 0 and up to 1, every-N and next-N, with N from 1", f.Name)
}

// FaultNames lists the names of faults, each with a description of one line.
func FaultNames() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, k := range kinds() {
			if !yield(k.name, k.about) {
				return
			}
		}
	}
}

func names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range FaultNames() {
			if !yield(name) {
				return
			}
		}
	}
}

func findKind(name string) *kind {
	list := kinds()
	if i := slices.IndexFunc(list, func(k kind) bool { return k.name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// faults are the ones in force.
type faults struct {
	mu    sync.Mutex
	armed []*armed
}

type armed struct {
	Fault
	kind *kind
	seen int // requests that it could have applied to
	left int // of Next
}

func (f *faults) set(list []Fault) {
	var next []*armed
	for _, fault := range list {
		if err := fault.check(); err != nil {
			panic("hubspottest: " + err.Error())
		}
		next = append(next, &armed{Fault: fault, kind: findKind(fault.Name), left: fault.Next})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = next
}

// pick finds the fault that applies to a request. Without one, kind is nil.
func (f *faults) pick(c *call) armed {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found armed
	for _, a := range f.armed {
		if !a.All && !c.route.write {
			continue
		}
		a.seen++ // also where another one applies: every third request is every third
		if found.kind == nil && a.applies(c) {
			found = *a
		}
	}
	return found
}

func (a *armed) applies(c *call) bool {
	switch {
	case a.When != nil:
		return a.When(c.request, c.body)
	case a.Every > 0:
		return a.seen%a.Every == 0
	case a.left > 0:
		a.left--
		return true
	case a.Next > 0:
		return false
	}
	return c.rng.Float64() < a.Probability
}
