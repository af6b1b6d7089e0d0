// Rows that look like the totals of those above, as reports and spreadsheets write them.

package rows

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/mapping"
)

// totals are the sums of what the rows so far send. They hold for an input of which every
// row was mapped; after a row that wasn't they tell nothing.
type totals struct {
	last int64 // row that was added, -1 when one was left out
	sums []sum
}

// A sum is that of a property, over all rows and over those since the last total.
type sum struct {
	property  string
	all, part partial
}

type partial struct {
	value float64
	rows  int
}

// fewestSummed is how many rows are summed before a number is compared with the sum: one
// row that repeats another is no total.
const fewestSummed = 2

// add takes what a row sends, and returns the property that is the sum of the rows above, ""
// if none is. Such a row isn't added.
func (t *totals) add(row int64, rec *mapping.Record, lacks bool) (property string) {
	if t.last != row-1 {
		t.last = -1
		return ""
	}
	t.last = row
	var values [8]float64
	at := 0
	for i := range rec.Properties {
		p := &rec.Properties[i]
		value, ok := summand(p)
		if !ok || at == len(values) {
			continue
		}
		j := slices.IndexFunc(t.sums, func(s sum) bool { return s.property == p.Name })
		if j < 0 && len(t.sums) < len(values) {
			j = len(t.sums)
			t.sums = append(t.sums, sum{property: p.Name})
		}
		if j < 0 {
			continue
		}
		values[j] = value
		at++
		if s := &t.sums[j]; property == "" && lacks && (s.all.is(value) || s.part.is(value)) {
			property = p.Name
		}
	}
	for j := range t.sums {
		s := &t.sums[j]
		switch {
		case property != "":
			s.part = partial{}
		case values[j] != 0:
			s.all.add(values[j])
			s.part.add(values[j])
		}
	}
	return property
}

// pass takes a row that sends nothing.
func (t *totals) pass(row int64) {
	if t.last == row-1 {
		t.last = row
	}
}

// summand is the number of a property that may be summed up.
func summand(p *mapping.Property) (float64, bool) {
	if p.Value == "" || p.Value[0] > '9' || mapping.IsIDName(p.Name) {
		return 0, false
	}
	value, err := strconv.ParseFloat(p.Value, 64)
	return value, err == nil
}

func (p *partial) add(value float64) {
	p.value += value
	p.rows++
}

func (p *partial) is(value float64) bool {
	return p.rows >= fewestSummed && value != 0 && math.Abs(p.value-value) < 1e-9*math.Max(1, math.Abs(value))+1e-6
}

// totalWords are the names of rows that sum others up.
var totalWords = []string{
	"total", "totals", "grand total", "subtotal", "sub-total", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "endsumme",
	"sous-total", "total général", "total general", "suma", "subtotal:", "total:", "summe:", "soma", "итого", "всего", "итого:", "합계", "소계", "총계",
	"合計", "小計", "総計", "合计", "小计", "总计", "總計",
}

// lacks reports whether a row lacks what a line item has and a total has not: a record that
// it belongs to, written on the row itself, or a name.
func (row *Row) lacks(rec *mapping.Record, problems []mapping.Problem) bool {
	for i := range problems {
		switch problems[i].Code {
		case mapping.CodeUnassociated, mapping.CodeEmptyLineItem, mapping.CodeAssociationIDInvalid, mapping.CodeRequiredEmpty:
			return true
		}
	}
	if len(problems) > 0 {
		return false
	}
	if row.reader.filler.associates() || len(rec.Associations)+len(rec.Lookups) == 0 && row.reader.config.Mapper.Associates() {
		return true
	}
	for _, p := range rec.Properties {
		if p.Name == "name" {
			return slices.Contains(totalWords, strings.ToLower(strings.TrimSpace(p.Value)))
		}
	}
	return false
}

// findTotal looks whether the row is the total of those above, and says so in the problem for
// which it is refused.
func (row *Row) findTotal(rec *mapping.Record, problems []mapping.Problem) {
	property := row.reader.totals.add(row.Row, rec, row.lacks(rec, problems))
	if property == "" {
		return
	}
	row.total, _ = row.reader.config.Mapper.Cell(row.Fields, property)
	if len(problems) > 0 {
		problems[0].Message += " The row looks like a total: its " + property + " is the sum of rows above it. Delete it if it is one."
	}
	if f := row.reader.config.Total; f != nil {
		f(row, len(problems) > 0)
	}
}

// CodeTotalRow is the code of a warning: a number is the sum of those above it, and the row
// lacks what a line item has.
const CodeTotalRow = "LOOKS_LIKE_TOTAL"

// TotalWarning is what is said of a row that has a [Row.Total] and is sent, with its cell.
func (row *Row) TotalWarning() (w mapping.Warning, value string) {
	return mapping.Warning{
		Code: CodeTotalRow, Column: row.total,
		Message: "{value} is the sum of rows above, so that the row looks like a total, and it is sent. Delete it if it is one, or leave it out by rows: where.",
	}, row.Field(row.total)
}

// Total returns the column whose cell is the sum of those above, where the row lacks what a
// line item has, such as a deal or a name; "" for other rows. It is known after Map, and where
// Map was called for all rows before.
func (row *Row) Total() string { return row.total }
