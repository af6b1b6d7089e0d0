// What is noticed of an input while it is read and is not an error: said at the end,
// once, with how often.

package rundir

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// notices are counted by the one goroutine that reads the input.
type notices struct {
	linter *mapping.Linter
	mapper *mapping.Mapper
	filler *rows.Filler
	record mapping.Record
	found  report.Findings
	pairs  [][2]int // columns of the same kind of association
	twice  int64    // rows whose association is in both columns of a pair
}

// noticesOf says what is looked for under a header.
func noticesOf(m *mapping.Mapping, mapper *mapping.Mapper, header []string) *notices {
	n := &notices{linter: mapping.NewLinter(m.Object, mapper), mapper: mapper, filler: rows.NewFiller(mapper, header)}
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

// odd reads the input of a run for what deserves a look, as far as it can be read.
func (d *Dir) odd(m *mapping.Mapping) []report.Reason {
	r, err := d.input(m)
	if err != nil {
		return nil
	}
	src := newSource(r, d.inputPath(), d.Restore)
	defer src.Close()
	src.first = d.First
	known, err := d.loadSchema()
	if err != nil {
		return nil
	}
	mapper, err := m.CompileFor(src.Header(), known.rules())
	if err != nil {
		return nil
	}
	src.notices = noticesOf(m, mapper, src.Header())
	var record mapping.Record
	for row, err := range rows.NewReader(src, rows.Config{Mapper: mapper, Total: src.notices.total}).All(context.Background()) {
		if err != nil {
			break
		}
		row.Map(&record)
	}
	return src.notices.found.Odd()
}

// see takes a row that was read.
func (n *notices) see(rec *csvfile.Record) {
	if n == nil {
		return
	}
	if n.filler != nil {
		filled := *rec
		filled.Fields = slices.Clone(rec.Fields)
		n.filler.Fill(&filled)
		rec = &filled
	}
	if rec.Problem != nil {
		return
	}
	if _, out := n.mapper.LeavesOut(rec.Fields); out {
		return
	}
	if n.linter.MayWarn(rec.Fields) && len(n.mapper.Map(rec.Fields, &n.record)) == 0 {
		n.linter.Lint(rec.Fields, &n.record, func(w mapping.Warning, value string) { n.found.AddOdd(rec.Row, rec.Line, w, value) })
	}
	for _, p := range n.pairs {
		if id := rec.Fields[p[0]]; id != "" && id == rec.Fields[p[1]] {
			n.twice++
			break
		}
	}
}

// total takes a row that looks like a total. What is refused says so itself.
func (n *notices) total(row *rows.Row, refused bool) {
	if !refused {
		w, value := row.TotalWarning()
		n.found.AddOdd(row.Row, row.Line, w, value)
	}
}

// say says what was overlooked.
func (n *notices) say(o *Options, overlooked csvfile.Stats) {
	if n.twice > 0 {
		o.note("%s the same association in two columns; it counts once", rowsName(n.twice))
	}
	for _, note := range overlooked.Notes() {
		o.note("%s", note)
	}
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
