// The seam to the records that rows lead to: how they are found by a value of theirs.

package importer

import (
	"context"
	"strings"
)

// A Linker is a Sender that can find records of other object types. An import whose
// mapping looks records up ([mapping.Mapper.Targets]) needs one.
//
// Each method sends exactly one request; they are called from many goroutines at
// once. Their errors may be a [ReadError], and one that is none of them is final.
// Values are 1 to 100, no two of which are one when [Folded].
type Linker interface {
	// Unique reports whether a property of an object type is unique by its
	// definition, so that Match can ask for it.
	Unique(ctx context.Context, to, property string) (bool, error)

	// Match finds the records that hold values in a unique property, or, with
	// property "", that have the ids. It reads from the primary store: a value
	// without an id in the answer is held by no record.
	Match(ctx context.Context, to, property string, values []string) (Matched, error)

	// Search finds the records that hold values in any property. It may ask an
	// index that lags. It asks for as many of values as fit, from the first on.
	Search(ctx context.Context, to, property string, values []string) (Matched, error)
}

// Matched is what came of one Match or Search.
type Matched struct {
	// Asked is for how many of the values, from the first on, the answer tells
	// every record; 0: there are too many records for one answer, and fewer
	// values must be asked for. It is never 0 for one value.
	Asked int

	// IDs are the records that hold a value, to the letter if there are any, or
	// else when folded. Of too many to list there are at least two.
	IDs map[string][]string

	Rate Rate
}

func (m Matched) rate() Rate { return m.Rate }

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
