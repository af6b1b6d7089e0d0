// What a read finds.

package api

import (
	"strings"
)

// Found is what came of one FindByProperty or Search.
type Found struct {
	// Complete is for how many of the values, from the first on, IDs holds every
	// record. 0: there are too many records for one answer; ask for fewer values.
	// It is never 0 for one value.
	Complete int

	// IDs are the records that hold a value, to the letter if there are any, or
	// else when folded. Of too many to list there are at least two.
	IDs map[string][]string

	Rate Rate
}

// A Record is a record that was read. A property without a value isn't in Properties.
type Record struct {
	ID         string
	Properties map[string]string
}

// A Page is a page of the list of records that are associated with a record.
type Page struct {
	ID    string // of the record
	After string // the cursor of the page, "" for the first one
}

// Associations is what came of one AssociatedIDs.
type Associations struct {
	// IDs are the associated records by the id of the record that was asked for. A
	// record without any isn't in the map.
	IDs map[string][]string

	// Next are the pages that follow, empty when every list is complete. None of
	// them has the cursor of a page that was asked for.
	Next []Page
}

// Folded is the form in which two values are equal where HubSpot takes them for
// equal: unique values are compared without regard to case or white space around
// them, and numbers have no zeros that mean nothing.
func Folded(value string) string {
	s := strings.ToLower(strings.TrimSpace(value))
	whole, fraction, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return s
	}
	s = strings.TrimLeft(whole, "0")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		s += "." + fraction
	}
	if s == "" || s[0] == '.' {
		s = "0" + s
	}
	return s
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// A ReadError is an error of a read that tells what can be done about it. An
// error that is none of them is final.
type ReadError interface {
	error
	Temporary() bool    // asking again may help
	Unauthorized() bool // the credentials were refused
	Forbidden() bool    // the credentials lack a scope
	NotFound() bool     // what was asked for doesn't exist
	Rate() Rate         // what the answer says about the limit, and how long to wait
}
