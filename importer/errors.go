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
	Err     error // such as *ratelimit.DailyError; may be nil
}

// StopCause is the reason of a StoppedError.
type StopCause uint8

const (
	TooManyRefused StopCause = iota + 1 // more than MaxRefused, or 1,000 in a row
	DailyQuota                          // the account's quota of the day is exhausted
)

func (e *StoppedError) Error() string { return e.Message }
func (e *StoppedError) Unwrap() error { return e.Err }

// A DeniedError says that the credentials were refused, or lack a scope.
type DeniedError struct {
	Err error

	// To is the object type whose records can't be looked up with them, ""
	// when it was something else that was refused.
	To string
}

func (e *DeniedError) Error() string {
	if e.To != "" {
		return fmt.Sprintf("HubSpot refuses to let records of %s be looked up: %v", e.To, e.Err)
	}
	return fmt.Sprintf("HubSpot refuses the credentials: %v", e.Err)
}
func (e *DeniedError) Unwrap() error { return e.Err }

// A ServerError says that the other side can't be used: it can't be reached,
// doesn't understand, or fails again and again.
type ServerError struct {
	Message string
	Err     error
}

func (e *ServerError) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return fmt.Sprintf("%s: %v", e.Message, e.Err)
}
func (e *ServerError) Unwrap() error { return e.Err }
