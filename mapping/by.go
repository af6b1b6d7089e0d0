// Properties that hold ids, in columns that hold what people write instead.

package mapping

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// References are the lists of the account that a mapping needs for by: and label:.
type References struct {
	Owners, Pipelines, TaxRates bool
	Labels                      []string // object types to which there are associations with a label
}

// Any reports whether a list is needed.
func (r References) Any() bool { return r.Owners || r.Pipelines || r.TaxRates || len(r.Labels) > 0 }

// References returns the lists that the mapping needs. They belong into the schema with
// which it is compiled ([schema.Schema.With]); without them, cells are sent as they are.
func (m *Mapping) References() (r References) {
	for i := range m.Properties {
		p := &m.Properties[i]
		if p.By == "" {
			continue
		}
		switch p.Name {
		case "hubspot_owner_id":
			r.Owners = true
		case "hs_tax_rate_group_id":
			r.TaxRates = true
		case "pipeline", "hs_pipeline", "dealstage", "hs_pipeline_stage":
			r.Pipelines = true
		}
	}
	for i := range m.Associations {
		if a := &m.Associations[i]; a.Label != "" && !slices.Contains(r.Labels, a.To) {
			r.Labels = append(r.Labels, a.To)
		}
	}
	return r
}

// checkBy returns what is wrong with the by of a rule, "" if nothing is.
func (p *PropertyRule) checkBy() string {
	ways := schema.Ways(p.Name)
	switch {
	case p.By == "" || slices.Contains(ways, p.By) || p.By == "label" && ways == nil:
		return "" // options are found by their labels anyway
	case ways == nil:
		return "by can be label here, for the options of a property; owners (hubspot_owner_id) are found by email or name, tax rates (hs_tax_rate_group_id) by name, label or rate"
	}
	return "by can be " + strings.Join(ways, " or ") + " for " + p.Name
}

// bindNames finds the names of a property's ids, and the pipeline of a stage.
func (c *compiler) bindNames(p *propertyCell) {
	if message := p.checkBy(); message != "" {
		c.fail("property %s: %s", wording.Quote(p.Name), message)
	}
	if p.By == "" || c.schema == nil {
		return
	}
	p.names = c.schema.References().Names(p.Name, p.By)
}

// bindStages tells stages the pipelines of their rows.
func (m *Mapper) bindStages() {
	for i := range m.properties {
		p := &m.properties[i]
		pipeline, ok := schema.IsStage(p.Name)
		if !ok || p.names == nil {
			continue
		}
		for j := range m.properties {
			if m.properties[j].Name == pipeline {
				p.pipeline = &m.properties[j]
			}
		}
	}
}

// byName returns the id that a cell names, or the code of the problem.
func (p *propertyCell) byName(fields []string, cell string) (id, code string) {
	group := ""
	if p.pipeline != nil {
		group, _, _ = p.pipeline.value(fields) // a problem of its own is said there
	}
	switch ids := p.names.Find(group, cell); len(ids) {
	case 0:
		return "", CodeMatchNotFound
	case 1:
		return ids[0], ""
	}
	return "", CodeMatchAmbiguous
}

// nameProblem says why a cell names no id.
func (p *propertyCell) nameProblem(code, cell string) string {
	n := p.names
	by := n.By
	if by == "email" {
		by = "e-mail address"
	}
	if code == CodeMatchAmbiguous {
		switch {
		case n.What == "stage" && p.pipeline == nil:
			return "several pipelines have a stage with the label {value}. Map a column to the pipeline too, or write the id of the stage."
		case n.By == "rate":
			return "several tax rates in use are {value}. Write their names, and by: name into the rule."
		}
		return "several " + n.What + "s have the " + by + " {value}. Write the id instead, and remove by: from the rule."
	}
	message := "no " + n.What + " has the " + by + " {value}. "
	if n.What == "stage" && p.pipeline != nil {
		message = "the pipeline of the row has no stage with the label {value}. "
	}
	if len(n.Find("", cell)) > 0 {
		return message + "Another pipeline has one: fix the stage or the pipeline."
	}
	if near := n.Near(cell); near != "" && n.By != "rate" {
		return message + "Write " + wording.Quote(near) + " if that is meant."
	}
	return message + "Fix the cell, or make one in HubSpot and import the row again."
}

// labelled completes an association by its label.
func (c *compiler) labelled(a *associationCell) {
	if c.schema == nil {
		return
	}
	refs := c.schema.References()
	found, ok, known := refs.Label(a.To, a.Label)
	switch {
	case ok:
		a.Category, a.Type = found.Category, found.TypeID
	case known:
		c.fail("associations from %s to %s have no label %s; %s", wording.Quote(c.object), wording.Quote(a.To), wording.Quote(a.Label),
			wording.DidYouMean(a.Label, refs.LabelNames(a.To), labelsKnown(refs.LabelNames(a.To))))
	}
}

func labelsKnown(labels []string) string {
	if len(labels) == 0 {
		return "the account has none for them; make it in HubSpot, or remove label"
	}
	return "the account has " + wording.QuoteAll(labels)
}

// waysAdvice says by what the ids of a property can be found, the likeliest for a cell.
func (p *propertyCell) waysAdvice(cell, fix string) string {
	ways := schema.Ways(p.Name)
	if len(ways) == 0 {
		return fix
	}
	way := ways[0]
	switch {
	case strings.Contains(cell, "@"):
	case slices.Contains(ways, "rate") && strings.ContainsAny(cell, "0123456789") && strings.Trim(cell, "0123456789.,% ") == "":
		way = "rate"
	case slices.Contains(ways, "name"):
		way = "name"
	}
	return "If the whole column is written this way, add by: " + way + " to the " + p.Name + " rule; otherwise write the id, in digits"
}
