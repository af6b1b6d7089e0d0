// Warnings: cells that fit their type and most likely are a mistake all the same.

package mapping

import (
	"regexp"
	"strings"
)

// Codes of warnings.
const (
	// CodeRounded: a number such as 1.23E+11 in a column of ids, as spreadsheets
	// write long ones, with the digits at its end lost.
	CodeRounded = "ROUNDED_NUMBER"

	// CodeTooNarrow: a cell such as #####, which is what spreadsheets show in a
	// column that is too narrow, and some export.
	CodeTooNarrow = "COLUMN_TOO_NARROW"

	// CodeSeveralParents: a row that would become a line item of several
	// records. HubSpot documents that line items belong to one, and not what
	// becomes of those with more.
	CodeSeveralParents = "SEVERAL_PARENTS"
)

// A Warning is about a row that can be sent but should be looked at before.
type Warning struct {
	Code     string
	Column   string
	Property string
	Message  string // one sentence; {value} stands for the cell
}

// A Linter looks for warnings in rows. It never changes: any number of goroutines may
// use it.
type Linter struct {
	cells   []lintedCell
	parents bool
}

type lintedCell struct {
	column, property string
	index            int
	id               bool // a column of ids, or of a key
}

// NewLinter returns the linter of the rows that m maps, for the object type that it
// creates; "" is line_items.
func NewLinter(object string, m *Mapper) *Linter {
	l := &Linter{parents: object == "" || object == "line_items" || object == "0-8"}
	for i := range m.properties {
		if p := &m.properties[i]; p.Value == nil {
			l.cells = append(l.cells, lintedCell{p.Column, p.Name, p.index, isIDName(p.Name)})
		}
	}
	if m.key != nil {
		for i := range m.key.cells {
			l.cells = append(l.cells, lintedCell{m.key.columns[i], m.key.property, m.key.cells[i].index, true})
		}
	}
	return l
}

// isIDName reports whether a property of this name holds what tells things apart.
func isIDName(name string) bool {
	for _, end := range []string{"id", "sku", "code", "key", "_no", "_number"} {
		if strings.HasSuffix(name, end) {
			return name != "hs_line_item_currency_code"
		}
	}
	return false
}

// Lint calls warn for each warning about a row and the record that it becomes, with the
// cell.
func (l *Linter) Lint(fields []string, rec *Record, warn func(Warning, string)) {
	for i := range l.cells {
		c := &l.cells[i]
		cell := fields[c.index]
		switch {
		case cell == "":
		case c.id && IsRounded(cell):
			warn(Warning{CodeRounded, c.column, c.property, "{value} looks like a number that a spreadsheet has rounded. Export the column again as text."}, cell)
		case cell[0] == '#' && len(cell) > 2 && strings.Trim(cell, "#") == "":
			warn(Warning{CodeTooNarrow, c.column, c.property, "{value} is what a spreadsheet shows in a column that is too narrow. Widen it and export again."}, cell)
		}
	}
	if l.parents && len(rec.Associations) > 1 {
		if names, ids := parentsOf(rec); ids != "" {
			warn(Warning{CodeSeveralParents, "", names, "the row names {value}, but a line item belongs to one record. Keep one of them."}, ids)
		}
	}
}

// IsRounded reports whether a cell is a number as spreadsheets show long ones, such as
// 1.23E+11 or 1,23E+11.
func IsRounded(cell string) bool {
	return strings.Contains(cell, "E+") && rounded.MatchString(cell)
}

var rounded = regexp.MustCompile(`^\d[.,]?\d*E\+\d+$`)

// parentsOf returns the object types of a record's parents and the parents, ""
// unless there are several.
func parentsOf(rec *Record) (names, ids string) {
	n := 0
	for _, a := range rec.Associations {
		switch a.To {
		case "discounts", "0-84", "projects", "0-970":
			continue
		}
		if a.Category != "HUBSPOT_DEFINED" {
			continue
		}
		if n++; n > 1 {
			names, ids = names+"|", ids+" and "
		}
		names, ids = names+a.To, ids+a.To+" "+a.ID
	}
	if n < 2 {
		return "", ""
	}
	return names, ids
}
