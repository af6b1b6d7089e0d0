// The lists of an account by which a mapping finds ids: read once a run, and kept with
// its schema.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// readReferences puts the lists into s that m needs for by: and label:. m may be nil.
func (c *connection) readReferences(ctx context.Context, s *savedSchema, m *mapping.Mapping) (err error) {
	if m == nil || !m.References().Any() {
		return nil
	}
	if s == nil {
		return &Error{Reason: ReferenceDenied, Err: fmt.Errorf("the token can't read the property definitions of %s, and without them the mapping's by: and label: can't be used", c.Object)}
	}
	needs, r := m.References(), &schema.References{}
	if needs.Owners {
		r.Owners = []schema.Owner{}
		err = c.readPages(ctx, "the account's owners", "crm.objects.owners.read", func(ctx context.Context, after string) (string, error) {
			list, next, err := c.Owners(ctx, false, after)
			for _, o := range list {
				r.Owners = append(r.Owners, schema.Owner{ID: o.ID, Email: o.Email, Name: strings.TrimSpace(o.FirstName + " " + o.LastName)})
			}
			return next, err
		})
	}
	if needs.TaxRates && err == nil {
		r.TaxRates = []schema.TaxRate{}
		err = c.readPages(ctx, "the account's tax rates", "tax_rates.read", func(ctx context.Context, after string) (string, error) {
			list, next, err := c.TaxRates(ctx, after)
			for _, t := range list {
				if t.Active {
					r.TaxRates = append(r.TaxRates, schema.TaxRate{ID: t.ID, Name: t.Name, Label: t.Label, Rate: t.Percentage})
				}
			}
			return next, err
		})
	}
	if needs.Pipelines && err == nil {
		r.Pipelines = []schema.Pipeline{}
		err = c.readPages(ctx, "the pipelines of "+c.Object, "crm.objects."+c.Object+".read", func(ctx context.Context, _ string) (string, error) {
			list, err := c.Pipelines(ctx, "")
			for _, p := range list {
				pipeline := schema.Pipeline{ID: p.ID, Label: p.Label}
				for _, stage := range p.Stages {
					pipeline.Stages = append(pipeline.Stages, schema.Stage(stage))
				}
				r.Pipelines = append(r.Pipelines, pipeline)
			}
			return "", err
		})
	}
	for _, to := range needs.Labels {
		if err != nil {
			break
		}
		if r.Labels == nil {
			r.Labels = map[string][]schema.AssociationLabel{}
		}
		r.Labels[to] = []schema.AssociationLabel{}
		err = c.readPages(ctx, "the association labels from "+c.Object+" to "+to, "crm.objects."+c.Object+".read", func(ctx context.Context, _ string) (string, error) {
			list, err := c.AssociationTypes(ctx, "", to)
			for _, t := range list {
				r.Labels[to] = append(r.Labels[to], schema.AssociationLabel{Category: t.Category, TypeID: t.TypeID, Label: t.Label})
			}
			return "", err
		})
	}
	s.References = r
	return err
}

// readPages reads a list page by page; read returns the cursor of the next page.
func (c *connection) readPages(ctx context.Context, what, scope string, read func(ctx context.Context, after string) (next string, err error)) error {
	for after := ""; ; {
		next, err := repeated(ctx, c.tries, counted(c, func(ctx context.Context) (string, error) { return read(ctx, after) }))
		if answer, ok := errors.AsType[api.ReadError](err); ok && answer.Forbidden() {
			return &Error{Reason: ReferenceDenied, Err: fmt.Errorf("the token can't read %s, which the mapping needs (scope %s): %w", what, scope, err)}
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", what, err)
		}
		if next == "" || next == after {
			return nil
		}
		after = next
	}
}
