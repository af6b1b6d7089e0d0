// Warnings: cells that fit their type and most likely are a mistake all the same.

package mapping

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// Codes of warnings.
const (
	// CodeRounded: a number such as 1.23E+11 in a column of ids, as spreadsheets
	// write long ones, with the digits at its end lost.
	CodeRounded = "ROUNDED_NUMBER"

	// CodeTooNarrow: a cell such as #####, which is what spreadsheets show in a
	// column that is too narrow, and some export.
	CodeTooNarrow = "COLUMN_TOO_NARROW"

	// CodeFormulaError: a cell such as #NAME?, of a formula that went wrong.
	CodeFormulaError = "FORMULA_ERROR"

	// CodeDecimalID: 12345.0 in a column of ids, which was 12345 before a spreadsheet
	// or a program took it for a number.
	CodeDecimalID = "DECIMAL_ID"

	// CodeDateForID: 12-Mar in a column of ids, which was 3-12 or MAR12 before a
	// spreadsheet took it for a date.
	CodeDateForID = "DATE_FOR_ID"

	// CodePlaceholder: a word for nothing, such as NULL, that is sent as a text.
	CodePlaceholder = "PLACEHOLDER"

	// CodeMojibake: a text in which UTF-8 was read in another encoding, such as Ã¼ for ü.
	CodeMojibake = "MOJIBAKE"

	// CodeLostCharacter: a text with U+FFFD, which programs write for what they can't read.
	CodeLostCharacter = "LOST_CHARACTER"

	// CodeApostrophes: a text between apostrophes, which quote in no CSV.
	CodeApostrophes = "APOSTROPHES"

	// CodeWhiteSpace: a text with white space around it, which is sent. Of other values it
	// is taken off.
	CodeWhiteSpace = "WHITE_SPACE"

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
	Message  string // one or two sentences; {value} stands for the cell
}

// A Linter looks for warnings in rows. It never changes: any number of goroutines may
// use it.
type Linter struct {
	cells    []lintedCell
	columns  map[string]string // of properties
	lineItem bool
	record   bool // rows have parents or money that only the record shows
}

type lintedCell struct {
	column, property string
	read             *cellReader
	id               bool // a column of ids, or of a key
	text             bool // the property takes every text
}

// NewLinter returns the linter of the rows that m maps, for the object type that it
// creates; "" is line_items.
func NewLinter(object string, m *Mapper) *Linter {
	l := &Linter{lineItem: schema.IsLineItem(cmp.Or(object, DefaultObject)), columns: map[string]string{}}
	for i := range m.properties {
		if p := &m.properties[i]; p.Value == nil {
			l.columns[p.Name] = p.Column
			text := p.takes.Kind == schema.TypeAny && p.format == nil && p.Values == nil
			l.cells = append(l.cells, lintedCell{p.Column, p.Name, &p.cellReader, IsIDName(p.Name), text})
		}
	}
	if m.key != nil {
		for i := range m.key.cells {
			l.cells = append(l.cells, lintedCell{m.key.columns[i], m.key.property, &m.key.cells[i], true, true})
		}
	}
	if l.lineItem {
		l.record = len(m.associations) > 1
		for _, property := range moneyProperties {
			_, set := l.columns[property]
			l.record = l.record || set
		}
	}
	return l
}

// IsIDName reports whether a property of this name holds what tells things apart.
func IsIDName(name string) bool {
	return idName.MatchString(name) && name != "hs_line_item_currency_code"
}

var idName = regexp.MustCompile(`(^|_)(id|sku|key|code|number|no|ref|reference|ean|gtin)$`)

// MayWarn reports whether Lint could warn about a row: the record that it becomes is needed
// to know. It costs less than the record.
func (l *Linter) MayWarn(fields []string) bool {
	if l.record {
		return true
	}
	for i := range l.cells {
		c := &l.cells[i]
		if cell := c.read.read(fields); cell != "" {
			if code, _ := c.lint(cell); code != "" {
				return true
			}
		}
	}
	return false
}

// Lint calls warn for each warning about a row and the record that it becomes, with the
// cell.
func (l *Linter) Lint(fields []string, rec *Record, warn func(Warning, string)) {
	for i := range l.cells {
		c := &l.cells[i]
		if cell := c.read.read(fields); cell != "" {
			if code, message := c.lint(cell); code != "" {
				warn(Warning{code, c.column, c.property, message}, cell)
			}
		}
	}
	if !l.lineItem {
		return
	}
	if len(rec.Associations) > 1 {
		if names, ids := parentsOf(rec); ids != "" {
			warn(Warning{CodeSeveralParents, "", names, "the row names {value}, but a line item belongs to one record. Keep one of them."}, ids)
		}
	}
	l.lintMoney(rec, warn)
	l.lintBilling(rec, warn)
}

// lint returns the code and the message of what is odd about a cell.
func (c *lintedCell) lint(cell string) (code, message string) {
	const (
		export      = " Export the column again as text."
		placeholder = "{value} is sent as it stands here. If it means that there is none, add csv: { empty: [{value}] } to the mapping."
	)
	switch first := cell[0]; {
	case first == '#' && len(cell) > 2 && strings.Trim(cell, "#") == "":
		return CodeTooNarrow, "{value} is what a spreadsheet shows in a column that is too narrow. Widen it and export again."
	case first == '#' && c.text && format.IsSpreadsheetError(cell):
		return CodeFormulaError, "{value} is what a spreadsheet shows for a formula that went wrong. Correct it and export again."
	case first >= utf8.RuneSelf || !isASCII(cell):
		if fixed := format.Mojibake(cell); fixed != "" {
			return CodeMojibake, "{value} looks like a text in UTF-8 that was read in another encoding once, and is sent as it stands. Export the table again as UTF-8, from where it still looks right."
		}
		if c.text && strings.ContainsRune(cell, utf8.RuneError) {
			return CodeLostCharacter, "{value} has the sign for a character that a program couldn't read. Export the table again as UTF-8."
		}
		if c.text && format.IsPlaceholder(cell) {
			return CodePlaceholder, placeholder
		}
	case c.text && first == '\'' && len(cell) > 2 && cell[len(cell)-1] == '\'':
		return CodeApostrophes, "{value} is sent with its apostrophes, which don't quote in CSV. If they are no part of the text, export the table with double quotes."
	case c.text && format.IsPlaceholder(cell):
		return CodePlaceholder, placeholder
	case c.text && !c.id && format.Trim(cell) != cell:
		return CodeWhiteSpace, "{value} is sent with the white space around it. If that is no part of the text, add trim: true to the rule."
	case !c.id:
	case IsRounded(cell):
		return CodeRounded, "{value} looks like a number that a spreadsheet has rounded." + export
	case isDecimalID(cell):
		return CodeDecimalID, "{value} looks like an id that a spreadsheet has made a number of." + export
	case len(cell) < 12 && dateForID.MatchString(cell):
		return CodeDateForID, "{value} looks like an id that a spreadsheet has made a date of." + export
	}
	return "", ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

var dateForID = regexp.MustCompile(`^(\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2})$`)

func isDecimalID(cell string) bool {
	digits, found := strings.CutSuffix(cell, ".0")
	return found && digits != "" && strings.Trim(digits, "0123456789") == ""
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

// amount returns a number of the record, 0 without one.
func (r *Record) amount(property string) (n float64, text string) {
	for i := range r.Properties {
		if p := &r.Properties[i]; p.Name == property && p.Value != "" {
			n, _ = strconv.ParseFloat(p.Value, 64)
			return n, p.Value
		}
	}
	return 0, ""
}
