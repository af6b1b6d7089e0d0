// A row becomes a record.

package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// maxCharacters is how long the value of a property may be.
const maxCharacters = 65_536

// Map fills rec with the record that the row asks for, without the ids of its Lookups
// and without its positions ([Mapper.PositionRules]), or returns all problems of the
// row; then rec holds what has none, and must not be sent. Fields are the row's cells, as many as the header
// has; Map panics on any other number.
//
// What was in rec is overwritten and its slices are used again, so that one Record can
// serve many rows, one after the other. The record's texts are those of fields, of the
// mapping and of the schema; new ones are made only for cells that are sent in another
// form, and for keys of several columns. An association that the row names twice is in
// the record once.
func (m *Mapper) Map(fields []string, rec *Record) []Problem {
	if len(fields) != m.width {
		panic(fmt.Sprintf("mapping: a row of %d cells under a header of %d columns", len(fields), m.width))
	}
	rec.Properties, rec.Associations, rec.Key = rec.Properties[:0], rec.Associations[:0], ""
	rec.Lookups = rec.Lookups[:0]
	if rec.Properties == nil {
		rec.Properties = make([]Property, 0, len(m.properties)+1) // and the key
	}
	var problems []Problem
	for i := range m.properties {
		p := &m.properties[i]
		if p.Match != "" {
			cell := p.read(fields)
			if l, ok, code := p.lookup(cell); code != "" {
				problems = append(problems, p.problem(code, cell))
			} else if ok {
				rec.Lookups = append(rec.Lookups, l)
			} else if p.Clear {
				rec.Properties = append(rec.Properties, Property{p.Name, ""})
			}
			continue
		}
		value, ok, code := p.value(fields)
		if code != "" {
			problems = append(problems, p.problem(code, p.cell(fields)))
		} else if ok {
			rec.Properties = append(rec.Properties, Property{p.Name, value})
		}
	}
	associated := false
	for i := range m.associations {
		a := &m.associations[i]
		id := a.read(fields)
		associated = associated || id != "" || a.Required // else it has a problem of its own
		if a.Split == "" || id == "" {
			problems = a.add(rec, id, problems)
			continue
		}
		for _, id := range splitCell(id, a.Split) {
			problems = a.add(rec, id, problems)
		}
	}
	if m.mustAssociate && !associated {
		problems = append(problems, m.associations[0].problem(CodeUnassociated, ""))
	}
	if m.mustBeNamed && !isNamed(rec, problems) {
		problems = append(problems, m.nameless())
	}
	for i := range m.numbered {
		if problem, ok := m.numbered[i].problem(fields); ok {
			problems = append(problems, problem)
		}
	}
	if k := m.key; k != nil {
		for i := range k.cells {
			if k.cells[i].read(fields) == "" {
				problems = append(problems, k.problem(CodeKeyEmpty, k.columns[i], ""))
			}
		}
		rec.Key = k.value(fields)
		if code := k.fits(rec.Key); code != "" {
			problems = append(problems, k.problem(code, k.names(), rec.Key))
		}
		if !k.isID {
			rec.Properties = append(rec.Properties, Property{k.property, rec.Key})
		}
	}
	return problems
}

// cell returns the row's cell, "" for a constant.
func (p *propertyCell) cell(fields []string) string {
	if p.Value != nil {
		return ""
	}
	return p.read(fields)
}

// value returns what the row sends for the property, if anything, or the code of
// the problem. What the mapping itself holds was checked when it was compiled.
func (p *propertyCell) value(fields []string) (value string, ok bool, code string) {
	if p.Value != nil {
		value = p.constant
	} else if cell := p.read(fields); p.names != nil && cell != "" {
		value, code = p.byName(fields, cell)
		return value, code == "", code
	} else if value, ok, code = p.sentFor(cell); code != "" {
		return "", false, code
	} else if !ok {
		switch {
		case p.Default != "":
			value = p.constant
		case p.Required:
			return "", false, CodeRequiredEmpty
		case !p.Clear:
			return "", false, ""
		}
	}
	if tooLong(value) {
		return "", false, CodeValueTooLong
	}
	return value, true, ""
}

// sentFor returns what is sent for a cell, or the code of the problem; ok is false for a
// cell that means an empty one.
func (p *propertyCell) sentFor(cell string) (value string, ok bool, code string) {
	switch {
	case cell == "":
		return "", false, ""
	case p.Split != "":
		value, code = p.sentForParts(cell)
		return value, value != "", code
	case p.sent != nil:
		if value, ok = p.sent[cell]; !ok {
			return "", false, CodeValueNotMapped
		}
		return value, true, ""
	case p.format != nil:
		var why format.Reason
		if cell, why = p.format.Read(cell); why != 0 {
			return "", false, p.unread
		}
	}
	value, code = p.takes.Check(cell)
	if code != "" && p.format == nil {
		if plain := p.onlyReading(cell, code); plain != "" {
			value, code = p.takes.Check(plain)
		}
	}
	return value, value != "", code
}

// onlyReading returns what a cell means that is not written as HubSpot takes it, but
// can mean one thing only; "" if it could mean another.
func (p *propertyCell) onlyReading(cell, code string) string {
	switch code {
	case schema.CodeInvalidNumber:
		number, _ := plainNumber.Read(cell)
		return number
	case schema.CodeInvalidDate:
		if day, ok := format.Day(cell); ok {
			return day
		}
	}
	return ""
}

var plainNumber = format.Number{Decimal: '.'}

// sentForParts is sentFor for a cell that holds several options.
func (p *propertyCell) sentForParts(cell string) (value, code string) {
	var b strings.Builder
	for _, part := range splitCell(cell, p.Split) {
		if p.sent != nil {
			option, ok := p.sent[part]
			if !ok {
				return "", CodeValueNotMapped
			}
			part = option
		}
		if b.Len() > 0 {
			b.WriteByte(';')
		}
		b.WriteString(part)
	}
	if p.sent != nil || b.Len() == 0 {
		return b.String(), ""
	}
	return p.takes.Check(b.String())
}

func tooLong(value string) bool {
	return len(value) > maxCharacters && utf8.RuneCountInString(value) > maxCharacters
}

// check returns the code of what is wrong with the id in an association's cell.
func (a *associationCell) check(id string) (code string) {
	switch {
	case id == "" && a.Required:
		return CodeRequiredEmpty
	case id != "" && a.Match != "":
		return checkMatch(id)
	case id != "" && !schema.ValidID(id):
		return CodeAssociationIDInvalid
	}
	return ""
}

// add adds the association to the record that a cell or a part of it names, or the
// problem to the list.
func (a *associationCell) add(rec *Record, id string, problems []Problem) []Problem {
	code := a.check(id)
	switch {
	case code != "":
		return append(problems, a.problem(code, id))
	case id != "" && a.isLookup():
		rec.Lookups = append(rec.Lookups, a.lookup(id))
	case id != "":
		rec.associate(Association{To: a.To, ID: id, Category: a.Category, TypeID: a.Type})
	}
	return problems
}

// associate adds an association, unless the record has it. Ids that differ only
// in leading zeros are one.
func (rec *Record) associate(a Association) {
	for _, b := range rec.Associations {
		if a.TypeID == b.TypeID && a.Category == b.Category && schema.SameID(a.ID, b.ID) {
			return
		}
	}
	rec.Associations = append(rec.Associations, a)
}
