// The cache of lookup results.

package lookup

import "strings"

// A cache holds results in bounded memory: when the recent half is full it becomes the
// old half, and the results of the old half are dropped unless they were used again.
type cache struct {
	recent, old map[query]result
	size        int // of the recent half, in bytes
}

const (
	maxCacheHalf = 4 << 20 // bytes, for some 15,000 results
	resultSize   = 200     // bytes of one in a half-full map, besides its strings
)

func (c *cache) get(q query) (result, bool) {
	if r, ok := c.recent[q]; ok {
		return r, true
	}
	r, ok := c.old[q]
	if ok {
		c.put(q, r)
	}
	return r, ok
}

func (c *cache) put(q query, r result) {
	if c.recent == nil || c.size > maxCacheHalf {
		c.recent, c.old, c.size = map[query]result{}, c.recent, 0
	}
	// Copies, since the value may be a part of a whole record.
	q.value, r.id = strings.Clone(q.value), strings.Clone(r.id)
	c.recent[q] = r
	c.size += resultSize + len(q.value) + len(r.id)
}
