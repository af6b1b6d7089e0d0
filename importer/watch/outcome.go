// What becomes of a file, by how its run ended.

package watch

import (
	"errors"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
)

// The exit codes of a run that a file's state depends on.
const (
	codeDone     = 0
	codeFailed   = 1 // disk, network, an unexpected answer
	codeUnusable = 2 // usage, mapping or input
	codeOpen     = 3 // rows refused or in doubt
	codeLocked   = 4
	codeMismatch = 5
	codeStopped  = 6 // daily quota, or too many refused rows
	codeDenied   = 7 // token
	codeMissing  = 8 // an expected file
)

// An ending is how a run ended.
type ending struct {
	code     int
	tooMany  bool // rows were refused: stopped on purpose
	damaged  bool // what is on disk
	ofFile   bool // the file is to blame, or its columns
	sent     bool // rows of it may be in the account
	repeated bool // another run has sent the same content
	unsure   bool // rows of it are in doubt in another run, which is looked up by itself
}

func endingOf(r *rundir.Result, err error, code int, repeated bool) ending {
	e := ending{code: code, repeated: repeated, damaged: errors.Is(err, journal.ErrDamaged)}
	_, e.tooMany = errors.AsType[*importer.StoppedError](err)
	if r != nil {
		c := r.Summary.Counts
		e.sent = c.Rows > c.Refused+c.Pending
	}
	if _, ok := errors.AsType[mapping.Errors](err); ok {
		e.ofFile = true
	}
	if _, ok := errors.AsType[*csvfile.FileError](err); ok {
		e.ofFile = true
	}
	if known, ok := errors.AsType[*rundir.Error](err); ok {
		switch known.Reason {
		case rundir.SkipUnsettled:
			e.code, e.unsure = codeFailed, true
		case rundir.BadInput, rundir.NotOneFile, rundir.InputIsResult, rundir.InputInDoubt, rundir.BadMapping, rundir.NoMapping:
			e.ofFile = true
		default: // the account or this machine lacks something: the next files would fail, too
			e.ofFile = false
		}
	}
	return e
}

// state is where the file goes.
func (e ending) state() State {
	switch {
	case e.damaged:
		return Held
	case e.repeated && (e.code == codeDone || e.code == codeOpen):
		return Duplicate
	}
	switch e.code {
	case codeDone:
		return Done
	case codeOpen:
		return Open
	case codeUnusable:
		if e.ofFile && !e.sent {
			return Rejected
		}
		return Held
	case codeMismatch:
		return Held
	case codeStopped:
		if e.tooMany {
			return Held
		}
	}
	return Waiting
}

// Pauses before a file is tried again.
const (
	quotaPause  = 30 * time.Minute // when the quota is fresh isn't in the answer that refuses
	longestWait = 30 * time.Minute
	lockedPause = time.Minute
	// DefaultRetry is how long a file is tried again whose run can't go on.
	DefaultRetry = 24 * time.Hour
)

// pause is how long to wait after so many tries.
func (e ending) pause(tries int) time.Duration {
	switch e.code {
	case codeStopped:
		return quotaPause
	case codeDenied:
		return 0 // a look costs one request
	case codeLocked:
		return lockedPause
	}
	return min(time.Minute<<min(tries-1, 10), longestWait)
}

// why says it without any cell.
func (e ending) why() string {
	switch {
	case e.damaged:
		return "its run directory is damaged"
	case e.tooMany:
		return "too many rows were refused"
	case e.unsure:
		return "rows of it may be in the account by an earlier file, which has to be settled first"
	}
	switch e.code {
	case codeOpen:
		return "rows were refused or are in doubt"
	case codeUnusable:
		if e.ofFile && !e.sent {
			return "the file can't be read, or doesn't fit the mapping"
		}
		if e.sent {
			return "the file breaks off after rows that were sent"
		}
		return "the mapping, the account or this machine lacks something"
	case codeLocked:
		return "another process works on it"
	case codeMismatch:
		return "rows of it went in before, or the mapping or the account is another one"
	case codeStopped:
		return "the account's daily quota is exhausted"
	case codeDenied:
		return "HubSpot refuses the token"
	}
	return "the run can't go on: disk, network, or an unexpected answer"
}

// gravity orders exit codes: the exit code of a look is the gravest of what it has met.
var gravity = []int{codeDenied, codeMismatch, codeFailed, codeStopped, codeUnusable, codeOpen, codeMissing, codeLocked, codeDone}
