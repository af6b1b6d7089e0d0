// Package suggest proposes a mapping for a file that has none: which column is which
// property, how its cells are written, and how sure that is.
package suggest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A Confidence says how sure a proposal is.
type Confidence uint8

// The confidences. What is Low is proposed and not used: [Proposal.Mapping] leaves it
// out, and [Proposal.Encode] writes it as a comment.
const (
	NoConfidence Confidence = iota // nothing is proposed
	Low
	Medium
	High
)

func (c Confidence) String() string { return [...]string{"", "low", "medium", "high"}[c] }

// A Proposal is what the columns of a file most likely are.
type Proposal struct {
	Object  string
	CSV     mapping.CSV // as given by the caller, who has read the file
	Columns []Column    // in the order of the header, without hubload's own

	// Rows fills columns down that are filled on the first row of each group only.
	Rows mapping.RowRules

	perhaps string // a column that may be filled on the first row of each group only

	Key Key // zero where no property is proposed

	// Program is the one that wrote the file, "" if it isn't known by its columns.
	Program string

	// Advice is what to do where no column associates the line items with a record: lines
	// for the mapping's comments, the rules among them indented.
	Advice []string

	// About is one line for the head of the mapping, such as where it comes from.
	About string
}

// A Column is one column and what is proposed for it: a rule for a property,
// or an association, or neither.
type Column struct {
	Name        string
	Example     string // a cell that isn't empty, "" when there is none
	Property    *mapping.PropertyRule
	Association *mapping.AssociationRule
	Confidence  Confidence
	Reason      string   // what it rests on, or why there is nothing; a clause
	Notes       []string // what the user should know or decide, a clause each
}

// Target is the property's name, or the object type of the association, "" if there is
// neither.
func (c *Column) Target() string {
	switch {
	case c.Property != nil:
		return c.Property.Name
	case c.Association != nil:
		return c.Association.To
	}
	return ""
}

