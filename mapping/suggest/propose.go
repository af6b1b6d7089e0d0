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

	Key Key // zero where no property is proposed

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
// properties of line items alone are known), by the names that people give them in
// English, Japanese and German, and by what the cells look like. Rows are the
// first ones of the file, each as long as the header; what they show of formats is
// taken for all. Where that could be read in two ways nothing is chosen: the column is
// Low, and a note says what the user has to decide.
func Propose(object string, header []string, rows [][]string, s *schema.Schema) *Proposal {
	p := &proposer{object: cmp.Or(object, mapping.DefaultObject), schema: s, japanese: hasJapanese(header)}
	seen := make(map[string]int)
	for _, name := range header {
		seen[mapping.Normalize(name)]++
	}
	for i, name := range header {
		if strings.TrimSpace(name) == "" || mapping.IsReportColumn(name) {
			continue
		}
		c := &guess{Column: Column{Name: name}, cells: format.NewSample()}
		for _, row := range rows {
			if i < len(row) && utf8.ValidString(row[i]) {
				c.cells.Add(row[i])
			}
		}
		c.Example = c.cells.First()
		p.guesses = append(p.guesses, c)
		if seen[mapping.Normalize(name)] > 1 {
			c.Reason = ambiguousName
			continue
		}
		p.match(c)
	}
	p.arbitrate()
	p.formats()
	proposal := &Proposal{Object: p.object}
	if slices.ContainsFunc(p.guesses, func(g *guess) bool { return g.Used() && g.Property != nil }) {
		proposal.Key = p.key(header, rows)
	}
	for _, c := range p.guesses {
		if c.Confidence == NoConfidence {
			c.Property, c.Association = nil, nil
		}
		proposal.Columns = append(proposal.Columns, c.Column)
	}
	return proposal
}

// Mapping returns the mapping of what is used. It may have no properties; then it
// doesn't compile.
func (p *Proposal) Mapping() *mapping.Mapping {
	m := &mapping.Mapping{Object: p.Object, CSV: p.CSV}
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

// Encode returns the proposal as a mapping with comments, from which [mapping.Parse] makes
// what Mapping returns.
func (p *Proposal) Encode() []byte {
	var b strings.Builder
	if p.About != "" {
		b.WriteString("# " + comment(p.About) + "\n")
	}
	head := mapping.Mapping{Object: p.Object, CSV: p.CSV}
	b.Write(head.Encode())
	p.section(&b, "properties", func(c *Column) string {
		if c.Property == nil {
			return ""
		}
		return c.Property.YAML()
	})
	p.section(&b, "associations", func(c *Column) string {
		if c.Association == nil {
			return ""
		}
		return "- " + c.Association.YAML()
	})
	b.WriteString(p.Key.yaml())
	b.WriteString(p.unmatched())
	return []byte(b.String())
}

// section writes the rules of one kind, those that aren't used as comments.
func (p *Proposal) section(b *strings.Builder, name string, rule func(*Column) string) {
	var lines []string
	used := false
	for i := range p.Columns {
		c := &p.Columns[i]
		text := rule(c)
		if text == "" {
			continue
		}
		for _, note := range c.Notes {
			lines = append(lines, "  # "+comment(note))
		}
		if used = used || c.Used(); c.Used() {
			lines = append(lines, "  "+text+"   # "+c.about())
		} else {
			lines = append(lines, "  # "+text+"   # left out; "+c.about())
		}
	}
	switch {
	case len(lines) == 0:
		return
	case used:
		b.WriteString(name + ":\n")
	default:
		b.WriteString("# " + name + ":\n") // a key needs a value
	}
	b.WriteString(strings.Join(lines, "\n") + "\n")
}

func (c *Column) about() string {
	text := c.Confidence.String() + ", " + comment(c.Reason)
	if c.Example != "" {
		text += ": " + wording.Quote(c.Example)
	}
	return text
}

// unmatched lists the columns that no rule reads.
func (p *Proposal) unmatched() string {
	var b strings.Builder
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Target() != "" {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("# Columns that are not imported. To import one, write \"property: column\" under properties.\n")
		}
		b.WriteString("#   " + wording.Quote(c.Name))
		if c.Example != "" {
			b.WriteString(", such as " + wording.Quote(c.Example))
		}
		if c.Reason != "" {
			b.WriteString(": " + comment(c.Reason))
		}
		b.WriteString("\n")
		for _, note := range c.Notes {
			b.WriteString("#     " + comment(note) + "\n")
		}
	}
	return b.String()
}

// comment makes a text fit for one line of YAML.
func comment(s string) string {
	quoted := strconv.Quote(s)
	return strings.ReplaceAll(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`), `\\`, `\`)
}
