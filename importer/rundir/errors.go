// Why a file can't be imported or a run can't go on, as a type that says what can be done.

package rundir

// An Error says why a file can't be imported, or why a run can't go on. It is
// returned before anything was sent. What to do about it depends on Reason.
type Error struct {
	Reason   Reason
	Path     string // the run directory or file that it is about, if any
	Object   string // the object type, with the reasons about properties and scopes
	Property string
	Refused  int64 // with SeenRows: rows that the run has refused, where it has ended
	Err      error

	whole string // with SeenRows: a run of which the input holds all rows
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// A Reason is the kind of an [Error].
type Reason uint8

const (
	// The input.

	BadInput      Reason = iota // it can't be read, or is not a CSV
	NoInput                     // there is no file Path
	NotOneFile                  // Path is a directory
	InputIsResult               // it is a results.csv: its rows exist
	InputInDoubt                // it is an in_doubt.csv of the run in Path
	InputChanging               // it is still being written
	NoSourceRun                 // it holds refused rows of a run that isn't known or can't be read

	// The mapping.

	BadMapping     // it can't be read, or doesn't fit the input or the account
	NoMapping      // there is none, and no column is named like a property; Path is where it would be found
	NoAssociation  // it associates line items with nothing
	NoName         // it gives line items no name
	WrongAccount   // it names another account than the token's
	UnknownAccount // it names an account, and the token can't read its own

	// The account.

	KeyMissing      // it has no property that the key names
	KeyNotUnique    // the property isn't unique
	KeyNotCreated   // the property couldn't be created
	PropertyMissing // it has no property by which associated records are found
	ReferenceDenied // the token can't read a list by which the mapping finds ids
	LookupDenied    // the token can't look associated records up
	UnknownObject   // it has no such object type
	NotHubSpot      // Path is a base URL that doesn't serve HubSpot's API
	UntrustedURL    // Path is a base URL that only the run directory names

	// The run directory.

	NotARun        // Path holds no run
	DamagedRun     // its run.json can't be read
	HoldsARun      // a check's report would go into a run directory
	SandboxGone    // the account ended with its process
	OtherRequest   // it was begun for another account, object or base URL
	OtherAccount   // it went into another account than the token's
	OtherMapping   // it was begun with another mapping
	HeaderChanged  // the mapping doesn't fit the input any more
	ContentChanged // the input isn't what the run has read; Path is the input

	OtherInput     // Path was begun with another input
	JournalShort   // its journal holds less than its reports, or is gone
	RunUndone      // its records were archived
	PartlyUndone   // some of its records were archived
	ChangesInDoubt // it changes records: going on with it settles its rows in doubt
	InputGone      // its input isn't there, or isn't what the run has read

	NoLedger      // there is no place for the ledger, or it can't be written
	LedgerDamaged // Path is an entry that can't be read
	LedgerLost    // the ledger lacks the run in Path, whose files don't say what it sent

	// The ledger: rows of the input are in the account, or may be.

	SeenGone       // the same content; the run directory Path is gone
	SeenUnfinished // the same content; the run in Path isn't finished
	SeenFirst      // the first rows of the same content, by the run in Path
	SeenRows       // some rows, by the run in Path
	SeenRemapped   // some rows, by the run in Path, with another mapping
	SkipGone       // rows that are to be left out, by the run in Path, whose files are gone
	SkipUnsettled  // rows that are to be left out, by the run in Path, which doesn't know whether they exist
	SeenElsewhere  // another process has just begun with the same content
)

func (d *Dir) fail(reason Reason, err error) error {
	return &Error{Reason: reason, Path: d.Path, Err: err}
}

func badInput(err error) error   { return &Error{Reason: BadInput, Err: err} }
func badMapping(err error) error { return &Error{Reason: BadMapping, Err: err} }
