// A proposed mapping as a table: column, example, property, confidence.

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/hubload/hubload/mapping/suggest"
)

// proposal prints what is proposed for each column. On a terminal lines are cut to its
// width.
func (a *app) proposal(w io.Writer, p *suggest.Proposal) {
	room := roomOf(w)
	name, example := 60, 60
	if room < 200 {
		name, example = 24, 28
	}
	table := [][]string{{"column", "example", "property", "confidence", ""}}
	for i := range p.Columns {
		c := &p.Columns[i]
		target := c.Target()
		switch {
		case target == "":
			target = "-"
		case c.Association != nil:
			target = "association to " + target
		}
		table = append(table, []string{fitted(shown(c.Name), name), fitted(shown(c.Example), example), target, c.Confidence.String(), visible(why(c))})
	}
	widths := make([]int, 4)
	for _, row := range table {
		for i := range widths {
			widths[i] = max(widths[i], cellWidth(row[i]))
		}
	}
	for i, row := range table {
		var b strings.Builder
		for j, n := range widths {
			b.WriteString(row[j] + strings.Repeat(" ", n-cellWidth(row[j])+2))
		}
		fmt.Fprintln(w, fitted(strings.TrimRight(b.String()+row[4], " "), room))
		if i == 0 {
			continue
		}
		for _, note := range p.Columns[i-1].Notes {
			fmt.Fprintln(w, fitted("    "+visible(note), room))
		}
	}
}

// why says how the column is read, and what a proposal rests on.
func why(c *suggest.Column) string {
	if format := c.Format(); format != "" {
		return format + "; " + c.Reason
	}
	return c.Reason
}

// proposalJSON prints the proposal as one document: each column with what it is, how sure
// that is, and its rule as it stands in the mapping.
func (a *app) proposalJSON(p *suggest.Proposal, input, out, next string) {
	type column struct {
		Column      string   `json:"column"`
		Example     string   `json:"example,omitempty"`
		Property    string   `json:"property,omitempty"`
		Association string   `json:"association,omitempty"`
		Rule        string   `json:"rule,omitempty"`
		Confidence  string   `json:"confidence,omitempty"`
		Used        bool     `json:"used"`
		Reason      string   `json:"reason,omitempty"`
		Notes       []string `json:"notes,omitempty"`
	}
	columns := make([]column, len(p.Columns))
	for i := range p.Columns {
		c := &p.Columns[i]
		columns[i] = column{Column: c.Name, Example: c.Example, Confidence: c.Confidence.String(), Used: c.Used(), Reason: c.Reason, Notes: c.Notes}
		switch {
		case c.Property != nil:
			columns[i].Property, columns[i].Rule = c.Property.Name, c.Property.YAML()
		case c.Association != nil:
			columns[i].Association, columns[i].Rule = c.Association.To, c.Association.YAML()
		}
	}
	type key struct {
		Rule string `json:"rule"`
		Used bool   `json:"used"`
	}
	document := struct {
		Input   string   `json:"input"`
		Mapping string   `json:"mapping,omitempty"` // the file
		Object  string   `json:"object"`
		Program string   `json:"program,omitempty"`
		Columns []column `json:"columns"`
		Key     *key     `json:"key,omitempty"`
		Advice  []string `json:"advice,omitempty"`
		YAML    string   `json:"yaml"`
		Next    string   `json:"next,omitempty"`
		end
	}{input, out, p.Object, p.Program, columns, nil, p.Advice, string(p.Encode()), next, end{}}
	if p.Key.Rule.Property != "" {
		document.Key = &key{p.Key.Rule.YAML(), p.Key.Exists}
	}
	a.ui.document(document)
}
