// Which rows get which candidates.

package reconcile

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// Whatever rows and records there are: a record has one row at most, it has all that
// its row sends, and no other row could have it but an equal one, of which there are
// enough.
func TestGroupsGiveOnlyWhatIsCertain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []*doubt
		for i := range rapid.IntRange(1, 6).Draw(t, "rows") {
			d := &doubt{row: int64(i + 1)}
			for _, name := range []string{"name", "price"} {
				if v := rapid.SampledFrom([]string{"", "7", "007", "a"}).Draw(t, name); v != "" {
					d.rec.Properties = append(d.rec.Properties, mapping.Property{Name: name, Value: v})
				}
			}
			for _, to := range []string{"deals", "quotes"} {
				if rapid.Bool().Draw(t, to) {
					d.rec.Associations = append(d.rec.Associations, mapping.Association{To: to, ID: "1"})
				}
			}
			all = append(all, d)
		}
		g := newGroups(all, nil)
		var candidates []*candidate
		for i := range rapid.IntRange(0, 6).Draw(t, "records") {
			c := &candidate{id: fmt.Sprint(100 + i), values: map[string]string{"createdate": "2026-03-01"}}
			for _, name := range []string{"name", "price"} {
				c.values[name] = rapid.SampledFrom([]string{"", "7", "a"}).Draw(t, "value")
			}
			for _, to := range []string{"deals", "quotes"} {
				if rapid.Bool().Draw(t, to) {
					c.of = append(c.of, associated{to, "1"})
				}
			}
			if len(c.of) > 0 {
				candidates = append(candidates, c)
				g.add(c, time.Time{})
			}
		}
		matches := func(d *doubt, c *candidate) bool {
			for _, p := range d.rec.Properties {
				if api.Normalized(p.Value) != api.Normalized(c.values[p.Name]) {
					return false
				}
			}
			var of []associated
			for _, a := range d.rec.Associations {
				of = append(of, associated{a.To, a.ID})
			}
			return len(of) > 0 && containsAll(c.of, of)
		}
		content := func(d *doubt) string { return fmt.Sprint(d.rec.Properties, d.rec.Associations) }
		owner := map[string]int64{}
		for _, d := range all {
			id := d.verdict(nil).id
			if id == "" {
				continue
			}
			if other := owner[id]; other > 0 {
				t.Fatalf("record %s is given to rows %d and %d", id, other, d.row)
			}
			owner[id] = d.row
			for _, c := range candidates {
				if c.id != id {
					continue
				}
				if !matches(d, c) {
					t.Fatalf("row %d gets record %s, which isn't like it", d.row, id)
				}
				for _, other := range all {
					exact := func(d *doubt) bool {
						for _, p := range d.rec.Properties {
							if p.Value != c.values[p.Name] {
								return false
							}
						}
						return true
					}
					if content(other) != content(d) && matches(other, c) && (exact(other) || !exact(d)) {
						t.Fatalf("row %d gets record %s, which row %d could be too", d.row, id, other.row)
					}
				}
			}
			equal, like := 0, len(d.group.candidates)
			for _, other := range all {
				if content(other) == content(d) {
					equal++
				}
			}
			if like > equal {
				t.Fatalf("row %d gets a record of %d, and there are %d such rows", d.row, like, equal)
			}
		}
	})
}
