// Errors become exit codes and advice here, and nowhere else.

package main

import (
	"errors"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const (
	exitOK           = 0
	exitFailed       = 1
	exitUsage        = 2
	exitRefused      = 3
	exitLocked       = 4
	exitMismatch     = 5
	exitStopped      = 6
	exitUnauthorised = 7
)

// A usageError is a command, mapping or input that can't work.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// A mismatchError is a run that isn't the one that was asked for.
type mismatchError struct{ error }

func (e mismatchError) Unwrap() error { return e.error }

// A partlyError ends a command that did its work, with rows refused or in doubt.
type partlyError struct{}

func (partlyError) Error() string { return "some rows were refused or are in doubt" }

// A hintedError says besides what went wrong what to do next.
type hintedError struct {
	error
	hint string
}

func (e hintedError) Unwrap() error { return e.error }

func withHint(err error, hint string) error { return hintedError{err, hint} }

// exitCode is the code that an error ends the program with.
func exitCode(err error) int {
	var (
		interrupt   *interruptError
		usage       usageError
		partly      partlyError
		locked      *journal.LockedError
		mismatch    mismatchError
		changed     *rows.MismatchError
		stopped     *importer.StoppedError
		quota       *call.QuotaError
		denied      *call.DeniedError
		credentials *hubspot.CredentialsError
		answer      *hubspot.Error
		mappings    mapping.Errors
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &interrupt):
		return interrupt.code()
	case errors.As(err, &partly):
		return exitRefused
	case errors.As(err, &usage), errors.As(err, &mappings):
		return exitUsage
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &mismatch), errors.As(err, &changed), errors.Is(err, csvfile.ErrChanged), errors.Is(err, report.ErrMismatch):
		return exitMismatch
	case errors.As(err, &stopped), errors.As(err, &quota):
		return exitStopped
	case errors.As(err, &denied), errors.As(err, &credentials):
		return exitUnauthorised
	case errors.As(err, &answer) && (answer.Unauthorized() || answer.Forbidden()):
		return exitUnauthorised
	}
	return exitFailed
}

// inputError makes an error of the input, found before anything was sent, a wrong
// usage.
func inputError(err error) error {
	var file *csvfile.FileError
	if errors.As(err, &file) {
		return usageError{err}
	}
	return err
}

// hintOf is the advice that goes with an error, "" where the error says it all.
func hintOf(err error) string {
	var (
		hinted  hintedError
		changed *rows.MismatchError
		denied  *call.DeniedError
		answer  *hubspot.Error
	)
	switch {
	case errors.As(err, &hinted):
		return hinted.hint
	case errors.As(err, &changed):
		return "give the file as it was to go on, and mend rows that were refused in failures.csv; or --again to import this one as a new run, which creates once more what was created before"
	case errors.As(err, &denied) && denied.Object != "":
		return scopeHint(denied.Object)
	case errors.As(err, &denied), errors.As(err, &answer) && (answer.Unauthorized() || answer.Forbidden()):
		return "check that the token belongs to this account, hasn't expired, and has the scope crm.objects.line_items.write"
	}
	return ""
}
