// The search endpoint: filters by the values of properties, on an index that may lag.

package hubspottest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// HubSpot's limits of a search.
const (
	maxSearchBody    = 3_000 // characters
	maxSearchPage    = 200
	maxSearchResults = 10_000
	maxSearchGroups  = 5
	maxGroupFilters  = 6
	maxSearchFilters = 18
	maxSearchValues  = 100 // of an IN
)

// A searchInput is the body of a search. The specification calls all of it required, and the guide's examples leave out what
// they have no use for.
type searchInput struct {
	Groups []struct {
		Filters []searchFilter `json:"filters"`
	} `json:"filterGroups"`
	Sorts      []string `json:"sorts"`
	Query      *string  `json:"query"`
	Properties []string `json:"properties"`
	Limit      *int     `json:"limit"`
	After      string   `json:"after"`
}

type searchFilter struct {
	Property string   `json:"propertyName"`
	Operator string   `json:"operator"`
	Value    *string  `json:"value"`
	Values   []string `json:"values"`
}

// wireFound is the answer to a search.
type wireFound struct {
	Total   int              `json:"total"`
	Results []jsontext.Value `json:"results"`
	Paging  *searchPaging    `json:"paging,omitempty"`
}

type searchPaging struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

// search answers a search with the filters EQ and IN, in the order of the ids.
func (a *Account) search(c *call) *response {
	in, after, resp := c.searchInput()
	if resp != nil {
		return resp
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	for _, g := range in.Groups {
		for _, f := range g.Filters {
			if t.defs.byName[f.Property] == nil && !t.defs.open {
				return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "There was a problem with the request: property "+f.Property+" does not exist")
			}
		}
	}
	youngest := c.youngest(c.quirks.SearchLag)
	found := wireFound{Results: []jsontext.Value{}}
	for _, r := range t.records {
		if r.archived || r.created.After(youngest) || !in.finds(r, c.quirks) {
			continue
		}
		if found.Total++; found.Total > after && len(found.Results) < *in.Limit {
			found.Results = append(found.Results, encode(a.result(t, r, append([]string{}, in.Properties...))))
		}
	}
	if next := after + len(found.Results); next < found.Total {
		found.Paging = new(searchPaging)
		found.Paging.Next.After = strconv.Itoa(next)
	}
	return answerJSON(http.StatusOK, found)
}

// searchInput reads the body of a search and refuses what is out of bounds.
func (c *call) searchInput() (in searchInput, after int, resp *response) {
	refuse := func(message string) (searchInput, int, *response) {
		return in, 0, c.fail(http.StatusBadRequest, "VALIDATION_ERROR", message)
	}
	if n := len([]rune(string(c.body))); n > maxSearchBody {
		return refuse("The request body has " + strconv.Itoa(n) + " characters, at most " + strconv.Itoa(maxSearchBody) + " are allowed")
	}
	if resp := c.decode(&in); resp != nil {
		return in, 0, resp
	}
	if in.Limit == nil {
		in.Limit = new(10)
	}
	var err error
	if in.After != "" {
		if after, err = strconv.Atoi(in.After); err != nil || after < 0 {
			return refuse("Invalid paging cursor: " + in.After)
		}
	}
	filters := 0
	for _, g := range in.Groups {
		filters += len(g.Filters)
		if len(g.Filters) > maxGroupFilters {
			return refuse("A filter group has too many filters")
		}
		for _, f := range g.Filters {
			switch {
			case f.Property == "":
				return refuse("A filter has no propertyName")
			case f.Operator == "EQ" && f.Value != nil && f.Values == nil:
			case f.Operator == "IN" && f.Value == nil && len(f.Values) > 0 && len(f.Values) <= maxSearchValues:
			default:
				return refuse("Filter " + f.Operator + " of " + f.Property + " is not valid")
			}
		}
	}
	c.inputs = *in.Limit
	switch {
	case *in.Limit < 1 || *in.Limit > maxSearchPage:
		return refuse("limit must be between 1 and " + strconv.Itoa(maxSearchPage))
	case after+*in.Limit > maxSearchResults:
		return refuse("Paging beyond " + strconv.Itoa(maxSearchResults) + " results is not possible")
	case len(in.Groups) > maxSearchGroups || filters > maxSearchFilters:
		return refuse("There are too many filters")
	case in.Query != nil || len(in.Sorts) > 0:
		return refuse("query and sorts are not known to this account")
	}
	return in, after, nil
}

// finds tells whether a record passes all filters of one group, or there is no group.
func (in *searchInput) finds(r *record, q *Quirks) bool {
	for _, g := range in.Groups {
		if !slices.ContainsFunc(g.Filters, func(f searchFilter) bool { return !f.finds(r, q) }) {
			return true
		}
	}
	return len(in.Groups) == 0
}

func (f *searchFilter) finds(r *record, q *Quirks) bool {
	value, ok := r.stored[f.Property]
	if f.Property == "hs_object_id" {
		value, ok = formatID(r.id), true
	}
	switch {
	case !ok || value == "":
		return false
	case f.Operator == "EQ":
		return strings.EqualFold(value, *f.Value)
	case q.SearchExact:
		return slices.Contains(f.Values, value)
	}
	return slices.Contains(f.Values, strings.ToLower(value))
}
