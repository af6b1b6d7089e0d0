// What is associated with what, seen from both sides. Guarded by Account.mu.

package hubspottest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A ref is a record that need not exist.
type ref struct {
	objectType string
	id         int64
}

// A link is one end of an association, as it is seen from the record at the other end.
type link struct {
	to       ref
	category string
	typeID   int
}

// connect makes the associations of a new record visible from both sides, where the type says what the target is.
func (a *Account) connect(objectType string, r *record) {
	from := ref{objectType, r.id}
	types, _ := definedTypes()
	for _, s := range r.associations {
		if s.ToType == "" {
			continue
		}
		n, _ := strconv.ParseInt(s.ToID, 10, 64) // went through checkAssociations
		to := ref{s.ToType, n}
		a.links[from] = append(a.links[from], link{to, s.Category, s.TypeID})
		back := types[objectType][s.TypeID].back
		if l := a.label(objectType, &s); l != nil {
			back = l.BackID
		}
		a.links[to] = append(a.links[to], link{from, s.Category, back})
	}
}

// linked finds the records of a type that another record is associated with: those with an id above after,
// in ascending order, at most limit. It reports whether there are more.
// Records that are archived, or created after youngest, are not associated with anything.
func (a *Account) linked(from ref, toType string, after int64, limit int, youngest time.Time) (list []link, more bool) {
	if a.hidden(from, youngest) {
		return nil, false
	}
	for _, l := range a.links[from] {
		if l.to.objectType == toType && l.to.id > after && !a.hidden(l.to, youngest) {
			list = append(list, l)
		}
	}
	slices.SortStableFunc(list, func(x, y link) int { return cmp.Compare(x.to.id, y.to.id) })
	records := 0
	for i, l := range list {
		if i > 0 && list[i-1].to == l.to {
			continue
		}
		if records++; records > limit {
			return list[:i], true
		}
	}
	return list, false
}

// hidden reports whether a record is archived or too young. One that does not exist is not hidden.
func (a *Account) hidden(r ref, youngest time.Time) bool {
	known := a.table(r.objectType).byID[r.id]
	return known != nil && (known.archived || known.created.After(youngest))
}
