// The mapping: what the user wrote about how rows become records.

// Package mapping says how a row of a CSV becomes a CRM record.
//
// A [Mapping] is what the user wrote, in YAML ([Parse]) or not at all
// ([ForHeader]). Compiled against the header of an input ([Mapping.Compile]) it
// is a [Mapper], which fills a [Record] from each row ([Mapper.Map]), or says of
// every bad cell of the row why it can't ([Problem]).
//
// Nothing is guessed and nothing is changed on the way: cells are sent as they
// are, white space and leading zeros included, and texts of the YAML are taken
// as they are written, so that 0123, yes and 2026-01-31 stay what they are. An
// exactly empty cell is left out of the record, unless its rule has a default
// or says empty: clear.
//
// # Formats
//
// HubSpot takes numbers such as 1234.56 and days such as 2026-01-31. A column
// that is written otherwise needs a rule that says how:
//
//	price:      { column: Price, decimal: ",", group: ".", symbol: "€" }
//	hs_start:   { column: Start, layout: 02/01/2006 }
//	hs_seen_at: { column: Seen, layout: 02.01.2006 15:04, timezone: Europe/Berlin }
//
// The cells of such a rule are read, so that white space around them counts for
// nothing. What isn't written as the rule says is a [Problem], also without a
// schema, and never read in another way.
//
//   - decimal is the sign before the decimals, "," or "." (default).
//   - group is the sign between groups of three digits: ".", ",", " " (which
//     stands for every kind of space) or "'". A number may do without groups, and
//     one with them must have them all.
//   - sign is a text that may stand before or after the number and isn't sent,
//     such as "€", "%" or "USD". The number stays what it is: 5 % is sent as 5. It
//     is one text for the column, because €5 and $5 are not the same.
//   - layout is how the column would write 2 January 2006, 15:04:05, as in
//     package time. It needs a day, a month and a year; 06 is a year from 1969 to
//     2068. Days of the week are read over.
//   - timezone is where the times are meant, by a name of the IANA database;
//     default UTC. With an offset in the layout, times are converted to it. A time
//     that the clocks of the place skipped, or showed twice, is a problem.
//
// A date property is sent YYYY-MM-DD, the day as written; a datetime property RFC
// 3339 in the timezone, 00:00 if the layout has no time. Without a schema that
// follows from whether the layout has a time of day.
//
// Formats are for cells alone: the texts of value, values and default are sent as
// they are.
//
// # Checks
//
// With a [Schema], the properties of the account, values are checked before they
// are sent ([Mapping.CompileFor]). What fits is sent as it is, but for the label
// of an option, for which its internal value is sent:
//
//   - number: an optional sign, digits with at most one point, an optional
//     exponent. The price of line items and products isn't negative.
//   - date: YYYY-MM-DD, or milliseconds since 1970 at midnight UTC.
//   - datetime: YYYY-MM-DD, or with Thh:mm:ss, decimals if any, and Z or an
//     offset, or milliseconds since 1970. Numbers below 100,000,000,000 (March
//     1973) are taken for seconds and refused.
//   - bool: true or false.
//   - enumeration: the internal value of an option, or a label that only one
//     option has and that is no value. With checkboxes, several with ";" between
//     them. Options that are kept elsewhere aren't checked.
//   - hs_recurring_billing_period: an ISO 8601 duration, PnYnMnD or PnW.
//
// All other types take every text. None takes more than 65,536 characters, with or
// without a schema.
//
// # Other records
//
// A row may name another record by a value of it instead of its id:
//
//	associations:
//	  - { to: deals, column: Order no, match: external_id }
//	  - { to: deals, column: Deal ID, exists: check }
//	properties:
//	  hs_product_id: { column: SKU, match: hs_sku }
//	  tax_record_id: { column: Tax, match: code, of: "2-12345" }
//
// The keys of such a rule:
//
//   - match is the property of the other record that holds the cell's value. The
//     value of an association's rule is the record it leads to; that of a
//     property's rule is the record's id, which becomes the property's value.
//   - of is the object type of a property's record. hs_product_id does without:
//     its records are products.
//   - exists: check makes sure before the row is sent that there is a record with
//     the id in the cell.
//
// An empty cell names none. Nothing is looked up here: a row gets [Link]s, and is
// no record before somebody has found their ids. The property should be unique in
// the account. Where it isn't (those of products can't be), records are found by
// HubSpot's search, which may not know yet what was created or changed a few
// moments ago, and a value that several records hold is refused. Values are those
// of the record to the letter, or else without regard to case and white space
// around them.
//
// # Numbers within a parent
//
//	hs_position_on_quote: { position: deals }
//
// numbers the rows that lead to one deal, from 1 on, in the order of the file.
// One deal is what one cell says (or the cells together, if several rules lead
// there), without regard to case, white space around it, and zeros before an id.
// Two ways of writing that lead to the same deal all the same are two deals
// here. Every row of the file counts, whatever becomes of it, so that
// the numbers are the same however often an import is begun anew. The rows of a
// deal should follow each other; where they don't, the numbers go on ([Returns]
// finds such rows). A row without a deal gets no number, or is a [Problem] if
// required: true stands beside position.
//
// The package is pure: it knows no files, no network, and no row but the one it
// is given. (Time zones are looked up where the system keeps them, and in a copy
// that comes with the program.)
package mapping

