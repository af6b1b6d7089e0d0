// The batcher: values that many goroutines look up at once go in common requests.

// Package lookup finds the ids of the records that rows name by a value: each value
// once, up to a hundred in a request, with a cache of bounded size.
package lookup

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
	"github.com/hubload/hubload/ratelimit"
)

// searchLimit is HubSpot's limit of five searches a second for the whole account, less
// one for other clients. The answers to searches carry no rate limit headers.
var searchLimit = ratelimit.Limit{N: 4, Per: time.Second}

// A query is a value to look up.
type query struct {
	mapping.Target
	value string
}

// A result is the id of the record, or the code of the problem.
type result struct{ id, code string }

// A pending lookup is waited for by one goroutine or more.
type pending struct {
	query
	result
	err  error
	done chan struct{} // closed when result or err is set
}

// A Batcher finds the records that rows name. Its methods may be called by many
// goroutines at once.
//
// Goroutines register the values that they need and wait. Fetchers take up to a hundred
// values each when it is their turn at the rate limit, so that values registered
// meanwhile go in the same request. There are as many fetchers as the waiting values
// fill requests.
type Batcher struct {
	caller   *call.Caller
	searches *ratelimit.Limiter
	fetchers sync.WaitGroup

	mu      sync.Mutex
	cache   cache
	pending map[query]*pending // without a result so far
	queues  map[mapping.Target]*queue
}

// A queue holds the values of one target that wait for a fetcher.
type queue struct {
	target   mapping.Target
	waiting  []*pending
	fetchers int // that have not taken values yet

	definition chan struct{} // held by the goroutine that reads the property's definition
	defined    bool
	unique     bool
}

// New returns a batcher that sends through a caller.
func New(c *call.Caller) *Batcher {
	return &Batcher{
		caller: c, searches: ratelimit.New(ratelimit.Options{Cap: searchLimit}),
		pending: map[query]*pending{}, queues: map[mapping.Target]*queue{},
	}
}

// Link looks up the records that each of records names, and writes their ids into it.
// It returns, for each record, the problems of the values that no record holds, or more
// than one; such a record is left as it was. After an error no record is complete. Its
// errors are those of [call.Read].
func (b *Batcher) Link(ctx context.Context, records []*mapping.Record) ([][]mapping.Problem, error) {
	results, err := b.find(ctx, records)
	if err != nil {
		return nil, err
	}
	problems := make([][]mapping.Problem, len(records))
	for i, rec := range records {
		ids := make([]string, len(rec.Lookups))
		for j, l := range rec.Lookups {
			r := results[query{l.Target, l.Value}]
			if ids[j] = r.id; r.code != "" {
				problems[i] = append(problems[i], l.Problem(r.code))
			}
		}
		if problems[i] == nil {
			rec.Resolve(ids)
		}
	}
	return problems, nil
}

// Wait waits for the requests under way, also those that nobody waits for any more.
func (b *Batcher) Wait() { b.fetchers.Wait() }

func (b *Batcher) find(ctx context.Context, records []*mapping.Record) (map[query]result, error) {
	results := map[query]result{}
	var wait []*pending
	b.mu.Lock()
	for _, rec := range records {
		for _, l := range rec.Lookups {
			q := query{l.Target, l.Value}
			if _, seen := results[q]; seen {
				continue
			}
			r, ok := b.cache.get(q)
			if results[q] = r; !ok {
				wait = append(wait, b.register(ctx, q))
			}
		}
	}
	b.mu.Unlock()
	for _, p := range wait {
		select {
		case <-p.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if p.err != nil {
			return nil, p.err
		}
		results[p.query] = p.result
	}
	return results, nil
}

// register queues a query, unless it is pending already. The lock is held.
func (b *Batcher) register(ctx context.Context, q query) *pending {
	if p := b.pending[q]; p != nil {
		return p
	}
	p := &pending{query: q, done: make(chan struct{})}
	b.pending[q] = p
	t := b.queues[q.Target]
	if t == nil {
		t = &queue{target: q.Target, definition: make(chan struct{}, 1)}
		b.queues[q.Target] = t
	}
	t.waiting = append(t.waiting, p)
	b.startFetchers(ctx, t)
	return p
}

// startFetchers starts fetchers for what waits. The lock is held.
func (b *Batcher) startFetchers(ctx context.Context, t *queue) {
	for t.fetchers*api.MaxBatch < len(t.waiting) {
		t.fetchers++
		b.fetchers.Go(func() { b.fetch(ctx, t) })
	}
}

// settle gives pending lookups their results.
func (b *Batcher) settle(batch []*pending, ids map[string][]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range batch {
		switch found := ids[p.value]; {
		case len(found) > 1:
			p.code = mapping.CodeMatchAmbiguous
		case len(found) == 1 && schema.ValidID(found[0]):
			p.id = found[0]
		case p.Property == "":
			p.code = mapping.CodeAssociationNotFound
		default:
			p.code = mapping.CodeMatchNotFound
		}
		b.cache.put(p.query, p.result)
		delete(b.pending, p.query)
		close(p.done)
	}
}

// fail gives pending lookups their error. Nothing of it is cached.
func (b *Batcher) fail(batch []*pending, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range batch {
		p.err = err
		delete(b.pending, p.query)
		close(p.done)
	}
}

// explain says in an error what was looked up.
func explain(err error, target mapping.Target) error {
	var denied *call.DeniedError
	var refused *call.RefusedReadError
	by := target.Property
	if by == "" {
		by = "id"
	}
	switch {
	case errors.As(err, &denied):
		return &call.DeniedError{Err: denied.Err, Object: target.To}
	case errors.As(err, &refused):
		return &call.ServerError{Message: fmt.Sprintf("records of %s can't be looked up by %s", target.To, by), Err: refused.Err}
	}
	return err
}
