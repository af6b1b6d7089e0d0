// The result of a check, on stdout.

package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/rundir"
)

// mostShown is how many kinds of problems a summary tells.
const mostShown = 10

// showChecked prints what a check has found.
func (a *app) showChecked(c *rundir.Checked, found *findings, err error) {
	sum := c.Summary
	problems, warnings := sorted(found.problems), sorted(found.warnings)
	if a.ui.lines != nil {
		a.printChecked(c, problems, warnings, err)
		return
	}
	name := filepath.Base(c.Input.Path)
	if c.Input.Spooled {
		name = "standard input"
	}
	a.ui.printf("%s, %s, checked %s\n", name, c.Mapping.Object, checkedBy(c.Known))
	took := time.Duration(sum.Seconds * float64(time.Second))
	a.ui.printf("  %s: %s can be sent, %s would be refused; %s, %s rows/s\n",
		counted(sum.Rows, "row"), grouped(sum.Pending), grouped(sum.Refused), took.Round(100*time.Millisecond), grouped(int64(sum.RowsPerSecond)))
	if sum.Rows+sum.LeftOut == 0 {
		a.ui.note("the file has a header and no rows")
	}
	if f := found.leftOut; f != nil {
		a.ui.printf("  left out by rows: where: %s, such as row %s, line %s, with %q in column %s\n",
			counted(f.Count, "row"), grouped(f.Row), grouped(f.Line), f.Value, shown(f.Column))
	}
	for _, note := range c.Stats.Notes() {
		a.ui.note("%s", note)
	}
	a.showPreview(c.Preview)
	a.showFindings("problems", "the most frequent problems", problems)
	a.showFindings("warnings", "worth a look, and no reason to refuse a row", warnings)
	if c.Dir != "" {
		a.ui.printf("reports: %s\n", c.Dir)
	}
	if sum.Refused > 0 {
		a.ui.printf("next: fix the %s (%s holds them all, with hubload_message), or change the mapping, and check again\n",
			counted(sum.Refused, "row"), (&rundir.Dir{Path: c.Dir}).Failures())
	}
}

// showPreview prints what an import would do to records that exist.
func (a *app) showPreview(p *importer.Previewed) {
	if p == nil {
		return
	}
	var parts []string
	for _, n := range []struct {
		rows int64
		what string
	}{{p.Created, "created"}, {p.Updated, "updated"}, {p.Unchanged, "unchanged"}, {p.Existing, "existing"}, {p.NotFound, "refused, as no record has their key or id"}} {
		if n.rows > 0 {
			parts = append(parts, grouped(n.rows)+" "+n.what)
		}
	}
	if parts == nil {
		parts = []string{"nothing"}
	}
	a.ui.wrapped("  ", "in the account, an import now gives: "+strings.Join(parts, ", "))
	for _, d := range p.Differences {
		var examples []string
		for _, e := range d.Examples {
			examples = append(examples, fmt.Sprintf("row %s: %s -> %s", grouped(e.Row), quotedCell(e.Old), quotedCell(e.New)))
		}
		a.ui.wrapped(fmt.Sprintf("%9s  %s  ", grouped(d.Rows), d.Property), strings.Join(examples, "; "))
	}
}

// quotedCell is a value, short and in quotes.
func quotedCell(value string) string { return strconv.Quote(shown(value)) }

func (a *app) showFindings(what, title string, list []*finding) {
	if len(list) == 0 {
		return
	}
	a.ui.printf("%s:\n", title)
	for _, f := range list[:min(mostShown, len(list))] {
		a.ui.printf("%9s  %s%s\n", grouped(f.Count), f.Code, f.place())
		a.ui.printf("           row %s, line %s: %s\n", grouped(f.Row), grouped(f.Line), visible(f.text()))
	}
	if rest := list[min(mostShown, len(list)):]; len(rest) > 0 {
		var rows int64
		for _, f := range rest {
			rows += f.Count
		}
		a.ui.printf("%9s  %s more kinds of %s\n", grouped(rows), grouped(int64(len(rest))), what)
	}
}

// place is the column and the property that a finding is about.
func (f *finding) place() string {
	switch {
	case f.Column == "" && f.Property == "":
		return ""
	case f.Property == "":
		return "  column " + shown(f.Column)
	case f.Column == "" || f.Column == f.Property:
		return "  " + shown(f.Property)
	}
	return "  column " + shown(f.Column) + " -> " + f.Property
}

// printChecked is the same for programs.
func (a *app) printChecked(c *rundir.Checked, problems, warnings []*finding, err error) {
	type schema struct {
		Source  rundir.KnownSource `json:"source"`
		Account int64              `json:"account,omitempty"`
		Read    *time.Time         `json:"read,omitempty"`
	}
	by, sum := schema{Source: c.Known.Source}, c.Summary
	if c.Known.Schema != nil {
		by.Account, by.Read = c.Known.Account, &c.Known.Read
	}
	for _, list := range [][]*finding{problems, warnings} {
		for _, f := range list {
			f.Message = f.text()
		}
	}
	if problems == nil {
		problems = []*finding{}
	}
	if warnings == nil {
		warnings = []*finding{}
	}
	a.ui.document(struct {
		Input    string     `json:"input"`
		Object   string     `json:"object"`
		Schema   schema     `json:"schema"`
		Rows     int64      `json:"rows"`
		Refused  int64      `json:"refused"`
		LeftOut  int64      `json:"left_out"`
		Seconds  float64    `json:"seconds"`
		Problems []*finding `json:"problems"`
		Warnings []*finding `json:"warnings"`
		Reports  string     `json:"reports,omitempty"`

		Preview *importer.Previewed `json:"preview,omitempty"`
		end
	}{c.Input.Path, c.Mapping.Object, by, sum.Rows, sum.Refused, sum.LeftOut, sum.Seconds, problems, warnings, c.Dir, c.Preview, endOf(err)})
}
