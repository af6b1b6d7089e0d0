// The promise of an import, compared with what an account holds.

// Package promisetest checks what an import promises: no row is created twice, none is lost,
// and what is said of a row is true. It is for tests, which share it, and imports nothing
// of the product.
package promisetest

import (
	"fmt"
	"maps"
	"slices"
)

// What may be said of a row.
const (
	Nothing  = ""
	Created  = "created"
	Existing = "existing"
	Refused  = "refused"
	InDoubt  = "in_doubt"
)

// A Claim is what a journal or a report says of a row.
type Claim struct {
	Row    string // as the account knows it, such as by its name
	Status string
	ID     string // of a created or existing row; Existing may be without
}

// A Kind is a way to break the promise.
type Kind int

// The ways to break the promise.
const (
	Twice          Kind = iota // a row has become several records
	Lost                       // nothing is said of a row
	FalselyCreated             // a row is said to exist, and there is no such record
	FalselyRefused             // a row is said to be refused, and exists
)

// A Breach is one broken promise. Twice is reported for each record but the first.
type Breach struct {
	Kind
	Row, Text string
}

// Check compares claims about rows with the ids of the records that the account holds, by
// row. A row in doubt may exist or not.
func Check(claims []Claim, held map[string][]string) []Breach {
	var all []Breach
	add := func(k Kind, row, format string, args ...any) {
		all = append(all, Breach{k, row, row + ": " + fmt.Sprintf(format, args...)})
	}
	for _, row := range slices.Sorted(maps.Keys(held)) {
		for range len(held[row]) - 1 {
			add(Twice, row, "created %d times: %v", len(held[row]), held[row])
		}
	}
	for _, c := range claims {
		ids := held[c.Row]
		switch c.Status {
		case Nothing:
			add(Lost, c.Row, "nothing is said of it; the account holds %v", ids)
		case Created, Existing:
			if !slices.Contains(ids, c.ID) && (c.Status == Created || c.ID != "" || len(ids) == 0) {
				add(FalselyCreated, c.Row, "said to be %s as %q, and the account holds %v", c.Status, c.ID, ids)
			}
		case Refused:
			if len(ids) > 0 {
				add(FalselyRefused, c.Row, "said to be refused, and the account holds %v", ids)
			}
		case InDoubt:
		default:
			add(Lost, c.Row, "said to be %q, which is not an outcome", c.Status)
		}
	}
	return all
}
