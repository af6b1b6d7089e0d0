// The result of a run and what to do next, on stdout.

package main

import (
	"encoding/json"
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
func (a *app) showResult(r *rundir.Result, err error, say *sayFlags, tail string) error {
	if r == nil {
		return err
	}
	switch {
	case !r.Reported:
	case say.logFormat.value == "json":
		data, _ := json.Marshal(r.Summary)
		a.ui.printf("%s\n", data)
	default:
		a.showSummary(r, err, tail)
	}
	switch {
	case err != nil:
		return resumable(r, err, tail)
	case r.Summary.Refused+r.Summary.InDoubt > 0:
		return partlyError{}
	}
	return nil
}

func (a *app) showSummary(r *rundir.Result, err error, tail string) {
	d, sum := r.Dir, r.Summary
	a.ui.printf("%s -> %s, %s\n", filepath.Base(d.Input.Path), d.AccountName(), d.Object)
	a.ui.printf("%s\n", countsLine(sum.Counts))
	if line := overlookedLine(sum.Stats); line != "" {
		a.ui.printf("  %s\n", line)
	}
	if sum.Warnings > 0 {
		a.ui.printf("  HubSpot warns about %s: see hubload_warning in results.csv\n", counted(sum.Warnings, "row"))
		a.showReasons("warning", sum.Warned)
	}
	took := time.Duration(sum.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	a.ui.printf("  %s, %s refused by the rate limit; %s, %s rows/s\n",
		counted(sum.Requests, "request"), grouped(sum.Limited), took, grouped(int64(sum.RowsPerSecond)))
	a.showReasons("refused", sum.Refusals)
	a.showReports(d)
	a.showFirst(r)
	for _, line := range next(d, sum.Counts, err, tail) {
		a.ui.printf("%s\n", line)
	}
}

// showDone says that there was nothing left to do in a run. The command ends as the
// run did: with a partlyError if not all rows exist.
func (a *app) showDone(r *rundir.Result, what string, err error) error {
	if err != nil {
		return err
	}
	a.ui.printf("%s: nothing was sent.\n%s\nreports: %s\n", what, countsLine(r.Summary.Counts), r.Dir.Path)
	if r.Summary.InDoubt > 0 && !r.Dir.Sandbox {
		a.ui.printf("next: hubload resolve %s looks for the rows in doubt\n", quoted(r.Dir.Path))
	} else if r.Summary.IDsUnknown > 0 && !r.Dir.Sandbox {
		a.ui.printf("next: hubload resolve %s looks for the ids that aren't known\n", quoted(r.Dir.Path))
	}
	a.showFirst(r)
	if !r.Complete() {
		return partlyError{}
	}
	return nil
}

// showFirst says how many rows were asked for, where these are not all.
func (a *app) showFirst(r *rundir.Result) {
	if first, rows := r.Dir.First, r.Summary.Rows; first > 0 && first < rows {
		a.ui.printf("%s of %s were asked for; the same command without --first goes on with the rest\n", grouped(first), counted(rows, "row"))
	}
}

// showReports says where the reports are.
func (a *app) showReports(d *rundir.Dir) {
	a.ui.printf("reports: %s\n", d.Path)
	if kept := d.KeptFailures(); kept != "" {
		a.ui.printf("somebody changed failures.csv; it is kept as %s\n", filepath.Join(d.Path, kept))
	}
}

// next says what the user can do about rows that aren't in HubSpot.
func next(d *rundir.Dir, c report.Counts, err error, tail string) (lines []string) {
	if c.Refused > 0 && err == nil {
		lines = append(lines,
			fmt.Sprintf("next: fix the %s in %s (hubload_message says why), then", counted(c.Refused, "refused row"), d.Failures()),
			"  hubload import "+quoted(d.Failures())+tail)
	}
	switch {
	case c.InDoubt == 0, d.Sandbox:
	case d.Key != "":
		lines = append(lines, "next: "+resumeKeyed(d, c.InDoubt, tail))
	default:
		lines = append(lines,
			fmt.Sprintf("next: %s in doubt (%s): perhaps in HubSpot, and not sent again; look in the account with", counted(c.InDoubt, "row"), d.InDoubt()),
			"  hubload resolve "+quoted(d.Path)+tail)
	}
	if c.IDsUnknown > 0 && c.InDoubt == 0 && !d.Sandbox {
		lines = append(lines,
			fmt.Sprintf("next: HubSpot's answer didn't say the id of %s; look in the account with", counted(c.IDsUnknown, "created row")),
			"  hubload resolve "+quoted(d.Path)+tail)
	}
	return lines
}

// resumeKeyed is what to do about rows in doubt that have a key: more than to look
// for them.
func resumeKeyed(d *rundir.Dir, doubts int64, tail string) string {
	return fmt.Sprintf("hubload resume %s looks up the %s in doubt by key, and sends what is missing", quoted(d.Path)+tail, counted(doubts, "row"))
}

// resumable adds to an error how to go on.
func resumable(r *rundir.Result, err error, tail string) error {
	sum := r.Summary
	switch code := exitCode(err); {
	case hintOf(err) != "", code == exitMismatch, code == exitUsage, r.Dir.Sandbox:
		return err
	case sum.Rows > 0 && sum.Pending == 0 && (sum.InDoubt == 0 || r.Dir.Key == ""):
		return err
	}
	return withHint(err, "go on with: hubload resume "+quoted(r.Dir.Path)+tail)
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
		a.ui.printf("  %s: %s %s%s; row %d, line %d: %s\n", what, grouped(r.Count), shown(r.Code), of, r.Row, r.Line, shown(r.Message))
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
	return fmt.Sprintf("  %s: %s created, %s existing, %s refused, %s in doubt, %s pending",
		counted(c.Rows, "row"), grouped(c.Created), grouped(c.Existing), grouped(c.Refused), grouped(c.InDoubt), grouped(c.Pending))
}
