// Groups of equal rows and their candidates.

package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// Groups are the rows that are looked for, by what they send.
type groups struct {
	// shapes are the sets of properties that rows send. index finds the groups of a
	// shape that have one of a candidate's associations and its values.
	shapes [][]string
	index  map[position][]*group
}

// A position in the index: what a group and a candidate have in common.
type position struct {
	shape  int
	of     associated
	values string // normalised
}

// normalized is equal for properties whose values mean the same.
func normalized(properties []mapping.Property) string {
	var b strings.Builder
	for _, p := range properties {
		b.WriteString(api.Normalized(p.Value))
		b.WriteByte(0)
	}
	return b.String()
}

// A group is rows that are equal in all that they send, by their rank and then in the order
// of the file.
type group struct {
	rows       []*doubt
	of         []associated
	candidates []string // ids
	contested  bool     // a candidate matches another group too
}

// newGroups groups rows. Associations with objects whose lists can't be read are left
// out.
func newGroups(all []*doubt, failed map[string]error) *groups {
	g := &groups{index: map[position][]*group{}}
	byContent := map[string]*group{}
	shapes := map[string]int{}
	for _, d := range all {
		content := fmt.Sprintf("%#v %#v", d.rec.Properties, d.rec.Associations)
		gr := byContent[content]
		if gr == nil {
			gr = &group{}
			for _, a := range d.rec.Associations {
				if failed[a.To] == nil {
					gr.of = append(gr.of, associated{a.To, a.ID})
				}
			}
			byContent[content] = gr
			if len(gr.of) > 0 {
				p := position{g.shapeOf(&d.rec, shapes), gr.of[0], normalized(d.rec.Properties)}
				g.index[p] = append(g.index[p], gr)
			}
		}
		d.group, d.index = gr, len(gr.rows)
		gr.rows = append(gr.rows, d)
	}
	return g
}

// shapeOf returns the number of the set of properties that a record has.
func (g *groups) shapeOf(rec *mapping.Record, known map[string]int) int {
	names := make([]string, len(rec.Properties))
	for i, p := range rec.Properties {
		names[i] = p.Name
	}
	key := strings.Join(names, "\x00")
	n, ok := known[key]
	if !ok {
		n = len(g.shapes)
		known[key] = n
		g.shapes = append(g.shapes, names)
	}
	return n
}

// add gives a candidate to the group that it matches. Where it matches several, those
// that it matches to the letter come first; several of these contest it.
func (g *groups) add(c *candidate, since time.Time) {
	var exact, loose []*group
	for shape, names := range g.shapes {
		properties := make([]mapping.Property, len(names))
		for i, name := range names {
			properties[i] = mapping.Property{Name: name, Value: c.values[name]}
		}
		sent := func(property string) bool { return slices.Contains(names, property) }
		if !c.createdSince(since, sent) {
			continue
		}
		values := normalized(properties)
		for _, of := range c.of {
			for _, gr := range g.index[position{shape, of, values}] {
				switch {
				case !containsAll(c.of, gr.of):
				case slices.Equal(gr.rows[0].rec.Properties, properties):
					exact = append(exact, gr)
				default:
					loose = append(loose, gr)
				}
			}
		}
	}
	claimants := exact
	if len(claimants) == 0 {
		claimants = loose
	}
	for _, gr := range claimants {
		gr.candidates = append(gr.candidates, c.id)
		gr.contested = gr.contested || len(claimants) > 1
	}
}

func containsAll(all, some []associated) bool {
	return !slices.ContainsFunc(some, func(a associated) bool { return !slices.Contains(all, a) })
}

const notSentAgain = "it isn't sent again, since its request may still be executed, or the list may lag: " +
	"run resolve again in a while, then decide by hand"

// verdict says what became of a row.
func (d *doubt) verdict(failed map[string]error) verdict {
	if reason := nowhere(d, failed); reason != "" {
		return verdict{nowhere: true, message: reason}
	}
	gr, n := d.group, len(d.group.candidates)
	switch {
	case n == 0:
		return verdict{message: "no record with its values has the same associations; " + notSentAgain}
	case gr.contested:
		return verdict{several: true, message: records(n) + " like this row, but not only like it: another row sends some of the same values. Look in the account"}
	case n > len(gr.rows):
		return verdict{several: true, message: fmt.Sprintf("%s with its values, more than there are such rows; hubload can't tell which one is this row. Look in the account", records(n))}
	case d.index < n:
		return verdict{id: gr.candidates[d.index]}
	}
	return verdict{message: fmt.Sprintf("%s with its values, for the equal rows before it; %s", records(n), notSentAgain)}
}

func records(n int) string {
	if n == 1 {
		return "1 record exists"
	}
	return fmt.Sprintf("%d records exist", n)
}
