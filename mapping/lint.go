// Cells that are no mistake by their type, and most likely are one all the same.

package mapping

import "strings"

// Codes of suspicions.
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

// A Suspicion is about a row that can be sent, and deserves a look before.
type Warning struct {
	Code     string
	Column   string
	Property string
	Message  string // one sentence; {value} stands for the cell
}

// A Watch looks at rows for suspicions. It never changes.
type Linter struct {
	cells   []watched
	parents bool
}

type watched struct {
	column, property string
	index            int
	id               bool // a column of ids, or of a key
}

// NewWatch returns the watch over the rows of a mapping that was compiled to m, for
// the object type that it creates.
func NewLinter(object string, m *Mapper) *Linter {
	w := &Linter{parents: object == "" || object == "line_items" || object == "0-8"}
	for i := range m.properties {
		if p := &m.properties[i]; p.Value == nil {
			w.cells = append(w.cells, watched{p.Column, p.Name, p.index, isIDName(p.Name)})
		}
	}
	if m.key != nil {
		for i, index := range m.key.indexes {
			w.cells = append(w.cells, watched{m.key.columns[i], m.key.property, index, true})
		}
	}
	return w
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

// Lint calls suspect for each suspicion about a row and the record that it becomes.
func (w *Linter) Lint(fields []string, rec *Record, suspect func(Warning, string)) {
	for i := range w.cells {
		c := &w.cells[i]
		cell := fields[c.index]
		switch {
		case cell == "":
		case c.id && IsRounded(cell):
			suspect(Warning{CodeRounded, c.column, c.property, "{value} seems to be a number that a spreadsheet has rounded; export the column again as text"}, cell)
		case cell[0] == '#' && len(cell) > 2 && strings.Trim(cell, "#") == "":
			suspect(Warning{CodeTooNarrow, c.column, c.property, "{value} is what a spreadsheet shows in a column that is too narrow; widen it and export again"}, cell)
		}
	}
	if w.parents && len(rec.Associations) > 1 {
		if names, ids := parentsOf(rec); ids != "" {
			suspect(Warning{CodeSeveralParents, "", names, "the row leads to {value}, and a line item belongs to one record; keep one of them"}, ids)
		}
	}
}

// IsRounded reports whether a cell is a number as spreadsheets show long ones, such as
// 1.23E+11 or 1,23E+11.
func IsRounded(cell string) bool {
	mantissa, exponent, ok := strings.Cut(cell, "E+")
	if !ok || exponent == "" || strings.Trim(exponent, "0123456789") != "" {
		return false
	}
	if mantissa != "" && len(mantissa) > 1 && (mantissa[1] == '.' || mantissa[1] == ',') {
		mantissa = mantissa[:1] + mantissa[2:]
	}
	return mantissa != "" && strings.Trim(mantissa, "0123456789") == ""
}

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
