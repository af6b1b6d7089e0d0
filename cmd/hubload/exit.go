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
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/importer/watch"
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

// reasons are what package rundir refuses, with the exit code and what to do about it.
// The advice may hold {path}, {object} and {property} of the error.
var reasons = map[rundir.Reason]struct {
	code int
	hint string
}{
	rundir.BadInput:      {exitUsage, ""},
	rundir.NoInput:       {exitUsage, ""},
	rundir.NotOneFile:    {exitUsage, "name one file"},
	rundir.InputIsResult: {exitUsage, "the rows to import again are in failures.csv"},
	rundir.InputInDoubt:  {exitUsage, "look for them in the account, by hand or with: hubload resolve {path}"},
	rundir.InputChanging: {exitMismatch, "wait until it is complete, and start again"},
	rundir.NoSourceRun:   {exitMismatch, "put back what is missing: a failures file is imported from the directory of the run that wrote it, and that run needs its input or its results.csv"},

	rundir.BadMapping:     {exitUsage, ""},
	rundir.NoMapping:      {exitUsage, "propose one with hubload map, write it into {path}, or name one with --mapping"},
	rundir.NoAssociation:  {exitUsage, "propose a mapping with hubload map {path}; or, if such line items are meant, say so: associations: [] in the mapping, or --unassociated"},
	rundir.NoName:         {exitUsage, "map a column to name; or, if such line items are meant, add allow: [nameless] to the mapping"},
	rundir.WrongAccount:   {exitMismatch, "use the token of the other account"},
	rundir.UnknownAccount: {exitMismatch, "take account: out of the mapping, or use a token that can read account information"},

	rundir.KeyMissing:      {exitUsage, "create it with --create-key, or in HubSpot as single-line text with \"require unique values\""},
	rundir.KeyNotUnique:    {exitUsage, "uniqueness can only be chosen when a property is created: make a new one with \"require unique values\", and use that"},
	rundir.KeyNotCreated:   {0, "--create-key needs the scope {write}; or create it in HubSpot as single-line text with \"require unique values\""},
	rundir.PropertyMissing: {exitUsage, "write its internal name, as HubSpot shows it in the property's settings, or create it there; best with \"require unique values\""},
	rundir.ReferenceDenied: {exitUnauthorised, "add the scope to the token; or map ids, without by: and label:"},
	rundir.LookupDenied:    {exitUnauthorised, scopeAdvice},
	rundir.UnknownObject:   {exitUsage, "check --object, or object: in the mapping: line_items, deals, contacts, companies, products, tickets ..., or a custom object's id such as 2-12345"},
	rundir.NotHubSpot:      {exitUsage, "check --base-url or HUBLOAD_BASE_URL; without them it is " + rundir.DefaultBaseURL},
	rundir.UntrustedURL:    {exitUsage, "if the token may go there, say so: --base-url {path}"},

	rundir.NotARun:        {exitUsage, "hubload status lists the runs here; a file is imported with: hubload import FILE"},
	rundir.DamagedRun:     {exitUsage, ""},
	rundir.HoldsARun:      {exitUsage, "give --report another directory"},
	rundir.SandboxGone:    {exitMismatch, "import the file again; give --run another directory, if you gave one"},
	rundir.OtherRequest:   {exitMismatch, "go on with what it was begun with, or give --run another directory"},
	rundir.OtherAccount:   {exitMismatch, "to go on with that run, use the token of its account; to import the file into this one too, give it a directory of its own, such as --run {path}-2"},
	rundir.OtherMapping:   {exitMismatch, "the new mapping can be used on its failures: hubload import {failures} -m ...; or import all of the file once more with --again"},
	rundir.HeaderChanged:  {exitMismatch, ""},
	rundir.ContentChanged: {exitMismatch, "put back the file as it was; if rows were only added at its end, import it again: hubload import {path}"},

	rundir.OtherInput:     {exitMismatch, "give --run another directory, or leave it out"},
	rundir.JournalShort:   {exitMismatch, "put journal.jsonl back from a copy: without it nobody knows which rows were created. To send all rows once more, as new records: --again"},
	rundir.RunUndone:      {exitMismatch, "import the file again: it becomes a new run"},
	rundir.PartlyUndone:   {exitMismatch, "archive the rest with hubload undo {path} (--changed archive takes those that were changed, too), and look for rows in doubt with hubload resolve {path}; or import all rows once more, as new records, with --again"},
	rundir.ChangesInDoubt: {exitUsage, "hubload resume {path}"},
	rundir.InputGone:      {exitMismatch, "put the input back as it was; or archive what the run created, changed since or not: hubload undo {path} --changed archive"},
	rundir.NoLedger:       {exitUsage, "set XDG_STATE_HOME (or HOME) to a directory that can be written; or give --no-ledger, and take care yourself that no file is imported twice"},
	rundir.LedgerDamaged:  {exitMismatch, "put it back from a copy; or give --no-ledger, and take care yourself that no row is imported twice"},
	rundir.LedgerLost:     {exitMismatch, "put back the run's input or its results.csv; or give --no-ledger, and take care yourself that no row is imported twice"},
	rundir.SeenGone:       {exitMismatch, "rows that were created then would be created once more; if that is wanted: --again"},
	rundir.SeenFirst:      {exitMismatch, "to go on with the rest: --run {path}; or import all rows once more, as new records, with --again"},
	rundir.SeenUnfinished: {exitMismatch, "go on with: hubload resume {path}; or import it once more, as new records, with --again"},
	rundir.SeenRows: {exitMismatch, fixRefused +
		"to leave out the rows that exist: --seen skip; to import all rows of this one, as new records: --again; a key in the mapping from the first import on makes it safe to import changed files"},
	rundir.SeenRemapped:  {exitMismatch, "import it with the mapping of that run; to import all of its rows with this mapping, as new records: --again"},
	rundir.SkipGone:      {exitMismatch, "put {path} back, with its input or its results.csv; or import all rows of this file, as new records, with --again"},
	rundir.SkipUnsettled: {exitMismatch, "settle that run first: hubload resume {path}, then hubload resolve {path}"},
	rundir.SeenElsewhere: {exitLocked, "wait for it, or look on with: hubload status"},
}

