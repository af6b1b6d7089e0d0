// The cache stays within its bounds.

package lookup

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
)

func TestCacheIsBounded(t *testing.T) {
	var m cache
	q := func(i int) query {
		return query{mapping.Target{To: "deals", Property: "x"}, fmt.Sprintf("%0100d", i)}
	}
	const n = 200_000
	for i := range n {
		m.put(q(i), result{id: fmt.Sprint(i)})
		if rep, ok := m.get(q(0)); !ok || rep.id != "0" {
			t.Fatalf("a result that is used again and again was dropped, after %d", i)
		}
	}
	if held := len(m.recent) + len(m.old); held > 2*(maxCacheHalf/resultSize) || held < 10_000 {
		t.Errorf("%d of %d results are cached", held, n)
	}
	if _, ok := m.get(q(1)); ok {
		t.Error("an old result is cached")
	}
	if rep, ok := m.get(q(n - 1)); !ok || rep.id != fmt.Sprint(n-1) {
		t.Errorf("the last result is %+v", rep)
	}
	long := query{mapping.Target{}, strings.Repeat("x", maxCacheHalf+1)}
	for range 3 {
		m.put(long, result{})
	}
	if _, ok := m.get(q(n - 1)); ok {
		t.Error("long values count for nothing")
	}
}
