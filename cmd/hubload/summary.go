// The summary: what a run came to, on stdout.

package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
)

// showSummary prints what the run came to and what to do next.
func (a *app) showSummary(s *session, sum report.Summary, runErr error) {
	if s.say.logFormat.value == "json" {
		data, _ := json.Marshal(sum)
		a.ui.printf("%s\n", data)
		return
	}
	a.ui.printf("%s -> %s, %s\n", filepath.Base(s.dir.Input.Path), s.dir.accountName(), s.dir.Object)
	a.ui.printf("%s\n", countsLine(sum.Counts))
	took := time.Duration(sum.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	a.ui.printf("  %s requests, %s refused by the rate limit; %s, %s rows/s\n",
		grouped(sum.Requests), grouped(sum.Limited), took, grouped(int64(sum.RowsPerSecond)))
	a.ui.printf("reports: %s\n", s.dir.path)
	for _, line := range s.next(sum, runErr) {
		a.ui.printf("%s\n", line)
	}
}

// next says what the user can do about rows that aren't in HubSpot.
func (s *session) next(sum report.Summary, runErr error) (lines []string) {
	if sum.Refused > 0 && runErr == nil {
		failures := s.dir.file(failedName)
		lines = append(lines,
			fmt.Sprintf("next: mend the %s refused rows in %s (hubload_message says why), then", grouped(sum.Refused), failures),
			"  hubload import "+quoted(failures)+s.commandTail)
	}
	switch {
	case sum.InDoubt == 0, s.dir.Sandbox:
	case s.dir.Key != "":
		lines = append(lines, "next: "+s.resumeKeyed(sum.InDoubt))
	default:
		lines = append(lines,
			fmt.Sprintf("next: the %s rows of %s may be in HubSpot or not, and are not sent again; look for them with", grouped(sum.InDoubt), s.dir.file(doubtName)),
			"  hubload resolve "+quoted(s.dir.path)+s.commandTail)
	}
	return lines
}

// resumeKeyed is what to do about rows in doubt that have a key: more than to look
// for them.
func (s *session) resumeKeyed(doubts int64) string {
	return fmt.Sprintf("hubload resume %s looks the %s rows in doubt up by their key, and sends what is missing", quoted(s.dir.path)+s.commandTail, grouped(doubts))
}

func countsLine(c report.Counts) string {
	return fmt.Sprintf("  %s rows: %s created, %s existing, %s refused, %s in doubt, %s pending",
		grouped(c.Rows), grouped(c.Created), grouped(c.Existing), grouped(c.Refused), grouped(c.InDoubt), grouped(c.Pending))
}

// A tally is how far a run is by its journal alone.
type tally struct {
	report.Counts
	complete bool // the number of rows is known
}

// progressOf counts the rows in flight as pending: a live process will settle
// them, or the next one.
func progressOf(st *journal.State) tally {
	c := st.Counts()
	t := tally{Counts: report.Counts{Created: c.Created, Existing: c.Existing, Refused: c.Refused, InDoubt: c.InDoubt}}
	t.Rows, t.complete = st.Rows()
	t.Pending = t.Rows - t.settled()
	return t
}

func (t tally) settled() int64 { return t.Created + t.Existing + t.Refused + t.InDoubt }

func (t tally) finished() bool { return t.complete && t.Pending == 0 }

// finished reports whether there is nothing left that going on with the run could
// do. With a key rows in doubt can be looked up.
func (d *runDir) finished(t tally) bool {
	return t.finished() && (t.InDoubt == 0 || d.Key == "")
}

func (t tally) line() string { return countsLine(t.Counts) }
