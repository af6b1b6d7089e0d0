// The records of the account, and the values that only one of them may have. Guarded by Account.mu.

package hubspottest

import (
	"fmt"
	"maps"
	"net/http"
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

// claim reserves the unique values of a record, or none of them when one is taken.
func (a *Account) claim(c *call, t *table, r *record, sent map[string]string, claimed map[uniqueValue]*record) *problem {
	values := t.uniqueValues(sent)
	for _, v := range values {
		for _, holder := range []*record{t.unique[v], claimed[v]} {
			if holder != nil && holder != r {
				return a.conflict(t, v.property, sent[v.property], holder, c.quirks.Conflict)
			}
		}
	}
	for _, v := range values {
		claimed[v] = r
	}
	return nil
}

// conflict is the problem of an input whose unique value belongs to another record.
func (a *Account) conflict(t *table, property, value string, holder *record, how Conflict) *problem {
	id := formatID(holder.id)
	if how == Conflict409 {
		return &problem{
			status: http.StatusConflict, category: "CONFLICT", whole: true,
			message: constantName(t.objectType) + " already exists. Existing ID: " + id,
		}
	}
	wrong := a.invalidValues([]invalid{{
		Message: "Cannot set " + property + ": " + id + " already has that value.",
		Error:   "CONFLICTING_UNIQUE_VALUE", Name: property, Value: value,
	}})
	wrong.whole = how == Conflict400
	return wrong
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
