// What a row becomes: the record that HubSpot is asked to create.

package mapping

import (
	"slices"
	"strconv"
)

// A Record is one CRM record to create or to change, as one row of the input asks for it.
// All values are text, as HubSpot's API takes them.
type Record struct {
	Properties   []Property
	Associations []Association

	// Lookups are records that must be looked up before the record can be sent.
	// [Record.Resolve] puts their ids among Properties and Associations.
	Lookups []Lookup

	// Key is the value of the mapping's unique property, "" when the
	// mapping has no key. It stands among Properties too, unless it is the id of
	// the record ([IDRule]).
	Key string
}

// SetKey gives the record the value of its unique property, where the mapping's
// key is automatic.
func (r *Record) SetKey(property, value string) {
	r.Key = value
	r.Properties = append(r.Properties, Property{property, value})
}

// Clone returns a copy that shares no memory with r.
func (r *Record) Clone() *Record {
	c := *r
	c.Properties, c.Associations, c.Lookups = slices.Clone(r.Properties), slices.Clone(r.Associations), slices.Clone(r.Lookups)
	return &c
}

// SetPosition gives the record its number among the rows that share its associated record; see [PositionRule].
func (r *Record) SetPosition(property string, n int64) {
	r.Properties = append(r.Properties, Property{property, strconv.FormatInt(n, 10)})
}

// A Property is one property's internal name and its value. The value "" asks
// HubSpot to clear the property.
type Property struct {
	Name, Value string
}

// An Association links the new record to a record that exists.
type Association struct {
	To       string // object type, such as "deals"; for lookups and messages, not sent
	ID       string // record id of the target, 1 to 20 digits
	Category string // HUBSPOT_DEFINED, INTEGRATOR_DEFINED, USER_DEFINED or WORK
	TypeID   int    // direction: new record -> target (line item -> deal is 20)
}

// A Problem says why a row can't become a record. It is about one cell.
type Problem struct {
	Code   string // such as REQUIRED_EMPTY; see the constants
	Column string // the input's column, "" when the rule has none

	// Property is the property's internal name, or, for an association, the
	// object type of the associated record.
	Property string

	// Message is one sentence that says what is wrong and what to do. In it
	// {value} stands for the cell's value, so that the text can be kept
	// where property values may not be; [Mapper.Cell] gives the value back.
	Message string
}
