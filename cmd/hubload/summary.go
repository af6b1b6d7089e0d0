// The result of a run and what to do next, on stdout.

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rundir"
)

// showResult prints the result of a run, and returns how the command ends: err with
// how to go on, or a partlyError. tail is what a next command needs of the flags.
func (a *app) showResult(r *rundir.Result, err error, tail string) error {
	if r == nil {
		return err
	}
	steps := next(r.Dir, r.Summary.Counts, err, tail)
	switch {
	case err != nil:
		err = resumable(r, err, tail)
	case r.Summary.Refused+r.Summary.InDoubt+r.Summary.SentOtherwise > 0:
		err = partlyError{}
	}
	switch {
	case !r.Reported:
	case a.ui.lines != nil:
		a.ui.document(runEnd{"run.ended", newRunResult(r, endOf(err), steps)})
	default:
		a.showSummary(r, steps)
	}
	return err
}

// A runEnd is the document of an import.
type runEnd struct {
	Event string `json:"event"`
	runResult
}

// A runResult says for programs what became of a run.
type runResult struct {
	report.Summary
	ExitCode        int               `json:"exit_code"` // of this process
	Directory       string            `json:"directory"`
	AlreadyImported bool              `json:"already_imported,omitempty"` // nothing was sent
	Reports         map[string]string `json:"reports"`
	Next            []step            `json:"next,omitempty"`
	Error           string            `json:"error,omitempty"`
	Hint            string            `json:"hint,omitempty"`
}

func newRunResult(r *rundir.Result, e end, steps []step) runResult {
	return runResult{r.Summary, e.ExitCode, r.Dir.Path, r.Done, r.Dir.Reports(), steps, e.Error, e.Hint}
}

