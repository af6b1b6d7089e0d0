// What a caller may want to tell apart.

package journal

import (
	"errors"
	"fmt"
)

// ErrDamaged is what every [*DamageError] is, by [errors.Is].
var ErrDamaged = errors.New("the journal is damaged")

// A DamageError says that a journal isn't as it was written. It can't be gone on
// with: put the file back from a copy, or start another run, with a unique key
// if rows may have been sent.
type DamageError struct {
	Path   string
	Line   int64 // counts from 1; 0 when the file has changed while it was in use
	Reason string
}

func (e *DamageError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("the journal %s is damaged: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("the journal %s is damaged at line %d: %s", e.Path, e.Line, e.Reason)
}

// Is reports whether target is [ErrDamaged].
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }
