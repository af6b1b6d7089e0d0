// An account with deals that rows lead to, and that fails as it is told.

package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

const matchMapping = plainMapping + `
associations:
  - { to: deals, column: order, match: external_id }
`

// A dealWorld is a world with deals.
type dealWorld struct {
	*world
	deals    map[string][]string // external_id, folded -> ids
	unique   bool
	page     int                      // results of a search; 0: no end
	trouble  func(lookup int) error   // nil: fine
	linked   func(in *mapping.Record) // sees each record that is created; may be nil
	mu2      sync.Mutex
	asked    [][]string // values of each lookup
	searches int
	defined  int
}

func newDealWorld(deals int) *dealWorld {
	w := &dealWorld{world: newWorld(), deals: map[string][]string{}, unique: true}
	for i := range deals {
		w.deals[fmt.Sprint("a-", i)] = []string{fmt.Sprint(7000 + i)}
	}
	return w
}

func (w *dealWorld) Create(ctx context.Context, inputs []api.Input) api.Answer {
	for _, in := range inputs {
		if w.linked != nil {
			w.linked(in.Record)
		}
	}
	return w.world.Create(ctx, inputs)
}

func (w *dealWorld) Unique(_ context.Context, to, property string) (bool, error) {
	w.mu2.Lock()
	defer w.mu2.Unlock()
	w.defined++
	if to != "deals" || property != "external_id" {
		return false, errors.New("no such property")
	}
	return w.unique, nil
}

func (w *dealWorld) FindByProperty(ctx context.Context, to, property string, values []string) (api.Found, error) {
	if to == "" {
		return w.world.FindByProperty(ctx, to, property, values)
	}
	return w.look(values, len(values))
}

func (w *dealWorld) Search(_ context.Context, to, property string, values []string) (api.Found, error) {
	w.mu2.Lock()
	w.searches++
	w.mu2.Unlock()
	return w.look(values, min(len(values), 40)) // as if the others didn't fit
}

func (w *dealWorld) look(values []string, n int) (api.Found, error) {
	w.mu2.Lock()
	defer w.mu2.Unlock()
	w.asked = append(w.asked, slices.Clone(values))
	if w.trouble != nil {
		if err := w.trouble(len(w.asked)); err != nil {
			return api.Found{}, err
		}
	}
	m := api.Found{Complete: n, IDs: map[string][]string{}, Rate: api.Rate{Remaining: -1}}
	found := 0
	for _, v := range values[:n] {
		if ids := w.deals[api.Folded(v)]; len(ids) > 0 {
			m.IDs[v] = ids
			found += len(ids)
		}
	}
	if w.page > 0 && found > w.page && n > 1 {
		m.Complete, m.IDs = 0, nil
	}
	return m, nil
}

// A passing error is a ReadError.
type passing struct {
	temporary, unauthorized, forbidden bool
	rate                               api.Rate
}

func (e passing) Error() string {
	return fmt.Sprintf("trouble %+v", struct{ t, u, f bool }{e.temporary, e.unauthorized, e.forbidden})
}
func (e passing) Temporary() bool    { return e.temporary }
func (e passing) Unauthorized() bool { return e.unauthorized }
func (e passing) NotFound() bool     { return false }
func (e passing) Forbidden() bool    { return e.forbidden }
func (e passing) Rate() api.Rate     { return e.rate }

// newMatchTrial is an import of rows r1 ... whose order is what of says.
func newMatchTrial(t *testing.T, w *dealWorld, rows int, of func(row int) string) *trial {
	tr := newTrial(t, w.world, rows)
	tr.sender, tr.mapping = w, matchMapping
	tr.csv = ordersCSV(rows, of)
	return tr
}

func ordersCSV(rows int, of func(row int) string) string {
	var b strings.Builder
	b.WriteString("name,price,order\n")
	for n := 1; n <= rows; n++ {
		fmt.Fprintf(&b, "r%d,%d,%s\n", n, n, of(n))
	}
	return b.String()
}
