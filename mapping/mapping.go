// The mapping: what the user wrote about how rows become records.

package mapping

import (
	"cmp"
	"strings"

	"github.com/hubload/hubload/mapping/schema"
)

// DefaultObject is the object type of a mapping that names none.
const DefaultObject = "line_items"

// A Mapping holds the rules for all rows. [Parse] returns only mappings without
// contradictions. One that is built by hand must follow the same rules, which the
// comments of the fields state; [Mapping.Compile] doesn't check all of them. Texts are
// valid UTF-8.
type Mapping struct {
	Object       string         // object type to create, "" = not said
	Account      int64          `yaml:"-"` // the only account to import into, 0 = any
	CSV          CSV            `yaml:"-"`
	Properties   []PropertyRule `yaml:"-"` // in the order written, each name once
	Associations []AssociationRule
	Key          *KeyRule // nil = no key

	// Mode says what becomes of rows whose record exists.
	Mode Mode `yaml:"-"`

	// ID is the column with the ids of the records, in mode update only, where it
	// excludes Key; nil = none.
	ID *IDRule

	// WriteAll sends all properties of a record that is changed, and not only those whose
	// values differ. In YAML it is write: all; it needs a Mode that changes records.
	WriteAll bool `yaml:"-"`

	// Unassociated says that records without any association are meant. It excludes
	// Associations. In YAML it is associations: [].
	Unassociated bool `yaml:"-"`

	// Seen says what to do about rows that an earlier run has created: stop, skip or
	// again; "" = not said.
	Seen string

	// Nameless says that line items without a name and a product are meant. In YAML
	// it is allow: [nameless].
	Nameless bool `yaml:"-"`

	Rows RowRules `yaml:"-"` // zero: every row is a record as it stands
}

// CSV pins what would otherwise be recognised from the input.
type CSV struct {
	Encoding  string // "" = not said; the name isn't checked here
	Delimiter rune   `yaml:"-"` // 0 = not said

	// HeaderLine is the physical line of the header, from 1; 0 = not said.
	HeaderLine int64 `yaml:"-"`
	// Empty are cells that mean an empty one, such as NULL, in every column that a
	// rule reads.
	Empty []string `yaml:"-"`
}

// A PropertyRule says where the value of a property comes from: from a column,
// or it is the same for all rows.
type PropertyRule struct {
	Name     string            `yaml:"-"` // the property's internal name
	Column   string            // "" for a constant
	Value    *string           // the constant; excludes all other fields but Name
	Default  string            // sent for an empty cell, as it is; "" = none
	Required bool              // an empty cell without Default is a Problem
	Values   map[string]string // cell -> value sent; any other cell is a Problem. nil = cells are sent as they are
	Clear    bool              `yaml:"-"` // an empty cell sends ""; excludes Default and Required

	Trim  bool     // a text is sent without the white space around it, as other values always are
	Split string   // what stands between the parts of a cell that holds several options, "" = they are one value
	Strip string   // a text in front of the cells that isn't sent, "" = none
	Words []string `yaml:"-"` // cells that mean an empty one, besides those of CSV.Empty; in YAML empty_words

	// Match is a property of another record, which holds the cell's value: the
	// record's id is sent. "" = cells are sent. It excludes Value, Default and
	// Values and the formats. Object is the object type of that record, with Match
	// only, and then always.
	Match  string
	Object string `yaml:"of"`

	// By says what the cells hold instead of ids: "email", "label", "name" or "rate".
	// It depends on the property; see [schema.Ways]. It excludes Value, Values, Default,
	// Match and the formats.
	By string

	// Position numbers the rows of each associated record of this object type; "" =
	// no numbers. It excludes all other fields but Name and Required, which makes a
	// row without such a record a Problem.
	Position string

	// How the column writes numbers, or else dates; see Formats above. Without
	// any, cells are sent as they are. They exclude Value and Values.
	Decimal  rune   `yaml:"-"` // '.' or ','; 0 = not said
	Group    rune   `yaml:"-"` // '.', ',', '\'', ' ' or what looks like the last two; 0 = none
	Symbol   string // text beside the number, "" = none
	Scale    string // what the number is multiplied by, in digits; "" = 1
	Unit     string // what the number counts, such as "months": a duration is sent; "" = it is a number
	Layout   string // "" = the cells are not dates, or are such as HubSpot takes
	Timezone string // with Layout only; "" = UTC
}