import (
	"strings"
)

// DefaultObject is the object type of a mapping that names none.
const DefaultObject = "line_items"

// A Mapping holds the rules for all rows. [Parse] gives only mappings without
// contradictions; one that is built by hand is held to the same rules, which
// the comments of the fields state, and [Mapping.Compile] checks not all of
// them. Texts are valid UTF-8.
type Mapping struct {
	Object       string         // object type to create, "" = not said
	Account      int64          `yaml:"-"` // the only account to import into, 0 = any
	CSV          CSV            `yaml:"-"`
	Properties   []PropertyRule `yaml:"-"` // in the order written, each name once
	Associations []AssociationRule
	Key          *KeyRule // nil = no key
}

// CSV pins what would otherwise be recognised from the input.
type CSV struct {
	Encoding  string // "" = not said; the name isn't checked here
	Delimiter rune   `yaml:"-"` // 0 = not said
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

	// Match is a property of another record, which holds the cell's value: the
	// record's id is sent. "" = cells are sent. It excludes Value, Default and
	// Values and the formats. Object is the object type of that record, with Match
	// only, and then always.
	Match  string
	Object string `yaml:"of"`

	// Position numbers the rows of each associated record of this object type; "" =
	// no numbers. It excludes all other fields but Name and Required, which makes a
	// row without such a record a Problem.
	Position string

	// How the column writes numbers, or else dates; see Formats above. Without
	// any, cells are sent as they are. They exclude Value and Values.
	Decimal  rune   `yaml:"-"` // '.' or ','; 0 = not said
	Group    rune   `yaml:"-"` // '.', ',', '\'', ' ' or what looks like the last two; 0 = none
	Symbol   string // text beside the number, "" = none
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
	Required bool   // an empty cell is a Problem

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
type KeyRule struct {
	Property string
	Columns  []string // at least one, all different; none with Auto

	// Auto leaves the value to the caller who knows the other rows: [Mapper.Map]
	// doesn't set it, and [Record.SetKey] does.
	Auto bool
}

// Columns returns the names of the columns that the rules read, each once, in
// the order of properties, associations, key.
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
	return columns
}

// ForHeader returns the mapping for an input without one: every column that is
// named like a property maps to it. Names are compared after Unicode NFC and
// without surrounding white space; isProperty gets them in that form. Of several
// columns with the name of one property the first is taken; if their names are
// equal to the letter, [Mapping.Compile] refuses the mapping.
func ForHeader(object string, header []string, isProperty func(name string) bool) *Mapping {
	m := &Mapping{Object: object}
	taken := make(map[string]bool)
	for _, column := range header {
		name := Normalize(column)
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
