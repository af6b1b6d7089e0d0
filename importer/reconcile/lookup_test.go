// Rows in doubt that lead to their parents by a value: looked for among the records of the parents that are found.

package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

const matchedFamily = `
properties:
  name: { column: name }
  price: { column: price }
associations:
  - { to: deals, column: deal, match: external_id }
  - { to: quotes, column: quote, exists: check }
`

// A linkedArchive is an archive in which deals are found by a value: A-10 is 10.
type linkedArchive struct {
	*archive
	gone    []string // values that nobody holds
	lookups *int
}

func (a linkedArchive) Unique(context.Context, string, string) (bool, error) { return true, nil }

func (a linkedArchive) Search(context.Context, string, string, []string) (api.Found, error) {
	panic("a search by a unique property")
}

func (a linkedArchive) FindByProperty(_ context.Context, _, _ string, values []string) (api.Found, error) {
	*a.lookups++
	m := api.Found{Complete: len(values), IDs: map[string][]string{}, Rate: api.Rate{Remaining: -1}}
	for _, v := range values {
		if !slices.Contains(a.gone, v) {
			m.IDs[v] = []string{strings.TrimPrefix(api.Folded(v), "a-")}
		}
	}
	return m, a.fail()
}

func newLinkedCase(t *testing.T, a *archive, gone []string, lines ...string) (*caseFile, *int) {
	c := newCase(t, nil, lines...)
	c.mapping = matchedFamily
	lookups := new(int)
	c.change = func(rs *Options) { rs.API = linkedArchive{a, gone, lookups} }
	return c, lookups
}

func TestResolveFindsWhatLeadsToMatchedRecords(t *testing.T) {
	a := new(archive).holds("500", "deals/10", "name=a", "price=1").
		holds("501", "deals/10", "name=a", "price=1").
		holds("502", "deals/11 quotes/7", "name=b", "price=1").
		holds("503", "deals/12", "name=c", "price=1").
		holds("504", "deals/13 quotes/405", "name=d", "price=1")
	c, lookups := newLinkedCase(t, a, []string{"A-12"},
		"a,1,A-10,", "a,1, a-10,", "b,1,A-11,007", "c,1,A-12,", "d,1,A-13,405")
	if got := c.found(a); got != "500 501 502 - 504" {
		t.Errorf("found %s", got)
	}
	if f := c.fates()[3]; f.Kind != journal.InDoubt || !strings.Contains(f.Message, "isn't found any more (MATCH_NOT_FOUND)") || f.Attempts != 1 {
		t.Errorf("row 4: %+v", f)
	}
	if *lookups > 3 { // two for values that are one when folded, one for quotes
		t.Errorf("%d lookups", *lookups)
	}
}

// Deals in two ways of writing are one family, however many rows there are.
func TestResolveInSharesOfMatchedRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := new(archive)
		var lines []string
		for i := range 1500 {
			deal := i / 3 % 250
			form := []string{"A-%d", "a-%d", " A-%d"}[i%3]
			lines = append(lines, fmt.Sprintf("n,1,%s,", fmt.Sprintf(form, 1000+deal)))
			a.holds(fmt.Sprint(5000+i), fmt.Sprint("deals/", 1000+deal), "name=n", "price=1")
		}
		c, lookups := newLinkedCase(t, a, nil, lines...)
		if got := c.found(a); strings.Contains(got, "-") {
			t.Errorf("not all were found: %.100s", got)
		}
		if *lookups > 30 { // 750 values once, in hundreds, but no two that are one
			t.Errorf("%d lookups", *lookups)
		}
	})
}

func TestResolveEndsWhereRecordsCantBeLookedUp(t *testing.T) {
	a := new(archive).holds("500", "deals/10", "name=a", "price=1")
	a.failures = []error{readFailure{status: 403}, readFailure{status: 403}}
	c, _ := newLinkedCase(t, a, nil, "a,1,A-10,")
	if _, err := c.resolve(t.Context(), a); err == nil || !strings.Contains(err.Error(), "records of deals") {
		t.Errorf("Resolve returned %v", err)
	}
	if got := c.found(a); got != "500" {
		t.Errorf("found %s", got)
	}
}
