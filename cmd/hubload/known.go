// What a check knows of the account: its definitions as they are, as they were, or nothing.

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/mapping"
)

// known is what a file is checked by.
type known struct {
	schema  *savedSchema // nil: values aren't checked
	source  string       // account, remembered, sandbox or none
	account string       // for messages
	by      string       // how the result says by what was checked
	mapped  string       // and by what was matched
}

// schemaToCheck reads the account's definitions or, where that can't be done, recalls
// those that were seen last. m may be nil.
func (a *app) schemaToCheck(ctx context.Context, f *importFlags, m *mapping.Mapping, object, key string) (known, error) {
	if !f.where.sandbox && !a.hasCredentials(&f.account) {
		return a.recalled(f, m, object, key, "there is no token")
	}
	conn, err := a.dial(&f.account, f.where.sandbox, object, key)
	if err != nil {
		return known{}, err
	}
	defer conn.close()
	conn.tries, conn.readOnly = 2, true
	s, err := a.askSchema(ctx, conn, f, object, key)
	switch {
	case err != nil && ctx.Err() == nil && unreachable(err):
		return a.recalled(f, m, object, key, "the account can't be reached ("+firstLine(err)+")")
	case err != nil:
		return known{}, err
	case m != nil && m.Account != 0 && conn.account != m.Account && !conn.sandbox:
		return known{}, mismatchError{conn.wrongAccount(m.Account)}
	case s == nil:
		a.ui.note("this token may not read the account's properties of %s: their types aren't known", object)
		return known{
			source: "none", account: conn.name(), by: "without the account's properties, which this token may not read",
			mapped: "without the account's properties, which the token may not read",
		}, nil
	case conn.sandbox:
		return known{s, "sandbox", conn.name(), "by the properties of a throw-away account", "with the properties of a throw-away account"}, nil
	}
	memoryOf(a.getenv).rememberSchema(s)
	return known{s, "account", conn.name(), fmt.Sprintf("by the properties of %s, read just now", conn.name()), "with the properties of " + conn.name()}, nil
}

func (a *app) askSchema(ctx context.Context, conn *connection, f *importFlags, object, key string) (*savedSchema, error) {
	if err := conn.identify(ctx, object, key, f.account.createKey || conn.sandbox); err != nil {
		return nil, err
	}
	return conn.schema(ctx, object)
}

// hasCredentials reports whether there is anything to ask an account with.
func (a *app) hasCredentials(f *accountFlags) bool {
	if f.tokenFile != "" || strings.TrimSpace(a.getenv("HUBSPOT_ACCESS_TOKEN")) != "" {
		return true
	}
	return a.getenv("HUBSPOT_CLIENT_ID") != "" && a.getenv("HUBSPOT_CLIENT_SECRET") != "" && a.getenv("HUBSPOT_REFRESH_TOKEN") != ""
}

// recalled is what is remembered of the account.
func (a *app) recalled(f *importFlags, m *mapping.Mapping, object, key, why string) (known, error) {
	var account int64
	if m != nil {
		account = m.Account
	}
	s, accounts := memoryOf(a.getenv).recallSchema(f.account.address(), account, object)
	switch {
	case s != nil:
		if f.account.createKey && key != "" {
			s.add(api.Property{Name: key, Label: key, Type: "string", FieldType: "text", HasUniqueValue: true})
		}
		age := s.age(a.now())
		a.ui.note("%s: using the properties that %s had %s", why, s.account(), age)
		return known{
			s, "remembered", s.account(), fmt.Sprintf("by the properties that %s had %s", s.account(), age),
			fmt.Sprintf("with the properties that %s had %s", s.account(), s.Read.Format("2006-01-02")),
		}, nil
	case len(accounts) > 1:
		a.ui.note("%s, and properties of several accounts are remembered (%s): say in the mapping which one it is for (account: N)", why, several(accounts))
	default:
		a.ui.note("%s, and no properties of an account are remembered, so that their types aren't known; with a token (HUBSPOT_ACCESS_TOKEN, --token-file) they are read, and remembered for when there is none", why)
	}
	return known{
		source: "none", account: "the account", by: "without an account's properties: values may still not fit their types",
		mapped: "without an account's properties",
	}, nil
}

// unreachable reports whether an error is about the way to the account, or may pass.
func unreachable(err error) bool {
	var answer *hubspot.Error
	return errors.As(err, &answer) && answer.Temporary() && !answer.Unauthorized()
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return shown(line)
}
