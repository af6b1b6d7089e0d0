// Why a run ended early, as types that say what can be done.

package importer

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
