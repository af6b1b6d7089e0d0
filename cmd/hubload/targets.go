// The records that rows lead to: what must be known of them before the first write.

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// checkTargets makes sure that the properties exist by which records are looked
// up, and that the token may read them. A throw-away account gets them later.
func (c *connection) checkTargets(ctx context.Context, m *mapping.Mapper) error {
	if c.sandbox {
		return nil
	}
	for _, t := range m.Targets() {
		if t.Property == "" {
			continue
		}
		_, err := patiently(ctx, counted(c, func(ctx context.Context) (bool, error) { return c.Unique(ctx, t.To, t.Property) }))
		var answer *hubspot.Error
		switch {
		case err == nil:
		case errors.As(err, &answer) && answer.Status == 404:
			return usageError{withHint(
				fmt.Errorf("the account has no property %s of %s, by which the mapping matches them", shown(t.Property), shown(t.To)),
				"write its internal name, as HubSpot shows it in the property's settings, or create it there; best with \"require unique values\"")}
		case errors.As(err, &answer) && answer.Forbidden():
			return withHint(fmt.Errorf("the token may not look up records of %s: %w", shown(t.To), err), scopeHint(t.To))
		default:
			return fmt.Errorf("looking for the property %s of %s: %w", t.Property, t.To, err)
		}
	}
	return nil
}

// scopeHint says what lets a token look records up.
func scopeHint(to string) string {
	return "records of " + to + " are looked up with the scope crm.objects." + to + ".read (of custom objects crm.objects.custom.read): add it to the token"
}

// furnish puts into a throw-away account the records that the rows lead to, so that
// a trial shows what becomes of the rows: whether there are such records is known by
// the account that the rows are for, and by no other.
func furnish(ctx context.Context, account *hubspottest.Account, m *mapping.Mapper, open func() (rows.Source, error)) error {
	targets := m.Targets()
	if len(targets) == 0 {
		return nil
	}
	for _, t := range targets {
		if t.Property == "" {
			continue
		}
		p := hubspottest.Property{Name: t.Property, Unique: t.To != "products" && t.To != "0-7"}
		// It exists already, perhaps.
		_ = account.AddProperty(t.To, p)
	}
	held := map[mapping.Link]bool{}
	var rec mapping.Record
	return rows.Each(ctx, open, rows.Config{Mapper: m}, func(row *rows.Row) error {
		if row.Map(&rec) != nil {
			return nil
		}
		for _, l := range rec.Links {
			if held[l] {
				continue
			}
			held[l] = true
			// An error is about an id that no throw-away account can have:
			// the row will be refused.
			if l.Property == "" {
				_, _ = account.AddRecord(l.To, l.Value, nil)
			} else {
				_, _ = account.AddRecord(l.To, "", map[string]string{l.Property: l.Value})
			}
		}
		return nil
	})
}
