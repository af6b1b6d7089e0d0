// Inspection: what the account holds and what it was asked, for tests to compare with what a client believes.

package hubspottest

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Object is a record as the account holds it. It is a copy.
type Object struct {
	Type         string // canonical, such as line_items
	ID           string
	TraceID      string            // objectWriteTraceId of the input that created it
	Properties   map[string]string // those that were sent; without the ones that reverted
	Stored       map[string]string // the same as the API gives them back
	Associations []Association
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Archived     bool
	Inputs       int // how many inputs it stands for: more than one where the account merged equal ones
}

// An Association is one from a record to another one.
type Association struct {
	ToType   string // "" where the association type does not say it
	ToID     string
	Category string
	TypeID   int
}

func (t *table) object(r *record) Object {
	return Object{
		Type: t.objectType, ID: formatID(r.id), TraceID: r.trace,
		Properties: maps.Clone(r.sent), Stored: maps.Clone(r.stored), Associations: slices.Clone(r.associations),
		CreatedAt: r.created, UpdatedAt: r.updated, Archived: r.archived, Inputs: r.inputs,
	}
}

// Objects yields the records of a type (line_items or 0-8) that exist when the iteration begins, in the order of their
// creation, archived ones too. It panics when there is no such type.
func (a *Account) Objects(objectType string) iter.Seq[Object] {
	t := a.mustTable(objectType)
	return func(yield func(Object) bool) {
		a.mu.Lock()
		records := t.records // only ever appended to
		a.mu.Unlock()
		for _, r := range records {
			a.mu.Lock()
			o := t.object(r)
			a.mu.Unlock()
			if !yield(o) {
				return
			}
		}
	}
}

// An Entry is what one or more creates asked for: the same properties and associations.
type Entry struct {
	Objects []Object // the records that exist for it, archived ones too, in the order of their creation
	Inputs  int      // how many inputs asked for it and were not refused
}

// Inspect groups the records of a type by the properties and associations that were sent for them, in the order of
// their creation. Two records in an entry are a row created twice, unless the client meant two equal rows;
// fewer records than inputs are rows that the account merged. It panics when there is no such type.
func (a *Account) Inspect(objectType string) (list []Entry) {
	index := make(map[string]int)
	for o := range a.Objects(objectType) {
		key := entryKey(o.Properties, o.Associations)
		i, ok := index[key]
		if !ok {
			i = len(list)
			index[key] = i
			list = append(list, Entry{})
		}
		list[i].Objects = append(list[i].Objects, o)
		list[i].Inputs += o.Inputs
	}
	return list
}

// entryKey is the same for inputs that ask for the same record, in whatever order their members stand.
func entryKey(properties map[string]string, associations []Association) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		parts = append(parts, strconv.Quote(name)+strconv.Quote(properties[name]))
	}
	var targets []string
	for _, s := range associations {
		targets = append(targets, strconv.Quote(s.ToID)+s.Category+strconv.Itoa(s.TypeID))
	}
	slices.Sort(targets)
	return strings.Join(append(append(parts, "|"), targets...), ",")
}

// Len counts the records of a type that are not archived. It panics when there is no such type.
func (a *Account) Len(objectType string) int {
	t := a.mustTable(objectType)
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(t.records) - t.archived
}

func (a *Account) mustTable(objectType string) *table {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := a.knownTable(objectType)
	if err != nil {
		panic("hubspottest: " + err.Error())
	}
	return t
}
