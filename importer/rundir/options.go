// Options of an import, and its result.

package rundir

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

const (
	DefaultBaseURL = "https://api.hubapi.com"
	DefaultObject  = "line_items"
)

// Options say what to import, into which account, and how. File and Connect are
// needed; the zero value of every other field is useful. [Resume], [Resolve] and
// [Report] take what they need of the first group from the run directory.
type Options struct {
	File      string    // path of a CSV, .gz or .zst of one, .xlsx, .jsonl, failures.csv of a run, or "-"
	Sheet     string    // of an Excel workbook; "" is the only one that holds anything
	Stdin     io.Reader // what "-" is
	Dir       string    // the run directory; "" makes one in [Root] of the file's name and hash
	Mapping   string    // path of the mapping; "" looks for one beside File
	Mode      string    // create, upsert or update; "" is the mapping's
	Object    string    // type of the records; "" is the mapping's, or else [DefaultObject]
	Encoding  string    // of File; "" is the mapping's, or found out
	Delimiter rune      // of File; 0 is the mapping's, or found out
	First     int64     // import so many rows, from the first one on; 0 is all. A later call goes on with the rest
	Again     bool      // import what was imported before, as new records
	Seen      Seen      // what to do about rows that another run has sent; "" is the mapping's, or else [SeenStop]

	// OwnRun keeps a file that has grown from going on in the run of what it was: Dir is the
	// only run that it may have.
	OwnRun bool

	// FailuresOf is the directory of the run whose refused rows File holds; "" looks for
	// one where File lies. Without a Mapping the run's own is used.
	FailuresOf string

	// CorrectedBy are the directories of other runs that had corrected rows of the same
	// source file, beside those that the ledger knows. Rows of File that these have created
	// are existing, and not sent.
	CorrectedBy []string

	// AccountID refuses any other account, as account: in the mapping does; 0 doesn't.
	AccountID int64

	// Connect makes the account of an endpoint. BaseURL is [DefaultBaseURL] when
	// empty, Version v3.
	Connect          func(context.Context, Endpoint) (Account, error)
	BaseURL, Version string

	// Sandbox says that the account ends with this process: every run is a new one,
	// and nothing is remembered of it. Seed is called before the first write, to make
	// the records that rows are associated with; open opens the rows from the start.
	Sandbox bool
	Seed    func(ctx context.Context, m *mapping.Mapper, open func() (rows.Source, error)) error

	// Unassociated creates line items that are associated with nothing.
	Unassociated bool

	// Confirm is asked before the first records of a type go into an account, as far as
	// the ledger knows, and before its key is created there; its error ends the import.
	// nil: nobody is asked.
	Confirm func(context.Context, FirstImport) error

	// CreateKey creates the property of the mapping's key where the account lacks it.
	CreateKey bool

	Rate       ratelimit.Options // Store is set by this package
	BatchSize  int               // as in [importer.Import], like the next two
	Workers    int
	MaxRefused importer.Threshold
	MaxChanged importer.Threshold // stops with a [importer.StoppedError] before the first write when more records would be changed
	WaitDaily  bool               // sleep through an exhausted daily quota, rather than stop
	ExcelSafe  bool               // neutralise every cell of the reports

	// StateDir is the user's state directory for hubload: it holds the ledger of
	// imports, the shared rate windows and what was seen of the account. Without one
	// an import without a key needs NoLedger.
	StateDir string

	// NoLedger imports without looking at what went into the account before, and
	// without remembering what goes in now.
	NoLedger bool

	Program  string                   // name and version, for run.json
	Note     func(text string)        // takes what a user should know; may be nil
	Warn     func(text string)        // takes what a user has to know; may be nil
	Watch    func(Live) (stop func()) // shows progress until stop is called; may be nil
	Pass     func(Pass)               // takes each reading of the input from its start; may be nil
	ExitCode func(error) int          // of an error, for summary.json; nil: 1
	Logger   *slog.Logger             // may be nil
}

// A Pass is one reading of an input: there are some before the first write.
type Pass struct {
	File   string
	Size   int64        // bytes, compressed ones where the input is
	Offset func() int64 // of them that were read; any goroutine may ask
}

// Live is a run at work.
type Live struct {
	Dir      string // of the run
	Progress *importer.Progress
	Size     int64                  // bytes of the input
	Offset   func() int64           // bytes of it that were read
	Limit    func() ratelimit.Limit // of the rate
}

// A Result is the outcome of an import.
type Result struct {
	Dir     *Dir
	Summary report.Summary

	// Done says that the run was finished before: nothing was sent.
	Done bool

	// Reported says that Summary and the reports are complete.
	Reported bool
}

// Complete reports whether every row of the run exists in the account, of those that were
// asked for by [Options].First.
func (r *Result) Complete() bool {
	if r.Summary.SentOtherwise > 0 {
		return false // a row exists with values that nobody meant
	}
	if c := r.Summary.Counts; r.Dir.First > 0 {
		return c.In() >= min(r.Dir.First-c.LeftOut, c.Rows)
	}
	return r.Summary.Refused+r.Summary.InDoubt+r.Summary.Pending == 0
}

// exitCode is how summary.json says that a process ended.
func (o *Options) exitCode(err error, complete bool) int {
	switch {
	case err != nil && o.ExitCode != nil:
		return o.ExitCode(err)
	case err != nil:
		return 1
	case !complete:
		return 3
	}
	return 0
}

func (o *Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

func (o *Options) warn(format string, args ...any) {
	if o.Warn != nil {
		o.Warn(fmt.Sprintf(format, args...))
	}
}

// shown is a text from a file or a server on one line, and short.
func shown(s string) string {
	const most = 200
	s = strings.ReplaceAll(s, "\n", `\n`)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
