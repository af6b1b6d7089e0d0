// What is noticed of an input while it is read and is not an error: said at the end,
// once, with how often.

package rundir

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// notices are counted by the one goroutine that reads the input.
type notices struct {
	ids   []noticed // columns of identifiers that a spreadsheet may have rounded
	cells []noticed // all columns that are used
	pairs [][2]int  // columns of the same kind of association
	twice int64     // rows whose association is in both columns of a pair
}

// A noticed is a column and how many of its cells gave cause for a notice.
type noticed struct {
	index int
	name  string
	count int64
	line  int64 // of the first
}

// idProperty tells properties whose values name something and count nothing.
var idProperty = regexp.MustCompile(`(^|_)(id|sku|key|code|number|no|ref|reference|ean|gtin)$`)

// noticesOf says what is looked for under a header.
func noticesOf(m *mapping.Mapping, header []string) *notices {
	n := new(notices)
	add := func(list *[]noticed, column string) {
		at, _ := findColumn(header, column)
		for _, c := range *list {
			if c.index == at {
				return
			}
		}
		if at >= 0 {
			*list = append(*list, noticed{index: at, name: header[at]})
		}
	}
	for _, p := range m.Properties {
		if p.Column != "" {
			add(&n.cells, p.Column)
			if idProperty.MatchString(p.Name) {
				add(&n.ids, p.Column)
			}
		}
	}
	if m.Key != nil {
		for _, column := range m.Key.Columns {
			add(&n.ids, column)
		}
	}
	if m.ID != nil {
		add(&n.ids, m.ID.Column)
	}
	for i, a := range m.Associations {
		for _, b := range m.Associations[:i] {
			one, _ := findColumn(header, a.Column)
			other, _ := findColumn(header, b.Column)
			if a.To == b.To && a.Type == b.Type && a.Category == b.Category && one != other && one >= 0 && other >= 0 {
				n.pairs = append(n.pairs, [2]int{other, one})
			}
		}
	}
	return n
}

// see takes a row that was read.
func (n *notices) see(rec *csvfile.Record) {
	if n == nil || rec.Problem != nil {
		return
	}
	// Few rows have these characters at all.
	exponent, hash := bytes.IndexByte(rec.Raw, '+') >= 0, bytes.IndexByte(rec.Raw, '#') >= 0
	for i := 0; exponent && i < len(n.ids); i++ {
		if c := &n.ids[i]; mapping.IsRounded(rec.Fields[c.index]) {
			c.hit(rec.Line)
		}
	}
	for i := 0; hash && i < len(n.cells); i++ {
		c := &n.cells[i]
		if cell := rec.Fields[c.index]; len(cell) > 2 && cell[0] == '#' && strings.Trim(cell, "#") == "" {
			c.hit(rec.Line)
		}
	}
	for _, p := range n.pairs {
		if id := rec.Fields[p[0]]; id != "" && id == rec.Fields[p[1]] {
			n.twice++
			break
		}
	}
}

func (c *noticed) hit(line int64) {
	if c.count++; c.count == 1 {
		c.line = line
	}
}

// say says what was noticed, and what was overlooked.
func (n *notices) say(o *Options, overlooked csvfile.Stats) {
	for _, c := range n.ids {
		if c.count > 0 {
			o.warn("warning: column %s: %s a number that a spreadsheet has rounded (as in 1.23E+11), first on line %d, and was taken as it is; export the column again as text", shown(c.name), cellsLook(c.count), c.line)
		}
	}
	for _, c := range n.cells {
		if c.count > 0 {
			o.warn("warning: column %s: %s what a spreadsheet shows in a column that is too narrow (#####), first on line %d, and was taken as it is; widen the column and export it again", shown(c.name), cellsLook(c.count), c.line)
		}
	}
	if n.twice > 0 {
		o.note("%s the same association in two columns; it counts once", rowsName(n.twice))
	}
	for _, note := range overlooked.Notes() {
		o.note("%s", note)
	}
}

func cellsLook(n int64) string {
	if n == 1 {
		return "1 cell looks like"
	}
	return fmt.Sprint(n, " cells look like")
}

func rowsName(n int64) string {
	if n == 1 {
		return "1 row names"
	}
	return fmt.Sprint(n, " rows name")
}

// findColumn finds a column as mappings do: exactly, or else in another form of
// Unicode, or else without white space around it. how is "" when exactly.
func findColumn(header []string, name string) (index int, how string) {
	trimmed := func(s string) string { return strings.TrimSpace(norm.NFC.String(s)) }
	for _, way := range []struct {
		form func(string) string
		how  string
	}{
		{func(s string) string { return s }, ""},
		{norm.NFC.String, "in another form of Unicode, as Macs write é"},
		{trimmed, "with white space around it"},
	} {
		for i, h := range header {
			if way.form(h) == way.form(name) {
				return i, way.how
			}
		}
	}
	return -1, ""
}

// noteInexact says which columns of a mapping stand in the header in another form.
func (o *Options) noteInexact(m *mapping.Mapping, header []string) {
	for _, name := range m.Columns() {
		if at, how := findColumn(header, name); at >= 0 && how != "" {
			o.note("column %s of the mapping is in the header %s", shown(name), how)
		}
	}
}
