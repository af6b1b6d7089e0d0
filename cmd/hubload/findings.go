// What a check finds, counted by kind: a file of a million rows has few kinds of mistakes.

package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// maxKinds is how many kinds are distinguished by their messages; beyond it, only by
// code, column and property.
const maxKinds = 1000

// A finding is a kind of problem, with the first row that has it.
type finding struct {
	Count    int64  `json:"count"`
	Code     string `json:"code"`
	Column   string `json:"column,omitempty"`
	Property string `json:"property,omitempty"`
	Row      int64  `json:"row"`
	Line     int64  `json:"line"`
	Value    string `json:"value,omitempty"`
	Message  string `json:"message"`
}

type kind struct{ code, column, property, message string }

// findings are the kinds of a file. They are a [rundir.Visitor].
type findings struct {
	app                *app
	problems, warnings map[kind]*finding
	leftOut            *finding // rows of all columns; nil without any
	mapper             *mapping.Mapper
	watch              *mapping.Linter
	rules              map[string][]api.ValidationRule // by property
}

func newFindings(a *app) *findings {
	return &findings{app: a, problems: map[kind]*finding{}, warnings: map[kind]*finding{}}
}

func (f *findings) Known(k rundir.Known) {
	f.app.noteKnown(k)
	f.rules = map[string][]api.ValidationRule{}
	for _, r := range k.Rules {
		f.rules[r.Property] = append(f.rules[r.Property], r)
	}
}

func (f *findings) Begin(c *rundir.Checked, m *mapping.Mapper) {
	f.mapper, f.watch = m, mapping.NewLinter(c.Mapping.Object, m)
}

func (f *findings) Good(row *rows.Row, record *mapping.Record) {
	f.apart(row, f.mapper)
	if row.Total() != "" {
		w, value := row.TotalWarning()
		f.suspect(row.Record, w, value)
	}
	f.watch.Lint(row.Fields, record, func(s mapping.Warning, value string) { f.suspect(row.Record, s, value) })
	for _, p := range record.Properties {
		for _, r := range f.rules[p.Name] {
			if schema.BreaksRule(p.Value, r.Kind, r.Arguments) {
				column, _ := f.mapper.Cell(row.Fields, p.Name)
				f.suspect(row.Record, mapping.Warning{
					Code: codeAccountRule, Column: column, Property: p.Name,
					Message: "{value} breaks a validation rule of the account: " + r.Kind + " " + strings.Join(r.Arguments, " ") +
						". HubSpot enforces it in this version of the API, so it will refuse the row. Fix the cell, or the rule in the property's settings.",
				}, p.Value)
			}
		}
	}
}

func (f *findings) Refused(row *rows.Row, refused *rows.Refusal) {
	f.apart(row, f.mapper)
	f.refuse(row.Record, refused, f.mapper)
}

func (f *findings) LeftOut(row *rows.Row, refused *rows.Refusal) {
	if f.leftOut == nil {
		f.leftOut = &finding{Code: refused.Code, Column: refused.Property, Row: row.Row, Line: row.Line, Value: shown(row.Field(refused.Property))}
	}
	f.leftOut.Count++
}

// refuse notes why a row can't be sent.
func (f *findings) refuse(rec *csvfile.Record, refused *rows.Refusal, m *mapping.Mapper) {
	if len(refused.Problems) == 0 {
		// A record that can't be read, or another row's key: such messages hold
		// numbers of their own.
		k := kind{code: refused.Code}
		value := ""
		if rec.Problem != nil {
			k.column = rec.Problem.Column
		} else {
			k.property = refused.Property
			k.column, value = m.Cell(rec.Fields, refused.Property)
		}
		f.note(f.problems, k, rec, value, refused.Message)
		return
	}
	for _, p := range refused.Problems {
		value := ""
		if strings.Contains(p.Message, "{value}") {
			_, value = m.Cell(rec.Fields, p.Property)
		}
		f.note(f.problems, kind{p.Code, p.Column, p.Property, p.Message}, rec, value, p.Message)
	}
}

// codeAccountRule: a value breaks a rule of the account's administrators. HubSpot's answer
// to it isn't published, so it is a warning.
const codeAccountRule = "ACCOUNT_RULE"

// codeGroupApart: the rows of one group don't follow each other.
const codeGroupApart = "PARENT_RETURNS"

// apart notes a row whose group has earlier rows, with others between them and it.
func (f *findings) apart(row *rows.Row, m *mapping.Mapper) {
	for _, rule := range row.Apart() {
		column, value := m.Cell(row.Fields, rule.To)
		f.suspect(row.Record, mapping.Warning{
			Code: codeGroupApart, Column: column, Property: rule.Property,
			Message: "{value} has rows further up, with rows of others between them. Numbers go on, but the order may not be the one that is meant. Sort the file by " + rule.To + ".",
		}, value)
	}
}

// suspect notes what deserves a look.
func (f *findings) suspect(rec *csvfile.Record, s mapping.Warning, value string) {
	f.note(f.warnings, kind{s.Code, s.Column, s.Property, s.Message}, rec, value, s.Message)
}

func (f *findings) note(where map[kind]*finding, k kind, rec *csvfile.Record, value, message string) {
	found := where[k]
	if found == nil && len(where) >= maxKinds {
		k.message = ""
		found = where[k]
	}
	if found == nil {
		found = &finding{
			Code: k.code, Column: k.column, Property: k.property, Row: rec.Row, Line: rec.Line,
			Value: shown(value), Message: message,
		}
		where[k] = found
	}
	found.Count++
}

// sorted returns kinds, the most frequent first.
func sorted(kinds map[kind]*finding) []*finding {
	return slices.SortedFunc(maps.Values(kinds), func(a, b *finding) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Property, b.Property), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// text is the message with the value of the example in it.
func (f *finding) text() string {
	const short = 60
	value := f.Value
	if r := []rune(value); len(r) > short {
		value = string(r[:short]) + "…"
	}
	return strings.ReplaceAll(f.Message, "{value}", `"`+value+`"`)
}
