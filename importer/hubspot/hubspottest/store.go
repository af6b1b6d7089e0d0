// The records of one object type, kept small: a record is one string and eight bytes.

package hubspottest

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// firstID is the id of the first record that the account makes, in each table; those below are for AddRecord.
const firstID = 900_000_000_001

// A table holds the records of one object type.
type table struct {
	objectType string
	defs       atomic.Pointer[definitions]
	fold       bool // unique values are compared trimmed and without case
	forget     bool

	mu       sync.RWMutex
	records  []record                  // by position; empty when forgetting
	n        int                       // records ever made: the position of the next one
	unique   map[string]map[string]int // property -> value -> position
	chosen   map[int64]int             // ids given to AddRecord -> position
	ids      map[int]int64             // and back
	archived map[int]bool
	incoming map[string]map[int64][]uint32 // target's type -> its id -> positions of the records that point to it
	names    []string                      // property names and object types, by the number that stands for them in a record
	numbers  map[string]uint64
}

type record struct {
	packed  string
	created int64 // Unix milliseconds
}

func (a *Account) table(objectType string) *table {
	a.tablesMu.RLock()
	t := a.tables[objectType]
	a.tablesMu.RUnlock()
	if t != nil {
		return t
	}
	a.tablesMu.Lock()
	defer a.tablesMu.Unlock()
	if t := a.tables[objectType]; t != nil {
		return t
	}
	t = &table{
		objectType: objectType,
		fold:       a.config.Quirks.FoldUnique,
		forget:     a.config.Forget,
		unique:     make(map[string]map[string]int),
		chosen:     make(map[int64]int),
		ids:        make(map[int]int64),
		archived:   make(map[int]bool),
		incoming:   make(map[string]map[int64][]uint32),
		numbers:    make(map[string]uint64),
	}
	t.defs.Store(defaultDefinitions(objectType))
	a.tables[objectType] = t
	return t
}

// id is the id of the record at a position.
func (t *table) id(position int) int64 {
	if id, ok := t.ids[position]; ok {
		return id
	}
	return newID(position)
}

// newID is the id of a record whose id was not chosen.
func newID(position int) int64 { return firstID + int64(position) }

// find looks a record up by its id; archived ones are not found.
func (t *table) find(id string) (position int, ok bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, false
	}
	position, ok = t.locate(n)
	return position, ok && !t.archived[position]
}

// locate finds the position of a record, archived or not.
func (t *table) locate(id int64) (position int, ok bool) {
	if position, ok = t.chosen[id]; ok {
		return position, true
	}
	if id < firstID || id-firstID >= int64(t.n) {
		return 0, false
	}
	position = int(id - firstID)
	_, elsewhere := t.ids[position]
	return position, !elsewhere
}

// has tells whether a record exists.
func (t *table) has(id []byte) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, ok := t.find(string(id))
	return ok
}

func (t *table) folded(value string) string {
	if t.fold {
		return strings.ToLower(strings.TrimSpace(value))
	}
	return value
}

// claim reserves the unique values of an input for the record at a position.
// It reserves nothing when one of them is taken, and returns that property and the position that has it.
func (t *table) claim(in *input, position int) (taken *prop, holder int) {
	for i := range in.props {
		p := &in.props[i]
		if !p.claims() {
			continue
		}
		if at, ok := t.unique[p.def.Name][t.folded(string(p.value))]; ok {
			return p, at
		}
	}
	for i := range in.props {
		p := &in.props[i]
		if !p.claims() {
			continue
		}
		m := t.unique[p.def.Name]
		if m == nil {
			m = make(map[string]int)
			t.unique[p.def.Name] = m
		}
		m[t.folded(string(p.value))] = position
	}
	return nil, 0
}

// release takes back what claim has reserved, and what an archived record held.
func (t *table) release(property, value string, position int) {
	if at, ok := t.unique[property][t.folded(value)]; ok && at == position {
		delete(t.unique[property], t.folded(value))
	}
}

// number is what stands for a name in packed records.
func (t *table) number(name []byte) uint64 {
	n, ok := t.numbers[string(name)]
	if !ok {
		n = uint64(len(t.names))
		t.names = append(t.names, string(name))
		t.numbers[string(name)] = n
	}
	return n
}

