// The records that rows lead to: found once for all the rows that wait for them, a hundred a request.

package importer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// searchLimit is HubSpot's limit of searches, which are five a second for the whole
// account, less one for others. Their answers say nothing of it.
var searchLimit = ratelimit.Limit{N: 4, Per: time.Second}

// A question is what to look up, and an id or a code is the reply to it.
type question struct {
	mapping.Target
	value string
}

type reply struct{ id, code string }

// A wanted reply is waited for by one worker or more.
type wanted struct {
	question
	reply
	err  error
	done chan struct{} // closed when the reply is there, or an error
}

// A links finds the records that rows lead to. Workers register what they want and
// wait. Askers take up to a hundred values each when they have their turn at the
// limiter, so that what was registered meanwhile goes with them; there are as many of
// them as the values that wait fill requests.
type links struct {
	r        *run
	searches *ratelimit.Limiter
	askers   sync.WaitGroup

	mu      sync.Mutex
	known   replies
	asked   map[question]*wanted // without a reply so far
	targets map[mapping.Target]*target
}

// A target is what is looked up in one way.
type target struct {
	waiting []*wanted // nobody has asked for them
	askers  int       // who will

	definition chan struct{} // holds the right to read it
	defined    bool
	unique     bool
}

// newLinks returns nil for a mapper without links.
func newLinks(r *run) *links {
	if r.im.Mapper == nil || len(r.im.Mapper.Targets()) == 0 {
		return nil
	}
	return &links{
		r: r, searches: ratelimit.New(ratelimit.Options{Cap: searchLimit}),
		asked: map[question]*wanted{}, targets: map[mapping.Target]*target{},
	}
}

// find returns the replies to all that rows ask.
func (l *links) find(ctx context.Context, rows []*row) (map[question]reply, error) {
	replies := map[question]reply{}
	var wait []*wanted
	l.mu.Lock()
	for _, rw := range rows {
		for _, link := range rw.rec.Links {
			q := question{link.Target, link.Value}
			if _, twice := replies[q]; twice {
				continue
			}
			rep, ok := l.known.get(q)
			if replies[q] = rep; !ok {
				wait = append(wait, l.want(ctx, q))
			}
		}
	}
	l.mu.Unlock()
	for _, w := range wait {
		select {
		case <-w.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if w.err != nil {
			return nil, w.err
		}
		replies[w.question] = w.reply
	}
	return replies, nil
}

// want registers a question, unless it is being asked already. The lock is held.
func (l *links) want(ctx context.Context, q question) *wanted {
	if w := l.asked[q]; w != nil {
		return w
	}
	w := &wanted{question: q, done: make(chan struct{})}
	l.asked[q] = w
	t := l.targets[q.Target]
	if t == nil {
		t = &target{definition: make(chan struct{}, 1)}
		l.targets[q.Target] = t
	}
	t.waiting = append(t.waiting, w)
	l.call(ctx, q.Target, t)
	return w
}

// call starts askers for what waits. The lock is held.
func (l *links) call(ctx context.Context, of mapping.Target, t *target) {
	for t.askers*api.MaxBatch < len(t.waiting) {
		t.askers++
		l.askers.Go(func() { l.ask(ctx, of, t) })
	}
}

// take takes what one request can ask for. Values that may be one to HubSpot go
// separate ways, for its answer would tell of one of them only.
func (l *links) take(ctx context.Context, of mapping.Target, t *target) []*wanted {
	l.mu.Lock()
	defer l.mu.Unlock()
	var batch, rest []*wanted
	folded := map[string]bool{}
	for i, w := range t.waiting {
		if len(batch) == api.MaxBatch {
			rest = append(rest, t.waiting[i:]...)
			break
		}
		if f := api.Folded(w.value); folded[f] {
			rest = append(rest, w)
		} else {
			folded[f] = true
			batch = append(batch, w)
		}
	}
	t.waiting = rest
	t.askers--
	l.call(ctx, of, t)
	return batch
}

// ask asks for one batch until every value has its reply.
func (l *links) ask(ctx context.Context, of mapping.Target, t *target) {
	unique, err := l.defined(ctx, of, t)
	limiter, read := l.r.im.Limiter, l.r.im.API.FindByProperty
	if !unique {
		limiter, read = l.searches, l.r.im.API.Search
	}
	var batch []*wanted
	taken := false
	for n := api.MaxBatch; err == nil && (!taken || len(batch) > 0); {
		var m api.Found
		m, err = call.ReadLimited(ctx, l.r.calls, limiter, func(ctx context.Context) (api.Found, error) {
			if !taken {
				batch, taken = l.take(ctx, of, t), true
			}
			if n = min(n, len(batch)); n == 0 {
				return api.Found{Rate: api.Rate{Remaining: -1}}, nil
			}
			return read(ctx, of.To, of.Property, valuesOf(batch[:n]))
		})
		switch {
		case err != nil:
		case m.Complete > 0:
			l.settle(batch[:m.Complete], m.IDs)
			batch = batch[m.Complete:]
			n = min(2*m.Complete, api.MaxBatch)
		case n > 1:
			n /= 2
		case n == 1:
			err = &call.RefusedReadError{Err: errors.New("too many of them have one value")}
		}
	}
	if !taken {
		batch = l.take(ctx, of, t)
	}
	l.fail(batch, explained(err, of))
}

// defined reports whether the target's property is unique, and asks for that once.
func (l *links) defined(ctx context.Context, of mapping.Target, t *target) (bool, error) {
	if of.Property == "" {
		return true, nil
	}
	select {
	case t.definition <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-t.definition }()
	if t.defined {
		return t.unique, nil
	}
	unique, err := call.Read(ctx, l.r.calls, func(ctx context.Context) (bool, error) { return l.r.im.API.Unique(ctx, of.To, of.Property) })
	if err == nil {
		t.unique, t.defined = unique, true
	}
	return unique, err
}

func valuesOf(batch []*wanted) []string {
	values := make([]string, len(batch))
	for i, w := range batch {
		values[i] = w.value
	}
	return values
}

// settle gives a batch its replies.
func (l *links) settle(batch []*wanted, ids map[string][]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range batch {
		switch found := ids[w.value]; {
		case len(found) > 1:
			w.code = mapping.CodeMatchAmbiguous
		case len(found) == 1 && mapping.ValidID(found[0]):
			w.id = found[0]
		case w.Property == "":
			w.code = mapping.CodeAssociationNotFound
		default:
			w.code = mapping.CodeMatchNotFound
		}
		l.known.put(w.question, w.reply)
		delete(l.asked, w.question)
		close(w.done)
	}
}

// fail gives the error to who waits for a batch. Nothing of it is remembered.
func (l *links) fail(batch []*wanted, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range batch {
		w.err = err
		delete(l.asked, w.question)
		close(w.done)
	}
}

// wait waits for askers that nobody waits for any more.
func (l *links) wait() {
	if l != nil {
		l.askers.Wait()
	}
}
