// Why a run ended early, as types that say what can be done.

package importer

import "fmt"

// A MismatchError says that the input isn't the one that the journal speaks of.
type MismatchError struct {
	From, To int64 // the first rows that differ
	Reason   string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("rows %d to %d: %s", e.From, e.To, e.Reason)
}

// A StoppedError says that a run was stopped on purpose. Running again goes on.
type StoppedError struct {
	Cause   StopCause
	Message string
}

// StopCause is the reason of a StoppedError.
type StopCause uint8

const (
	TooManyRefused StopCause = iota + 1 // more than MaxRefused, or 1,000 in a row
)

func (e *StoppedError) Error() string { return e.Message }
