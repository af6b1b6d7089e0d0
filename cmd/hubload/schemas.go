// Schemas that are remembered: what checks a file where no account can be reached.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// schemaFile is the place of an account's schema.
func (m *memory) schemaFile(baseURL string, account int64, object string) string {
	return filepath.Join(m.schemas, digest(baseURL, strconv.FormatInt(account, 10), object)+".json")
}

// rememberSchema keeps a schema. Failing does no harm.
func (m *memory) rememberSchema(s *savedSchema) {
	if m != nil && os.MkdirAll(m.schemas, 0o700) == nil {
		_ = s.write(m.schemaFile(s.BaseURL, s.Account, s.Object))
	}
}

// recallSchema finds the schema of an object type that an account behind a base URL
// was last seen to have; account 0 is any. Nil: there is none, or there are several,
// whose accounts are returned.
func (m *memory) recallSchema(baseURL string, account int64, object string) (*savedSchema, []int64) {
	if m == nil {
		return nil, nil
	}
	paths, _ := filepath.Glob(filepath.Join(globEscape(m.schemas), "*.json"))
	var found []*savedSchema
	var accounts []int64
	for _, path := range paths {
		s, err := readSchema(path)
		if err != nil || s.BaseURL != baseURL || s.Object != object || account != 0 && s.Account != account {
			continue // what can't be read is read anew from the account
		}
		found = append(found, s)
		accounts = append(accounts, s.Account)
	}
	if len(found) != 1 {
		return nil, accounts
	}
	return found[0], accounts
}

// account is how notes name the schema's account.
func (s *savedSchema) account() string {
	if s.Account == 0 {
		return "the account at " + s.BaseURL
	}
	return fmt.Sprintf("account %d", s.Account)
}

// age says how old a schema is.
func (s *savedSchema) age(now time.Time) string {
	d := now.Sub(s.Read)
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit + " ago"
		}
		return fmt.Sprintf("%d %ss ago", n, unit)
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	}
	return count(int(d/(24*time.Hour)), "day")
}

// several names accounts, for a message.
func several(accounts []int64) string {
	names := make([]string, len(accounts))
	for i, n := range accounts {
		names[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(names, ", ")
}
