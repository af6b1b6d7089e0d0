// A proposal as YAML, with comments that say what it rests on.

package suggest

import (
	"strconv"
	"strings"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/internal/wording"
)

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
	for _, line := range p.Advice {
		b.WriteString("# " + comment(line) + "\n")
	}
	b.WriteString(p.rowsYAML())
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
