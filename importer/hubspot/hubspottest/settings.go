// What an account has beside its records: owners, pipelines, tax rates and the labels of associations.

package hubspottest

import (
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Owner is a user who records can belong to.
type Owner struct {
	ID, Email, FirstName, LastName string
	Archived                       bool // listed only for who asks for archived ones
}

// A Pipeline is a way that deals or tickets go, stage by stage. The ids are values of pipeline and dealstage.
type Pipeline struct {
	ID, Label string
	Stages    []Stage
}

// A Stage is one of a pipeline's.
type Stage struct{ ID, Label string }

// A TaxRate is one of the rates whose id hs_tax_rate_group_id takes.
type TaxRate struct {
	ID, Name, Label string
	Percentage      float64
	Inactive        bool
}

// A Label is an association type that the account's administrators have made, in both of its directions.
type Label struct {
	From, To   string // object types
	ID, BackID int
	Name, Back string // how it is called on the way there and back, such as Manager and Employee
}

// flip is the label seen from the other side.
func (l Label) flip() Label {
	return Label{From: l.To, To: l.From, ID: l.BackID, BackID: l.ID, Name: l.Back, Back: l.Name}
}

// defaultOwners, defaultTaxRates and defaultPipelines are those of an account whose configuration names none. The pipelines
// are those that HubSpot gives a new account (guides of deals and of tickets), the others are examples.
var (
	defaultOwners = []Owner{
		{ID: "71", Email: "anna@example.com", FirstName: "Anna", LastName: "Berg"},
		{ID: "72", Email: "jun@example.com", FirstName: "Jun", LastName: "Sato"},
		{ID: "73", Email: "gone@example.com", FirstName: "Lee", LastName: "Gone", Archived: true},
	}
	defaultTaxRates = []TaxRate{
		{ID: "81", Name: "DE VAT", Label: "DE VAT (19%)", Percentage: 19},
		{ID: "82", Name: "DE VAT reduced", Label: "DE VAT reduced (7%)", Percentage: 7},
		{ID: "83", Name: "JP consumption tax", Label: "JP consumption tax (10%)", Percentage: 10},
		{ID: "84", Name: "DE VAT 2020", Label: "DE VAT 2020 (16%)", Percentage: 16, Inactive: true},
	}
	defaultPipelines = map[string][]Pipeline{
		"deals": {{ID: "default", Label: "Sales pipeline", Stages: []Stage{
			{"appointmentscheduled", "Appointment scheduled"},
			{"qualifiedtobuy", "Qualified to buy"},
			{"presentationscheduled", "Presentation scheduled"},
			{"decisionmakerboughtin", "Decision maker bought-in"},
			{"contractsent", "Contract sent"},
			{"closedwon", "Closed won"},
			{"closedlost", "Closed lost"},
		}}},
		"tickets": {{ID: "0", Label: "Support pipeline", Stages: []Stage{
			{"1", "New"}, {"2", "Waiting on contact"}, {"3", "Waiting on us"}, {"4", "Closed"},
		}}},
	}
)

// made is when everything here was made.
var made = time.Date(2024, 1, 15, 9, 0, 0, 0, time.UTC).Format(isoTime)

type wireSettings struct {
	Results []any       `json:"results"`
	Paging  *pagingNext `json:"paging,omitempty"`
}

type pagingNext struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

// paged answers a part of a list, as the query parameters limit and after say. The cursor is the id of the last one before.
func paged[T any](c *call, list []T, id func(T) string, wire func(T) any) *response {
	query := c.request.URL.Query()
	limit := 100 // owners: by the specification; of tax rates it doesn't say
	if s := query.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 500 { // owners guide
			return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "limit must be between 1 and 500")
		}
		limit = n
	}
	if after := query.Get("after"); after != "" {
		i := slices.IndexFunc(list, func(v T) bool { return id(v) == after })
		if i < 0 {
			return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid paging cursor: "+after)
		}
		list = list[i+1:]
	}
	answer := wireSettings{Results: []any{}}
	for _, v := range list[:min(limit, len(list))] {
		answer.Results = append(answer.Results, wire(v))
	}
	if limit < len(list) {
		answer.Paging = new(pagingNext)
		answer.Paging.Next.After = id(list[limit-1])
	}
	return answerJSON(http.StatusOK, answer)
}

