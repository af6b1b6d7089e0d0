// What can become of a row.

package journal

import (
	"fmt"
	"hash/crc32"
	"slices"
)

// Kind is what became of a row. The zero Kind is none of them.
type Kind uint8

const (
	Created      Kind = iota + 1 // exists since this run; its id is known
	Existing                     // was found in the account, or is known to exist without a known id
	Refused                      // certainly not created; the reason is known
	InDoubt                      // may exist or not
	Unidentified                 // exists since this run, by an answer that doesn't say which id is its own
	Updated                      // existed before, and has the row's values by this run
	Unchanged                    // existed before, and had the row's values already

	// In the journal of an undo, whose rows are those of the run that is undone.

	Archived // the record was archived
	Gone     // it didn't exist any more
	Changed  // kept: it holds values that the run didn't send
	Foreign  // kept: it isn't one that the run created

	LeftOut // the mapping doesn't want it: it is no record, and in no report

	Restored // in the journal of an undo: the record has the values from before the run

	kinds
)

// Exists reports whether a row of this kind has a record.
func (k Kind) Exists() bool { return k >= Created && k <= Unchanged && k != Refused && k != InDoubt }

var kindNames = []string{"", "created", "existing", "refused", "in_doubt", "unidentified", "updated", "unchanged", "archived", "gone", "changed", "foreign", "left_out", "restored"}

// String returns the name that the journal has for it, such as created or in_doubt.
func (k Kind) String() string {
	if k >= Created && k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// MarshalText returns what String does.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what String returns.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames, string(text))
	if i < 1 {
		return fmt.Errorf("%q is not the fate of a row", text)
	}
	*k = Kind(i)
	return nil
}

// A Fate is what became of one row.
type Fate struct {
	Row  int64 `json:"-"`
	Kind Kind  `json:"fate"`

	// ID is the record's id, 1 to 20 digits. It is kept for Created, Existing, Updated
	// and Unchanged, and of these only Existing may be without.
	ID string `json:"-"`

	// The reason, not kept for kinds with an ID. Message may hold the
	// placeholder {value} and never a property's value: a journal holds no
	// customer data. Bytes that are not UTF-8 are kept as U+FFFD.
	Code          string `json:"code,omitempty"`
	Property      string `json:"property,omitempty"`
	Message       string `json:"message,omitempty"`
	CorrelationID string `json:"correlation_id,omitempty"`
	Retryable     bool   `json:"retryable,omitempty"` // the same row may fare better later

	// Warning is what HubSpot says about the values of a record that was written, kept
	// for Created, Unidentified and Updated only. It may hold placeholders such as
	// {value of price}, and never a property's value.
	Warning string `json:"warning,omitempty"`

	// Differs names the properties, with ";" between them, whose values differ from the
	// row's in a record that existed. It is kept for Existing only.
	Differs string `json:"differs,omitempty"`

	Attempts int `json:"attempts"` // requests that held the row; 0 for one that was never sent
}

func (f *Fate) check() error {
	switch {
	case f.Kind < Created || f.Kind >= kinds:
		return fmt.Errorf("row %d has no kind of fate", f.Row)
	case f.ID == "" && f.hasID() && f.Kind != Existing:
		return fmt.Errorf("row %d is %s and has no id", f.Row, f.Kind)
	case f.hasID() && f.ID != "" && !validID(f.ID):
		return fmt.Errorf("row %d is %s with %q, which is not an id: an id has 1 to 20 digits", f.Row, f.Kind, f.ID)
	case f.Attempts < 0:
		return fmt.Errorf("row %d has %d attempts", f.Row, f.Attempts)
	}
	return nil
}

// hasWarning reports whether rows of this kind keep their warning.
func (f *Fate) hasWarning() bool {
	return f.Kind == Created || f.Kind == Unidentified || f.Kind == Updated
}

// hasID reports whether rows of this kind have an id, apart from an Existing one
// whose id is not known.
func (f *Fate) hasID() bool { return f.Kind.Exists() && f.Kind != Unidentified }

// anyID is the ID of what rows with an id share: they aren't like rows without one.
const anyID = "0"

// shared returns what the fate has in common with those of like rows: all that is kept
// of it but the row and its id.
func (f *Fate) shared() Fate {
	if !f.hasID() {
		g := *f
		g.Row, g.ID = 0, ""
		if !f.hasWarning() {
			g.Warning = ""
		}
		g.Differs = ""
		return g
	}
	g := Fate{Kind: f.Kind, Attempts: f.Attempts}
	if f.hasWarning() {
		g.Warning = f.Warning
	}
	if f.Kind == Existing {
		g.Differs = f.Differs
	}
	if f.ID != "" {
		g.ID = anyID
	}
	return g
}

// A Slice is rows that were read from the input, and the [Checksum] of them, by which a
// later process notices that they have changed.
type Slice struct {
	Span
	CRC uint32 `json:"crc32c"`
}

// Checksum adds a row to the checksum of a [Slice], whose first row is added to 0.
// A row is the bytes it has in the input without its line end, which counts as LF
// whatever it is there. It is the CRC-32C of all of them.
func Checksum(crc uint32, row []byte) uint32 {
	crc = crc32.Update(crc, castagnoli, row)
	return crc32.Update(crc, castagnoli, lineEnd)
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	lineEnd    = []byte{'\n'}
)
