// What is remembered of the records that were looked up.

package importer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// What is remembered has an end, however many values there are.
func TestRepliesHaveABound(t *testing.T) {
	var m replies
	q := func(i int) question {
		return question{mapping.Target{To: "deals", Property: "x"}, fmt.Sprintf("%0100d", i)}
	}
	const n = 200_000
	for i := range n {
		m.put(q(i), reply{id: fmt.Sprint(i)})
		if rep, ok := m.get(q(0)); !ok || rep.id != "0" {
			t.Fatalf("the reply that is asked for again and again was forgotten, after %d", i)
		}
	}
	if held := len(m.young) + len(m.old); held > 2*(maxReplies/replySize) || held < 10_000 {
		t.Errorf("%d of %d replies are remembered", held, n)
	}
	if _, ok := m.get(q(1)); ok {
		t.Error("an old reply is remembered")
	}
	if rep, ok := m.get(q(n - 1)); !ok || rep.id != fmt.Sprint(n-1) {
		t.Errorf("the last reply is %+v", rep)
	}
	long := question{mapping.Target{}, strings.Repeat("x", maxReplies+1)}
	for range 3 {
		m.put(long, reply{})
	}
	if _, ok := m.get(q(n - 1)); ok {
		t.Error("long values count for nothing")
	}
}

func TestFolded(t *testing.T) {
	for a, b := range map[string]string{" A-1\t": "a-1", "007": "7", "1.50": "01.5", "0.0": "0", "000": "0", "É": "é"} {
		if api.Folded(a) != api.Folded(b) {
			t.Errorf("%q and %q are %q and %q", a, b, api.Folded(a), api.Folded(b))
		}
	}
	for a, b := range map[string]string{"a b": "ab", "7a": "07a", "1.5.0": "1.5", "-1": "1", "0": "", ".5": "0.5"} {
		if api.Folded(a) == api.Folded(b) {
			t.Errorf("%q and %q are both %q", a, b, api.Folded(a))
		}
	}
}
