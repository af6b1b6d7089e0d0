// Why requests can't go on, as types that say what can be done.

package call

import "fmt"

// A QuotaError says that the account's daily quota is exhausted.
type QuotaError struct {
	ResetUnknown bool // the next quota was to be waited for, but its time can't be read
	Err          error
}

func (e *QuotaError) Error() string {
	if e.ResetUnknown {
		return fmt.Sprintf("the account's daily API quota is exhausted, and the time of its reset can't be read: %v", e.Err)
	}
	return "the account's daily API quota is exhausted"
}
func (e *QuotaError) Unwrap() error { return e.Err }

// A DeniedError says that the credentials were refused, or lack a scope.
type DeniedError struct {
	Err error

	// Object is the object type whose records can't be looked up with them, "" when
	// something else was refused.
	Object string
}

func (e *DeniedError) Error() string {
	if e.Object != "" {
		return fmt.Sprintf("HubSpot doesn't allow looking up records of %s: %v", e.Object, e.Err)
	}
	return fmt.Sprintf("HubSpot refuses the credentials: %v", e.Err)
}
func (e *DeniedError) Unwrap() error { return e.Err }

// A ServerError says that the other side can't be used: it can't be reached, doesn't
// understand, or fails again and again.
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

// A RefusedReadError is a read that fails in the same way however often it is sent.
type RefusedReadError struct{ Err error }

func (e *RefusedReadError) Error() string { return e.Err.Error() }
func (e *RefusedReadError) Unwrap() error { return e.Err }