// Format says how the column is written, by the keys of its rule, and what its cells
// become; "" where they are sent as they are.
func (c *Column) Format() string {
	r := c.Property
	if r == nil {
		return ""
	}
	switch {
	case r.Decimal != 0 || r.Group != 0 || r.Symbol != "":
		f := format.Number{Decimal: cmp.Or(r.Decimal, '.'), Group: r.Group, Symbol: r.Symbol}
		return f.Keys(r.Symbol)
	case r.Scale != "":
		return "scale: " + r.Scale
	case r.Unit != "":
		return "unit: " + r.Unit
	case r.Layout != "":
		return "layout: " + r.Layout
	}
	var list []string
	for _, cell := range slices.Sorted(maps.Keys(r.Values)) {
		value := cmp.Or(r.Values[cell], `""`)
		if cell != value {
			list = append(list, wording.Quote(cell)+" is "+value)
		}
	}
	const most = 4
	text := strings.Join(list[:min(most, len(list))], ", ")
	if more := len(list) - most; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

const ambiguousName = "several columns have this name, and a rule can't tell them apart"

// Used reports whether the column's rule is in the proposed mapping.
func (c *Column) Used() bool { return c.Confidence > Low && c.Target() != "" }

// Propose matches the columns of a file with the properties of an object type: by
// their internal names, by the labels of the account's schema (nil: standard
// properties of line items alone are known), by the names that people and known
// programs give them, in English, Japanese, German, French, Spanish, Portuguese, Korean,
// Russian and Chinese, and
// by what the cells look like. Each candidate gets a score, and the best assignment of
// columns to properties is proposed. Rows are the first ones of the file, each as long
// as the header; what they show of formats is taken for all. Where that could be read in
// two ways nothing is chosen: the column is Low, and a note says what the user has to
// decide.
func Propose(object string, header []string, rows [][]string, s *schema.Schema) *Proposal {
	p := newProposer(object, header, rows, s)
	proposal := &Proposal{Object: p.object}
	switch fill, sure := p.fillDown(header); {
	case sure:
		rows = filledDown(rows, fill)
		p = newProposer(object, header, rows, s)
		for _, at := range fill {
			proposal.Rows.FillDown = append(proposal.Rows.FillDown, header[at])
		}
	case fill != nil:
		proposal.perhaps = header[fill[0]]
	}
	if p.export != nil && p.isLineItem() {
		proposal.Program = p.export.program
	}
	if slices.ContainsFunc(p.guesses, func(g *guess) bool { return g.Used() && g.Property != nil }) {
		proposal.Key = p.key(header, rows)
		proposal.Advice = p.advice()
	}
	for _, g := range p.guesses {
		proposal.Columns = append(proposal.Columns, g.Column)
	}
	return proposal
}

// newProposer matches the columns of a sample.
func newProposer(object string, header []string, rows [][]string, s *schema.Schema) *proposer {
	p := &proposer{object: cmp.Or(object, mapping.DefaultObject), schema: s, known: newVocabulary(), export: recognise(header), rows: rows, japanese: hasJapanese(header)}
	seen := make(map[string]int)
	for _, name := range header {
		seen[mapping.Normalize(name)]++
	}
	for i, name := range header {
		if strings.TrimSpace(name) == "" || mapping.IsReportColumn(name) {
			continue
		}
		g := p.sample(name, i)
		p.guesses = append(p.guesses, g)
		if seen[mapping.Normalize(name)] > 1 {
			g.Reason = ambiguousName
		}
	}
	for _, g := range p.guesses {
		if g.Reason == "" {
			p.match(g)
		}
	}
	p.sums()
	p.assign()
	p.needName()
	p.oneParent()
	p.formats()
	p.empties()
	p.require()
	return p
}

// sample reads the cells of the column at an index, as rules read them: without the white
// space and the guards around them, and without words for nothing.
func (p *proposer) sample(name string, at int) *guess {
	g := &guess{Column: Column{Name: name}, cells: format.NewSample()}
	nothing := make(map[string]bool)
	for _, row := range p.rows {
		if at >= len(row) || !utf8.ValidString(row[at]) {
			continue
		}
		cell := format.Trim(format.Unguard(row[at]))
		switch {
		case cell == "":
			continue
		case format.IsPlaceholder(cell):
			nothing[cell] = true
			continue
		}
		g.cells.Add(cell)
		g.filled++
	}
	if g.nothing = slices.Sorted(maps.Keys(nothing)); g.cells.Total == 0 {
		g.nothing = nil
	}
	g.Example = g.cells.First()
	if p.isLineItem() {
		g.rows = p.numbersOf(g, at)
	}
	return g
}

// empties names the cells that mean nothing in the rules that read them.
func (p *proposer) empties() {
	for _, g := range p.guesses {
		switch {
		case g.Association != nil:
			g.Association.Words = g.nothing
		case g.Property != nil:
			g.Property.Words = g.nothing
		}
	}
}

// oneParent leaves one association: a line item belongs to one record.
func (p *proposer) oneParent() {
	var first *guess
	for _, g := range p.guesses {
		if g.Association != nil && (first == nil || g.Confidence > first.Confidence) {
			first = g
		}
	}
	for _, g := range p.guesses {
		if g.Association != nil && g != first && g.Used() {
			g.Confidence = Low
			g.note("a line item belongs to one record, and column %s names it", wording.Quote(first.Name))
		}
	}
}

// require makes rules required whose columns are filled in every row, where an empty
// cell would change an amount or lose a record.
func (p *proposer) require() {
	for _, g := range p.guesses {
		switch {
		case !g.Used() || len(p.rows) == 0 || g.filled < len(p.rows) || !p.isLineItem():
		case g.Association != nil:
			g.Association.Required = true
		case g.Property != nil && slices.Contains([]string{"name", "quantity", "price"}, g.Property.Name):
			g.Property.Required = true
		}
	}
}

// Found reports whether any property is proposed, used or not. Without one there is
// nothing to import.
func (p *Proposal) Found() bool {
	return slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Property != nil })
}

// Mapping returns the mapping of what is used. It may have no properties; then it
// doesn't compile.
func (p *Proposal) Mapping() *mapping.Mapping {
	m := &mapping.Mapping{Object: p.Object, CSV: p.CSV, Rows: p.Rows}
	for i := range p.Columns {
		switch c := &p.Columns[i]; {
		case !c.Used():
		case c.Property != nil:
			m.Properties = append(m.Properties, *c.Property)
		default:
			m.Associations = append(m.Associations, *c.Association)
		}
	}
	if p.Key.Exists {
		m.Key = &p.Key.Rule
	}
	return m
}