// fixRefused is advice where the earlier run has refused rows.
const fixRefused = "fix the rows that were refused then in {failures}, and import that file; "

const scopeAdvice = "records of {object} are looked up with the scope crm.objects.{object}.read (of custom objects crm.objects.custom.read): add it to the token"

// exitCode is the code that an error ends the program with.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[*interruptError](err); ok {
		return e.code()
	}
	if e, ok := errors.AsType[lookError](err); ok {
		return e.code
	}
	if e, ok := errors.AsType[*rundir.Error](err); ok && reasons[e.Reason].code != 0 {
		return reasons[e.Reason].code
	}
	switch {
	case is[partlyError](err):
		return exitRefused
	case is[usageError](err), is[mapping.Errors](err), is[*watch.DecisionError](err):
		return exitUsage
	case is[*journal.LockedError](err):
		return exitLocked
	case is[*rows.MismatchError](err), errors.Is(err, csvfile.ErrChanged), errors.Is(err, report.ErrMismatch),
		is[*watch.DamageError](err), is[*watch.OtherDropError](err):
		return exitMismatch
	case is[*importer.StoppedError](err), is[*call.QuotaError](err):
		return exitStopped
	case is[*call.DeniedError](err), is[*hubspot.CredentialsError](err), lacksAccess(err):
		return exitUnauthorised
	}
	return exitFailed
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// lacksAccess reports whether HubSpot refused the token, or a scope of it.
func lacksAccess(err error) bool {
	denied, ok := errors.AsType[*call.DeniedError](err)
	answer, answered := errors.AsType[*hubspot.Error](err)
	return ok && denied.Object == "" || answered && (answer.Unauthorized() || answer.Forbidden())
}
