// The reports of a run, written from its input and its journal.

package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/mapping"
)

// nothingLeft reports whether going on with the run could do nothing more. With a key
// rows in doubt can be looked up.
func (d *Dir) nothingLeft(t Tally) bool {
	return t.Finished() && (t.InDoubt == 0 || d.Key == "")
}

// whenFinished returns the result of a run with nothing left to do, and nil of another
// one. Where the process died, or the disk was full, before the reports were complete,
// they are written now.
func (d *Dir) whenFinished() (*Result, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	t := tallyOf(st)
	if d.More || !d.nothingLeft(t) {
		return nil, nil
	}
	if err := d.checkPartlyUndone(t); err != nil {
		return nil, err
	}
	sum, err := report.ReadSummary(d.Path)
	if d.First > 0 {
		t.Rows, t.Pending = sum.Rows, sum.Pending // the journal ends where the rows do that were asked for
	}
	if err == nil && sum.Counts == t.Counts {
		return &Result{Dir: d, Summary: sum, Done: true}, nil // it is written last
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		if err := d.checkReported(sum, st); err != nil {
			return nil, err
		}
	}
	result, err := d.repairReports()
	if result == nil {
		result = &Result{Dir: d, Summary: report.Summary{Counts: t.Counts}}
	}
	result.Done = true
	return result, err
}

func (d *Dir) repairReports() (*Result, error) {
	m, err := d.mapping()
	if err != nil {
		return nil, err
	}
	counts, st, err := d.writeReports(m)
	if st != nil {
		defer st.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("writing the reports: %w", err)
	}
	result := &Result{Dir: d, Summary: d.summary(counts, st)}
	result.Summary.Finished, result.Summary.Odd = time.Now(), d.odd(m)
	result.Summary.ExitCode = new(Options).exitCode(nil, result.Complete())
	return result, d.writeSummary(result.Summary)
}

// Report writes the reports of a run again, from its input and its journal, also
// while the run is going on. It returns the counts with an error that matches
// [report.ErrIncomplete] too.
func Report(path string) (*Result, error) {
	d, err := Open(path)
	if err != nil {
		return nil, err
	}
	m, err := d.mapping()
	if err != nil {
		return nil, err
	}
	counts, st, err := d.writeReports(m)
	if st == nil {
		return nil, inputError(err)
	}
	defer st.Close()
	result := &Result{Dir: d, Summary: report.Summary{Counts: counts}}
	updateErr := report.UpdateSummary(d.Path, st, func(sum *report.Summary) {
		sum.Counts, sum.Refusals, sum.Warned, sum.Odd = counts, d.found.Refusals(), d.found.Warned(), d.odd(m)
		result.Summary = *sum
	})
	if updateErr == nil && !result.Summary.Finished.IsZero() {
		updateErr = d.writePage(result.Summary)
	}
	if updateErr != nil {
		return nil, updateErr
	}
	return result, err
}

// writeReports makes the reports again from input and journal. The caller closes
// the state, which is there with a report.ErrIncomplete too.
func (d *Dir) writeReports(m *mapping.Mapping) (report.Counts, *journal.State, error) {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return report.Counts{}, nil, err
	}
	src := report.Source{
		Open:        func() (*csvfile.Reader, error) { return d.input(m) },
		Mapper:      m.Compile,
		Neutralised: d.Restore,
	}
	d.found = report.Findings{}
	counts, err := report.Write(d.Path, src, st, report.Options{ExcelSafe: d.ExcelSafe, Differs: d.Key != "" && m.Mode == mapping.Create, Kept: func(name string) { d.kept = name }, Findings: &d.found, Warnings: d.cutWarnings()})
	if err != nil && !errors.Is(err, report.ErrIncomplete) {
		st.Close()
		return counts, nil, err
	}
	return counts, st, err
}

// writeSummary writes what stands beside the reports that were just written: the numbers,
// and the page for people.
func (d *Dir) writeSummary(sum report.Summary) error {
	return errors.Join(report.WriteSummary(d.Path, sum), d.writePage(sum))
}

func (d *Dir) writePage(sum report.Summary) error {
	tail := ""
	switch {
	case d.Sandbox:
		tail = " --sandbox"
	case d.BaseURL != DefaultBaseURL:
		tail = " --base-url " + shellWord(d.BaseURL)
	}
	return report.WritePage(d.Path, report.Place{
		Account: d.AccountName(),
		Redo:    "hubload import " + shellWord(d.Failures()) + tail,
		Resolve: "hubload resolve " + shellWord(d.Path),
	}, sum, &d.found)
}

// shellWord quotes a word of a command for the shells of Unix, if it needs that.
func shellWord(word string) string {
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_./:@%+=,", c)
	}
	if word != "" && strings.IndexFunc(word, func(c rune) bool { return !plain(c) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// summary is what the run directory says of the whole run.
func (d *Dir) summary(counts report.Counts, st *journal.State) report.Summary {
	return report.Summary{
		Counts:   counts,
		Refusals: d.found.Refusals(), Warned: d.found.Warned(),
		Requests: st.Intents(),
		Limited:  st.Returns("limited"),
		Retries:  st.Retries(),
		Run:      d.ID,
		Input:    d.Input.Path,
		Object:   d.Object,
		Account:  d.Account,
		First:    d.First,
		Started:  d.Started,

		SentOtherwise: int64(len(d.sentOtherwise())),
	}
}

// Reports are the paths of the reports that are there, by what they are: results, failures,
// in_doubt, summary and page.
func (d *Dir) Reports() map[string]string {
	paths := map[string]string{}
	for what, name := range map[string]string{"results": resultsName, "failures": failedName, "in_doubt": doubtName, "summary": "summary.json", "page": "report.html"} {
		if _, err := os.Lstat(d.file(name)); err == nil {
			paths[what] = d.file(name)
		}
	}
	return paths
}
