package rows

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGroupTracker(t *testing.T) {
	var tracker groupTracker
	var returned []int
	// Rows: a a b b "" c b b a d "" d
	for i, group := range strings.Split("a a b b  c b b a d  d", " ") {
		if tracker.add(group) {
			returned = append(returned, i+1)
		}
	}
	if diff := cmp.Diff([]int{7, 9, 12}, returned); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	// In order, nothing is found among many.
	tracker = groupTracker{}
	for i := range 200_000 {
		group := fmt.Sprint("deal ", i)
		for range 2 { // rows
			if tracker.add(group) {
				t.Fatalf("group %d seems to come back", i)
			}
		}
	}
}
