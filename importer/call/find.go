// Reads that take several requests.

package call

import (
	"context"
	"fmt"

	"github.com/hubload/hubload/importer/api"
)

// maxPages bounds the requests for the lists of a hundred records. A page holds some
// hundred ids; a list that never ends goes in circles.
const maxPages = 10_000

// FindByKey returns the ids of the records of the API's own type that hold 1 to
// [api.MaxBatch] keys in a unique property, by [api.Folded] key. A key that isn't in the
// map is held by no record. Its errors are those of [Read].
func FindByKey(ctx context.Context, c *Caller, property string, keys []string) (map[string]string, error) {
	values := make([]string, 0, len(keys))
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if folded := api.Folded(key); !seen[folded] {
			seen[folded] = true
			values = append(values, key)
		}
	}
	found, err := Read(ctx, c, func(ctx context.Context) (api.Found, error) {
		return c.API.FindByProperty(ctx, "", property, values)
	})
	if err != nil {
		return nil, err
	}
	ids := make(map[string]string, len(found.IDs))
	for value, held := range found.IDs {
		ids[api.Folded(value)] = held[0] // the property is unique
	}
	return ids, nil
}

// Records reads 1 to [api.MaxBatch] records of the API's own type; see
// [api.API.ReadProperties]. Its errors are those of [Read].
func Records(ctx context.Context, c *Caller, by string, values, properties []string) (map[string]api.Record, error) {
	return Read(ctx, c, func(ctx context.Context) (map[string]api.Record, error) {
		return c.API.ReadProperties(ctx, by, values, properties)
	})
}

// AssociatedIDs returns the ids of the API's own records that are associated with 1 to
// [api.MaxBatch] records of an object type: all pages of each list, each page in a
// request with a slot of its own. Its errors are those of [Read].
func AssociatedIDs(ctx context.Context, c *Caller, object string, ids []string) (map[string][]string, error) {
	all := make(map[string][]string, len(ids))
	todo := make([]api.Page, len(ids))
	for i, id := range ids {
		todo[i].ID = id
	}
	for n := 0; len(todo) > 0; n++ {
		if n == maxPages {
			return nil, &RefusedReadError{Err: fmt.Errorf("a list of associated records has more than %d pages", maxPages)}
		}
		found, err := Read(ctx, c, func(ctx context.Context) (api.Associations, error) { return c.API.AssociatedIDs(ctx, object, todo) })
		if err != nil {
			return nil, err
		}
		for id, page := range found.IDs {
			all[id] = append(all[id], page...)
		}
		todo = found.Next
	}
	return all, nil
}