// pack appends the form in which a record is kept: counted properties, trace id, counted associations.
func (t *table) pack(dst []byte, in *input) []byte {
	kept := 0
	for i := range in.props {
		if !in.props[i].reverts {
			kept++
		}
	}
	dst = binary.AppendUvarint(dst, uint64(kept))
	for i := range in.props {
		p := &in.props[i]
		if p.reverts {
			continue
		}
		dst = binary.AppendUvarint(dst, t.number(p.name))
		dst = appendCounted(dst, p.value)
	}
	dst = appendCounted(dst, in.trace)
	dst = binary.AppendUvarint(dst, uint64(len(in.assocs)))
	for _, a := range in.assocs {
		dst = binary.AppendUvarint(dst, t.number([]byte(a.objectType)))
		dst = binary.AppendUvarint(dst, t.number(a.category))
		dst = binary.AppendUvarint(dst, uint64(a.typeID))
		dst = appendCounted(dst, a.id)
	}
	return dst
}

func appendCounted(dst, s []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// put stores packed records, which end where ends says within packed.
func (t *table) put(packed []byte, ends []int, now time.Time) {
	t.n += len(ends)
	if t.forget {
		return
	}
	all, from := string(packed), 0 // one allocation for the batch
	for _, end := range ends {
		t.records = append(t.records, record{all[from:end], now.UnixMilli()})
		from = end
	}
}

// object unpacks the record at a position.
func (t *table) object(position int) Object {
	o := Object{
		Type: t.objectType, ID: strconv.FormatInt(t.id(position), 10),
		Properties: make(map[string]string), Archived: t.archived[position],
	}
	if t.forget {
		return o
	}
	r := t.records[position]
	o.CreatedAt = time.UnixMilli(r.created)
	u := unpacker(r.packed)
	for range u.uint() {
		name := t.names[u.uint()]
		o.Properties[name] = u.string()
	}
	o.TraceID = u.string()
	for range u.uint() {
		o.Associations = append(o.Associations, t.association(&u))
	}
	return o
}

func (t *table) association(u *unpacker) Association {
	return Association{ToType: t.names[u.uint()], Category: t.names[u.uint()], TypeID: int(u.uint()), ToID: u.string()}
}

// An unpacker reads what pack wrote, from its front.
type unpacker string

func (u *unpacker) uint() uint64 {
	var n uint64
	for i := 0; ; i++ {
		b := (*u)[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			*u = (*u)[i+1:]
			return n
		}
	}
}

func (u *unpacker) string() string {
	n := u.uint()
	s := string((*u)[:n])
	*u = (*u)[n:]
	return s
}

// AddRecord puts a record into the account without asking the definitions, and returns its id: say, a deal for line items
// to be associated with. An id of "" is chosen by the account; another one must be a number below 900000000001 that is
// not in use. A unique value that is taken is an error too.
func (a *Account) AddRecord(objectType, id string, properties map[string]string) (string, error) {
	t, err := a.knownTable(objectType)
	if err != nil {
		return "", err
	}
	var in input
	for name, value := range properties {
		in.props = append(in.props, prop{name: []byte(name), value: []byte(value), def: t.defs.Load().byName[name]})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n := int64(0)
	if id != "" {
		n, err = strconv.ParseInt(id, 10, 64)
		if _, used := t.chosen[n]; err != nil || n <= 0 || n >= firstID || used {
			return "", fmt.Errorf("adding a record of %s: id %q is in use or out of range", t.objectType, id)
		}
	}
	if taken, _ := t.claim(&in, t.n); taken != nil {
		return "", fmt.Errorf("adding a record of %s: the value of %s is taken", t.objectType, taken.name)
	}
	if id != "" {
		t.chosen[n], t.ids[t.n] = t.n, n
	}
	position := t.n
	packed := t.pack(nil, &in)
	t.put(packed, []int{len(packed)}, time.Now())
	return strconv.FormatInt(t.id(position), 10), nil
}

func (a *Account) knownTable(objectType string) (*table, error) {
	name := canonicalType(objectType)
	if name == "" {
		return nil, fmt.Errorf("there is no object type %q", objectType)
	}
	return a.table(name), nil
}
