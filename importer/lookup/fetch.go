// A fetcher: one batch of values, until each has its result.

package lookup

import (
	"context"
	"errors"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
)

// fetch looks up one batch of values.
func (b *Batcher) fetch(ctx context.Context, t *queue) {
	unique, err := b.isUnique(ctx, t)
	limiter, read := b.caller.Limiter, b.caller.API.FindByProperty
	if !unique {
		limiter, read = b.searches, b.caller.API.Search
	}
	var batch []*pending
	taken := false
	for n := api.MaxBatch; err == nil && (!taken || len(batch) > 0); {
		var found api.Found
		found, err = call.ReadLimited(ctx, b.caller, limiter, func(ctx context.Context) (api.Found, error) {
			if !taken {
				batch, taken = b.take(ctx, t), true
			}
			if n = min(n, len(batch)); n == 0 {
				return api.Found{Rate: api.Rate{Remaining: -1}}, nil
			}
			return read(ctx, t.target.To, t.target.Property, valuesOf(batch[:n]))
		})
		switch {
		case err != nil:
		case found.Complete > 0:
			b.settle(batch[:found.Complete], found.IDs)
			batch = batch[found.Complete:]
			n = min(2*found.Complete, api.MaxBatch)
		case n > 1:
			n /= 2
		case n == 1:
			err = &call.RefusedReadError{Err: errors.New("too many records have the same value")}
		}
	}
	if !taken {
		batch = b.take(ctx, t)
	}
	b.fail(batch, explain(err, t.target))
}

// take takes what one request can ask for. Values that are equal when folded go in
// different requests: an answer would speak of one of them only.
func (b *Batcher) take(ctx context.Context, t *queue) []*pending {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch, rest []*pending
	folded := map[string]bool{}
	for i, p := range t.waiting {
		if len(batch) == api.MaxBatch {
			rest = append(rest, t.waiting[i:]...)
			break
		}
		if f := api.Folded(p.value); folded[f] {
			rest = append(rest, p)
		} else {
			folded[f] = true
			batch = append(batch, p)
		}
	}
	t.waiting = rest
	t.fetchers--
	b.startFetchers(ctx, t)
	return batch
}

// isUnique reports whether the target's property is unique, and reads that once.
func (b *Batcher) isUnique(ctx context.Context, t *queue) (bool, error) {
	if t.target.Property == "" {
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
	unique, err := call.Read(ctx, b.caller, func(ctx context.Context) (bool, error) {
		return b.caller.API.Unique(ctx, t.target.To, t.target.Property)
	})
	if err == nil {
		t.unique, t.defined = unique, true
	}
	return unique, err
}

func valuesOf(batch []*pending) []string {
	values := make([]string, len(batch))
	for i, p := range batch {
		values[i] = p.value
	}
	return values
}
