// The records of the account, and what is associated with what. All of it is guarded by Account.mu.

package hubspottest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// firstID is the id of the first record that the account makes, in each table; those below are for AddRecord.
const firstID = 900_000_000_001

// A table holds the records of one object type.
type table struct {
	objectType string
	defs       *definitions
	records    []*record // in the order of their creation
	byID       map[int64]*record
	unique     map[uniqueValue]*record
	exact      bool // unique values are compared to the letter
	archived   int
}

type record struct {
	id           int64
	trace        string
	sent         map[string]string
	stored       map[string]string // as the API gives it back
	associations []Association
	created      time.Time
	updated      time.Time
	archived     bool
	inputs       int // that asked for it: more than one where equal ones were merged
}

// A uniqueValue is a value that no other record of the type may have.
type uniqueValue struct{ property, folded string }

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

// table finds the table of an object type by its canonical name.
func (a *Account) table(objectType string) *table {
	t := a.tables[objectType]
	if t == nil {
		t = &table{
			objectType: objectType, defs: defaultDefinitions(objectType), exact: a.config.Quirks.ExactUnique,
			byID: make(map[int64]*record), unique: make(map[uniqueValue]*record),
		}
		a.tables[objectType] = t
	}
	return t
}

// find looks up a record by its id. Archived records are not found.
func (t *table) find(id string) *record {
	n, err := strconv.ParseInt(id, 10, 64)
	if r := t.byID[n]; err == nil && r != nil && !r.archived {
		return r
	}
	return nil
}

// nextID is the id of the record that is added after n others. It counts records with chosen ids too.
func (t *table) nextID(n int) int64 { return firstID + int64(len(t.records)+n) }

func (t *table) add(r *record) {
	t.records = append(t.records, r)
	t.byID[r.id] = r
	for _, v := range t.uniqueValues(r.sent) {
		t.unique[v] = r
	}
}

// uniqueValues are the values of some properties that only one record may have, in the order of the properties.
func (t *table) uniqueValues(properties map[string]string) (list []uniqueValue) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if def := t.defs.byName[name]; def != nil && def.identifies() && properties[name] != "" {
			list = append(list, uniqueValue{name, t.fold(properties[name])})
		}
	}
	return list
}

// fold is the form in which unique values are compared.
func (t *table) fold(value string) string {
	if t.exact {
		return value
	}
	return strings.ToLower(strings.TrimSpace(value))
}

// archive hides a record and gives its unique values free. With cascade, the line items of a parent go with it
// (line items guide: deleting a quote deletes its line items, also from the deal).
func (a *Account) archive(t *table, r *record, cascade bool) {
	if r.archived {
		return
	}
	r.archived, r.updated = true, time.Now()
	t.archived++
	t.release(r)
	if !cascade || !lineItemParents[t.objectType] {
		return
	}
	items := a.table("line_items")
	for _, l := range a.links[ref{t.objectType, r.id}] {
		if item := items.byID[l.to.id]; l.to.objectType == "line_items" && item != nil {
			a.archive(items, item, false)
		}
	}
}

// connect makes the associations of a new record visible from both sides, where the type says what the target is.
func (a *Account) connect(objectType string, r *record) {
	from := ref{objectType, r.id}
	for _, s := range r.associations {
		if s.ToType == "" {
			continue
		}
		n, _ := strconv.ParseInt(s.ToID, 10, 64) // went through checkAssociations
		to := ref{s.ToType, n}
		a.links[from] = append(a.links[from], link{to, s.Category, s.TypeID})
		a.links[to] = append(a.links[to], link{from, s.Category, definedTypes[objectType][s.TypeID].back})
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

// AddRecord puts a record into the account without asking the definitions, and returns its id: say, a deal for line items
// to be associated with. An id of "" is chosen by the account; another one must be a number below 900000000001 that is
// not in use. A unique value that is taken is an error too.
func (a *Account) AddRecord(objectType, id string, properties map[string]string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := a.knownTable(objectType)
	if err != nil {
		return "", err
	}
	n := t.nextID(0)
	if id != "" {
		n, err = strconv.ParseInt(id, 10, 64)
		if err != nil || n <= 0 || n >= firstID || t.byID[n] != nil {
			return "", fmt.Errorf("adding a record of %s: id %q is in use or out of range", t.objectType, id)
		}
	}
	for _, v := range t.uniqueValues(properties) {
		if t.unique[v] != nil {
			return "", fmt.Errorf("adding a record of %s: the value of %s is taken", t.objectType, v.property)
		}
	}
	now := time.Now()
	properties = maps.Clone(properties)
	t.add(&record{id: n, sent: properties, stored: properties, created: now, updated: now, inputs: 1})
	return formatID(n), nil
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// knownTable finds the table of an object type by its name or number.
func (a *Account) knownTable(objectType string) (*table, error) {
	name := canonicalType(objectType)
	if name == "" {
		return nil, fmt.Errorf("there is no object type %q", objectType)
	}
	return a.table(name), nil
}