func (a *app) showSummary(r *rundir.Result, steps []step) {
	d, sum := r.Dir, r.Summary
	a.ui.wrapped("", fmt.Sprintf("%s -> %s, %s", filepath.Base(d.Input.Path), d.AccountName(), d.Object))
	a.ui.wrapped("  ", strings.TrimSpace(countsLine(sum.Counts)))
	if line := overlookedLine(sum.Stats); line != "" {
		a.ui.wrapped("  ", line)
	}
	if sum.Warnings > 0 {
		a.ui.wrapped("  ", fmt.Sprintf("HubSpot warns about %s: see hubload_warning in results.csv", counted(sum.Warnings, "row")))
		a.showReasons("warning", sum.Warned)
	}
	if sum.SentOtherwise > 0 {
		a.ui.wrapped("  ", sentOtherwiseLine(sum.SentOtherwise))
	}
	took := time.Duration(sum.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	requests := counted(sum.Requests, "request")
	if sum.Updated+sum.Unchanged > 0 {
		requests += " to write" // the reads aren't counted
	}
	a.ui.wrapped("  ", fmt.Sprintf("%s, %s refused by the rate limit; %s, %s rows/s",
		requests, grouped(sum.Limited), took, grouped(int64(sum.RowsPerSecond))))
	a.showReasons("refused", sum.Refusals)
	a.showReasons("worth a look", sum.Odd)
	a.showReports(d)
	a.showFirst(r)
	a.showSteps(steps)
}

// sentOtherwiseLine says that rows were sent as a file that was cut off had them.
func sentOtherwiseLine(n int64) string {
	return counted(n, "row") + " sent with other values, since the file was cut off there: hubload_warning in results.csv says which record to correct"
}

// showDone says that there was nothing left to do in a run. The command ends as the
// run did: with a partlyError if not all rows exist.
func (a *app) showDone(r *rundir.Result, what string, err error, tail string) error {
	if err != nil {
		return err
	}
	if !r.Complete() {
		err = partlyError{}
	}
	steps := next(r.Dir, r.Summary.Counts, nil, tail)
	if a.ui.lines != nil {
		a.ui.document(runEnd{"run.ended", newRunResult(r, endOf(err), steps)})
		return err
	}
	a.ui.printf("%s: nothing was sent.\n%s\n", what, countsLine(r.Summary.Counts))
	if n := r.Summary.SentOtherwise; n > 0 {
		a.ui.wrapped("  ", sentOtherwiseLine(n))
	}
	a.ui.printf("reports: %s\n", r.Dir.Path)
	a.showFirst(r)
	a.showSteps(steps)
	return err
}

// showFirst says how many rows were asked for, where these are not all.
func (a *app) showFirst(r *rundir.Result) {
	if first, rows := r.Dir.First, r.Summary.Rows+r.Summary.LeftOut; first > 0 && first < rows {
		a.ui.wrapped("", fmt.Sprintf("%s of %s were asked for; the same command without --first goes on with the rest", grouped(first), counted(rows, "row")))
	}
}

// showReports says where the reports are.
func (a *app) showReports(d *rundir.Dir) {
	a.ui.printf("reports: %s\n", d.Path)
	if kept := d.KeptFailures(); kept != "" {
		a.ui.printf("somebody changed failures.csv; it is kept as %s\n", filepath.Join(d.Path, kept))
	}
}

// A step is what a user can do next. Its command can be copied.
type step struct {
	Why     string `json:"why"`
	Command string `json:"command"`
}

// showSteps prints the steps, each command on a line of its own, which is never cut.
func (a *app) showSteps(steps []step) {
	for _, s := range steps {
		a.ui.wrapped("next: ", s.Why)
		a.ui.printf("  %s\n", s.Command)
	}
}

// next says what the user can do about rows that aren't in HubSpot.
func next(d *rundir.Dir, c report.Counts, err error, tail string) (steps []step) {
	if c.Refused > 0 && err == nil {
		steps = append(steps, step{
			fmt.Sprintf("fix the %s in %s (hubload_message says why), then", counted(c.Refused, "refused row"), d.Failures()),
			"hubload import " + quoted(d.Failures()) + tail,
		})
	}
	switch {
	case c.InDoubt == 0, d.Sandbox:
	case d.Key != "":
		steps = append(steps, resumeKeyed(d, c.InDoubt, tail))
	default:
		steps = append(steps, step{
			fmt.Sprintf("%s in doubt (%s): perhaps in HubSpot, and not sent again; look in the account with", counted(c.InDoubt, "row"), d.InDoubt()),
			"hubload resolve " + quoted(d.Path) + tail,
		})
	}
	if c.IDsUnknown > 0 && c.InDoubt == 0 && !d.Sandbox {
		steps = append(steps, findIDs(d, c, tail))
	}
	return steps
}

// findIDs is to look for the records of rows that were certainly created.
func findIDs(d *rundir.Dir, c report.Counts, tail string) step {
	return step{
		fmt.Sprintf("HubSpot's answer didn't say the id of %s; look in the account with", counted(c.IDsUnknown, "created row")),
		"hubload resolve " + quoted(d.Path) + tail,
	}
}

// resumeKeyed is what to do about rows in doubt that have a key: more than to look
// for them.
func resumeKeyed(d *rundir.Dir, doubts int64, tail string) step {
	return step{
		fmt.Sprintf("look up the %s in doubt by key, and send what is missing, with", counted(doubts, "row")),
		"hubload resume " + quoted(d.Path) + tail,
	}
}

// resumable adds to an error how to go on.
func resumable(r *rundir.Result, err error, tail string) error {
	sum := r.Summary
	switch code := exitCode(err); {
	case code == exitMismatch, code == exitUsage, r.Dir.Sandbox:
		return err
	case sum.Rows > 0 && sum.Pending == 0 && (sum.InDoubt == 0 || r.Dir.Key == ""):
		return err
	}
	command := "hubload resume " + quoted(r.Dir.Path) + tail
	if hint := hintOf(err); hint != "" {
		return withHint(err, hint+"\nthen go on with: "+command)
	}
	return withHint(err, "go on with: "+command)
}

// shownReasons is how many reasons a summary shows; report.html has all.
const shownReasons = 3

// showReasons says why rows were refused, with an example of each reason.
func (a *app) showReasons(what string, reasons []report.Reason) {
	for _, r := range reasons[:min(len(reasons), shownReasons)] {
		of := ""
		if r.Property != "" {
			of = " (" + shown(r.Property) + ")"
		}
		a.ui.wrapped("  "+what+": ", fmt.Sprintf("%s %s%s; row %d, line %d: %s", grouped(r.Count), shown(r.Code), of, r.Row, r.Line, shown(r.Message)))
	}
}

// overlookedLine says what in the file was no row, or not as long as the header.
func overlookedLine(s csvfile.Stats) string {
	var parts []string
	for _, part := range []struct {
		n          int64
		noun, what string
	}{
		{s.BlankLines, "blank line", "skipped"},
		{s.EmptyRows, "empty row", "skipped"},
		{s.ShortRows, "short row", "filled up with empty cells"},
		{s.LongRows, "long row", "cut, without a loss"},
	} {
		if part.n > 0 {
			parts = append(parts, counted(part.n, part.noun)+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
}

func countsLine(c report.Counts) string {
	return fmt.Sprintf("  %s: %s, %s refused, %s in doubt, %s pending%s",
		counted(c.Rows, "row"), inText(c), grouped(c.Refused), grouped(c.InDoubt), grouped(c.Pending), leftOutText(c.LeftOut))
}

// inText says how many rows have a record; of those that were updated or unchanged only
// where there are some, which there are in no run that only creates.
func inText(c report.Counts) string {
	changes := ""
	if c.Updated+c.Unchanged > 0 {
		changes = fmt.Sprintf("%s updated, %s unchanged, ", grouped(c.Updated), grouped(c.Unchanged))
	}
	return fmt.Sprintf("%s created, %s%s existing", grouped(c.Created), changes, grouped(c.Existing))
}

// leftOutText says how many rows more the file has that the mapping doesn't want.
func leftOutText(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %s left out", grouped(n))
}
