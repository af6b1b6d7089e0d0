// What must be so in an account before the first write.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// identify asks for the account's number, and makes sure of the key's property.
func (c *connection) identify(ctx context.Context, createKey bool) error {
	account, err := repeated(ctx, c.tries, counted(c, c.Account.Account))
	switch {
	case err == nil:
		c.account, c.number = account, account.PortalID
	case lacks(err):
		// Some tokens can write line items and can't read this; a server may not know
		// the path. A certificate or a redirect is another matter: it may not be HubSpot.
		answer, _ := errors.AsType[api.ReadError](err)
		c.unknownPath = answer.NotFound()
	default:
		return err
	}
	if c.Key == "" {
		return nil
	}
	return c.checkKey(ctx, createKey)
}

// lacks reports whether the token lacks a scope or the server doesn't know the path.
func lacks(err error) bool {
	answer, ok := errors.AsType[api.ReadError](err)
	return ok && (answer.Forbidden() || answer.NotFound())
}

// checkKey makes sure that the account enforces the uniqueness of the key: all
// that is built on it would otherwise create rows twice.
func (c *connection) checkKey(ctx context.Context, create bool) error {
	fail := func(reason Reason, err error) error {
		return &Error{Reason: reason, Object: c.Object, Property: c.Key, Err: err}
	}
	p, err := repeated(ctx, c.tries, counted(c, func(ctx context.Context) (api.Property, error) { return c.Property(ctx, c.Key) }))
	answer, refused := errors.AsType[api.ReadError](err)
	switch {
	case err == nil && p.HasUniqueValue:
		c.keyProperty = &p
		return nil
	case err == nil:
		return fail(KeyNotUnique, fmt.Errorf("the key's property %s of %s isn't unique in this account", c.Key, c.Object))
	case !refused || !answer.NotFound():
		return fmt.Errorf("making sure that the key's property %s is unique: %w", c.Key, err)
	case !create:
		return fail(KeyMissing, fmt.Errorf("the account has no property %s of %s, which the mapping's key names", c.Key, c.Object))
	}
	return c.makeKey(ctx)
}

// makeKey creates the key's property. Its error is an [*Error].
func (c *connection) makeKey(ctx context.Context) error {
	if err := c.createKey(ctx); err != nil {
		return &Error{Reason: KeyNotCreated, Object: c.Object, Property: c.Key, Err: fmt.Errorf("creating the key's property %s: %w", c.Key, err)}
	}
	return nil
}

// createKey creates the key's property. It isn't repeated when it fails: a second
// look is as good.
func (c *connection) createKey(ctx context.Context) error {
	if c.readOnly || c.keyLater {
		p := keyDefinition(c.Key)
		c.keyProperty, c.keyDue = &p, true
		return nil
	}
	group, err := c.keyGroup(ctx)
	if err != nil {
		return err
	}
	p, err := counted(c, func(ctx context.Context) (api.Property, error) {
		return c.CreateProperty(ctx, api.NewProperty{
			GroupName: group, Name: c.Key, Label: c.Key, Type: "string", FieldType: "text", HasUniqueValue: true,
			Description: "Tells the rows of imports apart, so that none is created twice.",
		})
	})(ctx)
	c.keyProperty, c.keyCreated = &p, err == nil
	return err
}

// keyGroup is the group of properties that the key's property is put into, which must
// exist: the object type's own, or else the one that most properties are in that can be
// set.
func (c *connection) keyGroup(ctx context.Context) (string, error) {
	usual := strings.ReplaceAll(strings.TrimSuffix(schema.ObjectType(c.Object), "s"), "_", "") + "information"
	list, err := repeated(ctx, c.tries, counted(c, c.Properties))
	if err != nil && !lacks(err) {
		return "", err
	}
	in := map[string]int{}
	best := ""
	for _, p := range list {
		if p.GroupName == "" || p.Archived || p.ReadOnly || p.Hidden {
			continue
		}
		if p.GroupName == usual {
			return usual, nil
		}
		if in[p.GroupName]++; in[p.GroupName] > in[best] {
			best = p.GroupName
		}
	}
	return cmp.Or(best, usual), nil
}

// keyDefinition is a key's property as createKey makes it.
func keyDefinition(name string) api.Property {
	return api.Property{Name: name, Label: name, Type: "string", FieldType: "text", HasUniqueValue: true}
}

// checkPinned refuses an account that is neither the one that the mapping names nor the
// one that the caller does, where they name one.
func (c *connection) checkPinned(m *mapping.Mapping, want int64) error {
	if m != nil {
		if err := c.checkAccount("the mapping", m.Account); err != nil {
			return err
		}
	}
	return c.checkAccount("the import", want)
}

func (c *connection) checkAccount(what string, want int64) error {
	switch {
	case want == 0 || c.sandbox || c.number == want:
		return nil
	case c.number == 0:
		return &Error{Reason: UnknownAccount, Err: fmt.Errorf("%s is for account %d, and this token can't read which account it belongs to", what, want)}
	}
	return &Error{Reason: WrongAccount, Err: fmt.Errorf("%s is for account %d, and the token belongs to account %d", what, want, c.number)}
}

// checkLookups makes sure that the properties exist by which associated records are
// looked up, and that the token can read them. A throw-away account gets them later.
func (c *connection) checkLookups(ctx context.Context, m *mapping.Mapper) error {
	if c.sandbox {
		return nil
	}
	for _, t := range m.Targets() {
		if t.Property == "" {
			continue
		}
		_, err := repeated(ctx, c.tries, counted(c, func(ctx context.Context) (bool, error) { return c.Unique(ctx, t.To, t.Property) }))
		answer, refused := errors.AsType[api.ReadError](err)
		fail := func(reason Reason, err error) error {
			return &Error{Reason: reason, Object: t.To, Property: t.Property, Err: err}
		}
		switch {
		case err == nil:
		case refused && answer.NotFound():
			return fail(PropertyMissing, fmt.Errorf("the account has no property %s of %s, by which the mapping matches them", shown(t.Property), shown(t.To)))
		case refused && answer.Forbidden():
			return fail(LookupDenied, fmt.Errorf("the token can't look up records of %s: %w", shown(t.To), err))
		default:
			return fmt.Errorf("looking for the property %s of %s: %w", t.Property, t.To, err)
		}
	}
	return nil
}
