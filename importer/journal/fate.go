// What can become of a row.

package journal

import "fmt"

// Kind is what became of a row. The zero Kind is none of them.
type Kind uint8

const (
	Created  Kind = iota + 1 // exists since this run; its id is known
	Existing                 // was found in the account; or somebody knows that it exists, and not its id
	Refused                  // certainly not created; the reason is known
	InDoubt                  // may exist or not
)

// String returns created, existing, refused or in_doubt.
func (k Kind) String() string {
	switch k {
	case Created:
		return "created"
	case Existing:
		return "existing"
	case Refused:
		return "refused"
	case InDoubt:
		return "in_doubt"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Fate is what became of one row.
type Fate struct {
	Row  int64
	Kind Kind

	// ID is the record's id, 1 to 20 digits. It is kept for Created and
	// Existing only. Created needs it; Existing may be without.
	ID string

	// The reason, kept for Refused and InDoubt only. Message may hold the
	// placeholder {value} and never a property's value: a journal holds no
	// customer data. Bytes that are not UTF-8 are kept as U+FFFD.
	Code, Property, Message, CorrelationID string
	Retryable                              bool // the same row may fare better later

	Attempts int // requests that held the row; 0 for one that was never sent
}

func (f *Fate) check() error {
	switch {
	case f.Kind < Created || f.Kind > InDoubt:
		return fmt.Errorf("row %d has no kind of fate", f.Row)
	case f.hasID() && !validID(f.ID) && (f.Kind == Created || f.ID != ""):
		return fmt.Errorf("row %d is %s with the id %q, which is none", f.Row, f.Kind, f.ID)
	case f.Attempts < 0:
		return fmt.Errorf("row %d has %d attempts", f.Row, f.Attempts)
	}
	return nil
}

// hasID reports whether the kind of fate has an id, but for an Existing without one.
func (f *Fate) hasID() bool { return f.Kind == Created || f.Kind == Existing }

// anyID stands for the ids of rows that have one: they aren't like rows without.
const anyID = "0"

// shared returns what the fate has in common with those of like rows: all that
// is kept of it but the row and which id it is.
func (f *Fate) shared() Fate {
	if f.hasID() {
		g := Fate{Kind: f.Kind, Attempts: f.Attempts}
		if f.ID != "" {
			g.ID = anyID
		}
		return g
	}
	g := *f
	g.Row, g.ID = 0, ""
	return g
}

// isLike is g == f.shared(), without making that.
func (f *Fate) isLike(g *Fate) bool {
	if f.Kind != g.Kind || f.Attempts != g.Attempts {
		return false
	}
	if f.hasID() {
		return (f.ID != "") == (g.ID != "")
	}
	return f.Code == g.Code && f.Property == g.Property && f.Message == g.Message &&
		f.CorrelationID == g.CorrelationID && f.Retryable == g.Retryable
}

// A Slice is rows that were read from the input, and the CRC32C of their raw
// bytes, by which a later process knows them again.
type Slice struct {
	Span
	CRC uint32
}
