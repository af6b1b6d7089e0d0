// What people write instead of ids: e-mail addresses of owners, labels of stages and
// pipelines, names and rates of taxes, labels of associations.

package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// References are what some properties hold the ids of. A nil list wasn't read.
type References struct {
	Owners    []Owner                       `json:"owners,omitzero"`
	Pipelines []Pipeline                    `json:"pipelines,omitzero"` // of the object type that is created
	TaxRates  []TaxRate                     `json:"tax_rates,omitzero"`
	Labels    map[string][]AssociationLabel `json:"labels,omitzero"` // by the other object type, as the mapping names it
}

// An Owner is a user whom records can belong to.
type Owner struct{ ID, Email, Name string }

// A Pipeline has stages, whose labels are unique in it.
type Pipeline struct {
	ID, Label string
	Stages    []Stage
}

// A Stage is one of a pipeline.
type Stage struct{ ID, Label string }

// A TaxRate is one that is in use.
type TaxRate struct{ ID, Name, Label, Rate string }

// An AssociationLabel is an association type with a label, which an account gives it.
type AssociationLabel struct {
	Category string
	TypeID   int
	Label    string
}

// With returns a schema of the same properties with references, which must not change.
func (s *Schema) With(r *References) *Schema {
	copied := *s
	copied.references = r
	return &copied
}

// References returns the schema's references, never nil.
func (s *Schema) References() *References {
	if s.references == nil {
		return &References{}
	}
	return s.references
}

// Ways returns by what the values of a property can be looked up: email, label, name,
// rate. Options are found by their labels anyway.
func Ways(property string) []string {
	switch property {
	case "hubspot_owner_id":
		return []string{"email", "name"}
	case "pipeline", "hs_pipeline", "dealstage", "hs_pipeline_stage":
		return []string{"label"}
	case "hs_tax_rate_group_id":
		return []string{"name", "label", "rate"}
	}
	return nil
}

// IsStage reports whether a property holds a stage of the pipeline that another one
// holds, which is returned.
func IsStage(property string) (pipeline string, ok bool) {
	switch property {
	case "dealstage":
		return "pipeline", true
	case "hs_pipeline_stage":
		return "hs_pipeline", true
	}
	return "", false
}

// Names find ids by what people write. They never change.
type Names struct {
	What string // such as owner
	By   string // such as email

	ids   map[string][]string
	shown []string
}

// Names returns the names of a property's ids, nil where the list wasn't read. For
// stages it is those of all pipelines; see [Names.Find].
func (r *References) Names(property, by string) *Names {
	n := &Names{By: by, ids: map[string][]string{}}
	switch property {
	case "hubspot_owner_id":
		n.What = "owner"
		for _, o := range r.Owners {
			n.add("", map[string]string{"email": o.Email, "name": o.Name}[by], o.ID)
			n.addID("", o.ID)
		}
		return n.or(r.Owners == nil)
	case "hs_tax_rate_group_id":
		n.What = "tax rate in use"
		for _, t := range r.TaxRates {
			n.add("", map[string]string{"name": t.Name, "label": t.Label, "rate": t.Rate}[by], t.ID)
		}
		return n.or(r.TaxRates == nil)
	case "pipeline", "hs_pipeline":
		n.What = "pipeline"
		for _, p := range r.Pipelines {
			n.add("", p.Label, p.ID)
			n.addID("", p.ID)
		}
		return n.or(r.Pipelines == nil)
	case "dealstage", "hs_pipeline_stage":
		n.What = "stage"
		for _, p := range r.Pipelines {
			for _, s := range p.Stages {
				n.add(p.ID, s.Label, s.ID)
				n.addID(p.ID, s.ID)
			}
		}
		return n.or(r.Pipelines == nil)
	}
	return nil
}

func (n *Names) or(unread bool) *Names {
	if unread {
		return nil
	}
	return n
}

// add adds a name, in the list of all and in that of its group.
func (n *Names) add(group, name, id string) {
	if name == "" {
		return
	}
	key := n.fold(name)
	n.shown = append(n.shown, name)
	n.ids[key] = append(n.ids[key], id)
	if group != "" {
		key = group + "\n" + key
		n.ids[key] = append(n.ids[key], id)
	}
}

// addID lets an id stand for itself, unless it is a name too.
func (n *Names) addID(group, id string) {
	for _, key := range []string{n.fold(id), group + "\n" + n.fold(id)} {
		if len(n.ids[key]) == 0 {
			n.ids[key] = []string{id}
		}
	}
}

// fold is a name as names are compared: without regard to case and white space around
// them, and rates as numbers.
func (n *Names) fold(name string) string {
	if n.By == "rate" {
		number := strings.Replace(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(name), "%")), ",", ".", 1)
		if x, err := strconv.ParseFloat(number, 64); err == nil {
			return strconv.FormatFloat(x, 'f', -1, 64)
		}
	}
	return wording.FoldCase(name)
}

// Find returns the ids that a text means: one, none, or several. Group, unless it is
// "", is the pipeline that a stage must be of.
func (n *Names) Find(group, text string) []string {
	key := n.fold(text)
	if group != "" {
		key = group + "\n" + key
	}
	ids := slices.Clone(n.ids[key])
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Near returns the name that a text nearly is, "" if there is none. Addresses are near
// if they differ in front of the @: all of one company are alike behind it.
func (n *Names) Near(text string) string {
	if n.By != "email" {
		return wording.Nearest(text, n.shown)
	}
	local, domain, _ := strings.Cut(text, "@")
	var locals []string
	for _, address := range n.shown {
		if l, d, _ := strings.Cut(address, "@"); strings.EqualFold(d, domain) {
			locals = append(locals, l)
		}
	}
	if near := wording.Nearest(local, locals); near != "" {
		return near + "@" + domain
	}
	return ""
}

// Label returns the association type of an object type with a label, and whether there
// is one; known is false where the labels weren't read.
func (r *References) Label(to, label string) (found AssociationLabel, ok, known bool) {
	list, known := r.Labels[to]
	for _, l := range list {
		if wording.FoldCase(l.Label) == wording.FoldCase(label) {
			return l, true, known
		}
	}
	return AssociationLabel{}, false, known
}

// LabelNames returns the labels of associations to an object type.
func (r *References) LabelNames(to string) (names []string) {
	for _, l := range r.Labels[to] {
		if l.Label != "" {
			names = append(names, l.Label)
		}
	}
	return names
}