// listOwners answers owners: those that are in use, or with archived=true the others; with email the one who has it
// (specification of owners).
func (a *Account) listOwners(c *call) *response {
	query := c.request.URL.Query()
	var list []Owner
	for _, o := range a.config.Owners {
		if email := query.Get("email"); o.Archived == (query.Get("archived") == "true") && (email == "" || strings.EqualFold(email, o.Email)) {
			list = append(list, o)
		}
	}
	return paged(c, list, func(o Owner) string { return o.ID }, func(o Owner) any {
		return map[string]any{
			"id": o.ID, "email": o.Email, "firstName": o.FirstName, "lastName": o.LastName, "type": "PERSON",
			"archived": o.Archived, "createdAt": made, "updatedAt": made,
		}
	})
}

// listTaxRates answers the tax rates: all, or those that are active or not (line items guide and specification).
func (a *Account) listTaxRates(c *call) *response {
	active := c.request.URL.Query().Get("active")
	var list []TaxRate
	for _, r := range a.config.TaxRates {
		if active == "" || active == strconv.FormatBool(!r.Inactive) {
			list = append(list, r)
		}
	}
	return paged(c, list, func(r TaxRate) string { return r.ID }, func(r TaxRate) any {
		return map[string]any{
			"id": r.ID, "name": r.Name, "label": r.Label, "percentageRate": r.Percentage, "active": !r.Inactive,
			"createdAt": made, "updatedAt": made,
		}
	})
}

// listPipelines answers the pipelines of a type with their stages (specification of pipelines).
func (a *Account) listPipelines(c *call) *response {
	list := []any{}
	for i, p := range a.config.Pipelines[c.route.objectType] {
		stages := []any{}
		for j, s := range p.Stages {
			stages = append(stages, map[string]any{
				"id": s.ID, "label": s.Label, "displayOrder": j, "metadata": map[string]string{}, "archived": false,
				"createdAt": made, "updatedAt": made, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
			})
		}
		list = append(list, map[string]any{
			"id": p.ID, "label": p.Label, "displayOrder": i, "stages": stages, "archived": false, "createdAt": made, "updatedAt": made,
		})
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}

// listLabels answers the association types from one type to another: HubSpot's own, without a label, and the account's
// (guide "Associate records").
func (a *Account) listLabels(c *call) *response {
	from, to := c.route.objectType, c.route.toType
	list := []wireLinkType{}
	all, _ := definedTypes()
	types := all[from]
	for _, id := range slices.Sorted(maps.Keys(types)) {
		if types[id].to != to {
			continue
		}
		t := wireLinkType{Category: "HUBSPOT_DEFINED", TypeID: id}
		if label := types[id].label; label != "" {
			t.Label = &label
		}
		list = append(list, t)
	}
	for l := range a.labels(from) {
		if canonicalType(l.To) == to {
			list = append(list, wireLinkType{Category: "USER_DEFINED", TypeID: l.ID, Label: &l.Name})
		}
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}

// labels yields the account's association types from a type.
func (a *Account) labels(from string) iter.Seq[Label] {
	return func(yield func(Label) bool) {
		for _, l := range a.config.Labels {
			for _, l := range []Label{l, l.flip()} {
				if canonicalType(l.From) == from && !yield(l) {
					return
				}
			}
		}
	}
}

// label finds the account's association type of an association, nil where it has none.
func (a *Account) label(from string, s *Association) *Label {
	for l := range a.labels(from) {
		if s.Category == "USER_DEFINED" && l.ID == s.TypeID {
			return &l
		}
	}
	return nil
}