// An AssociationRule associates each record with the record whose id, or the value of
// whose property, is in a column. An empty cell means no association.
type AssociationRule struct {
	To       string // object type of the target, such as "deals"
	Column   string
	Category string // with Type only, and then always
	Type     int    `yaml:"-"` // association type id, new record -> target; 0 = from the built-in table
	Label    string // of the association type, in the account; excludes Type
	Required bool   // an empty cell is a Problem

	// Optional says that rows without any association are meant. Without it in any of
	// the rules, a line item needs one of its associations. It excludes Required.
	Optional bool

	Split string   // what stands between the ids or values in one cell, each of which is associated; "" = one a cell
	Strip string   // as in PropertyRule
	Words []string `yaml:"-"` // as in PropertyRule

	// Match is a property of the target, which holds the cell's value; "" = the
	// cell holds the target's id.
	Match string

	// Check has the id in the cell looked up before the row is sent. It excludes
	// Match, which does that anyway.
	Check bool `yaml:"-"`
}

// A KeyRule makes the value of a property that is unique in the account out of
// one or more columns.
//
// One column is used as it is. Several are joined by "|", after every "\" and
// "|" in them got a "\" before it, so that different cells never give the same
// key.
//
// In YAML "key: email" is short for the column that email is mapped to under
// properties.
type KeyRule struct {
	Property string
	Columns  []string // at least one, all different; none with Auto

	// Auto makes the value of what the row sends and of its number among equal rows.
	// [Mapper.Map] knows one row and doesn't set it; [Record.SetKey] does.
	Auto bool
}

// Columns returns the names of the columns that the rules read, each once, in
// the order of properties, associations, key, id, rows.
func (m *Mapping) Columns() []string {
	var columns []string
	seen := map[string]bool{"": true} // a constant has no column
	add := func(column string) {
		if !seen[column] {
			seen[column] = true
			columns = append(columns, column)
		}
	}
	for i := range m.Properties {
		add(m.Properties[i].Column)
	}
	for i := range m.Associations {
		add(m.Associations[i].Column)
	}
	if m.Key != nil {
		for _, column := range m.Key.Columns {
			add(column)
		}
	}
	if m.ID != nil {
		add(m.ID.Column)
	}
	for i := range m.Rows.Where {
		add(m.Rows.Where[i].Column)
	}
	for _, column := range m.Rows.FillDown {
		add(column)
	}
	return columns
}

// ForHeader returns the mapping for an input without one: every column that is
// named like a property maps to it, and the first that is named like the id of a deal
// ([IsDealID]) associates line items. Names are compared after Unicode NFC and
// without surrounding white space; isProperty gets them in that form. Of several
// columns with the name of one property the first is taken; if their names are
// exactly equal, [Mapping.Compile] refuses the mapping.
func ForHeader(object string, header []string, isProperty func(name string) bool) *Mapping {
	m := &Mapping{Object: object}
	taken := make(map[string]bool)
	for _, column := range header {
		name := Normalize(column)
		if len(m.Associations) == 0 && IsDealID(name) && schema.IsLineItem(cmp.Or(object, DefaultObject)) {
			m.Associations = []AssociationRule{{To: "deals", Column: column}}
		}
		if name == "" || IsReportColumn(name) || taken[name] || !isProperty(name) {
			continue
		}
		taken[name] = true
		m.Properties = append(m.Properties, PropertyRule{Name: name, Column: column})
	}
	return m
}

// IsReportColumn reports whether a column was added by a report of hubload, and so
// holds no data when the report is imported again.
func IsReportColumn(column string) bool { return strings.HasPrefix(column, "hubload_") }
