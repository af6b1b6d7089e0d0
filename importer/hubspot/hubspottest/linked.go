// What is associated with what: an index from a record to those that were created with an association to it.

package hubspottest

import (
	"cmp"
	"iter"
	"slices"
	"sort"
	"strconv"
)

// A link is a record that another one is associated with, and by which types, seen from that other one.
type link struct {
	id    int64
	types []linkType
}

type linkType struct {
	category string
	typeID   int
}

// index notes where the record of an input points to. Targets whose type is not known are left out.
//
// Only batch/create makes associations, and it does not choose ids. So the positions of a target ascend, and the ids with them.
func (t *table) index(in *input) {
	for i := range in.assocs {
		s := &in.assocs[i]
		if s.objectType == "" {
			continue
		}
		byID := t.incoming[s.objectType]
		if byID == nil {
			byID = make(map[int64][]uint32)
			t.incoming[s.objectType] = byID
		}
		list := byID[s.number]
		if at := uint32(in.at); len(list) == 0 || list[len(list)-1] != at {
			byID[s.number] = append(list, at)
		}
	}
}

// linked finds the records of type to that the record id of type from is associated with, whichever of the two was created
// with the association: those above after, in ascending order of id, at most limit. More tells whether there are others.
// Records that are archived, or were created after youngest (Unix milliseconds), are not associated with anything.
func linked(from, to *table, id, after int64, limit int, youngest int64) (list []link, more bool) {
	found := make(map[int64][]linkType)
	add := func(id int64, category string, typeID int) {
		if t := (linkType{category, typeID}); !slices.Contains(found[id], t) {
			found[id] = append(found[id], t)
		}
	}
	// The tables are locked one after the other: two at a time would need an order among them.
	own, hidden := from.outgoing(id, youngest)
	if hidden {
		return nil, false
	}
	to.mu.RLock()
	for _, s := range own {
		n, _ := strconv.ParseInt(s.ToID, 10, 64) // went through associate
		if s.ToType != to.objectType || n <= after {
			continue
		}
		// What is not a record of the account at all may be associated all the same.
		if position, ok := to.locate(n); !ok || !to.hidden(position, youngest) {
			add(n, s.Category, s.TypeID)
		}
	}
	positions := to.incoming[from.objectType][id]
	next := sort.Search(len(positions), func(i int) bool { return to.id(int(positions[i])) > after })
	taken := 0
	for _, p := range positions[next:] {
		position := int(p)
		if to.hidden(position, youngest) {
			continue
		}
		for s := range to.associations(position) {
			if n, _ := strconv.ParseInt(s.ToID, 10, 64); s.ToType == from.objectType && n == id {
				add(to.id(position), s.Category, definedTypes[to.objectType][s.TypeID].back)
			}
		}
		if taken++; taken > limit {
			break // one more than fits, to know that there is more
		}
	}
	to.mu.RUnlock()

	for id, types := range found {
		list = append(list, link{id, types})
	}
	slices.SortFunc(list, func(x, y link) int { return cmp.Compare(x.id, y.id) })
	if len(list) > limit {
		return list[:limit], true
	}
	return list, false
}

// outgoing lists the associations that a record was created with.
func (t *table) outgoing(id, youngest int64) (list []Association, hidden bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	position, ok := t.locate(id)
	switch {
	case !ok:
		return nil, false
	case t.hidden(position, youngest):
		return nil, true
	}
	return slices.Collect(t.associations(position)), false
}

// hidden tells whether the record at a position is archived, or was created after a time in Unix milliseconds.
func (t *table) hidden(position int, youngest int64) bool {
	return t.archived[position] || !t.forget && t.records[position].created > youngest
}

// associations yields those that the record at a position was created with. The table is locked meanwhile.
func (t *table) associations(position int) iter.Seq[Association] {
	return func(yield func(Association) bool) {
		if t.forget {
			return
		}
		u := unpacker(t.records[position].packed)
		for range u.uint() {
			u.uint()
			u.string()
		}
		u.string()
		for range u.uint() {
			if !yield(t.association(&u)) {
				return
			}
		}
	}
}
