// A session: one process's share of a run, from the first row to the reports.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// runFlags say how a run goes about it.
type runFlags struct {
	limit       limitFlag
	share       rangeFlag
	workers     rangeFlag
	batchSize   rangeFlag
	maxFailures thresholdFlag
	waitDaily   bool
	excelSafe   bool
}

func (f *runFlags) add(fs *pflag.FlagSet) {
	f.share = rangeFlag{min: 1, max: 100, unit: "PCT"}
	f.workers = rangeFlag{min: 1, max: 512, unit: "N"}
	f.batchSize = rangeFlag{min: 1, max: api.MaxBatch, unit: "N"}
	fs.Var(&f.limit, "limit", "cap on the rate, such as 190/10s; default: what the server's headers say")
	fs.Var(&f.share, "share", "leave the rest of the limit to other apps; default 100")
	fs.Var(&f.workers, "workers", "most requests in flight; default: adapts")
	fs.Var(&f.batchSize, "batch-size", "rows a request, 1 to 100; default 100")
	fs.Var(&f.maxFailures, "max-failures", "stop (exit 6) when more rows are refused; always after 1,000 refused in a row")
	fs.BoolVar(&f.waitDaily, "wait-daily", false, "sleep through an exhausted daily quota rather than stop")
	fs.BoolVar(&f.excelSafe, "excel-safe", false, "neutralise every cell of the reports; an import of such a report undoes it")
}

// A session is what is needed to work on a run that this process has locked.
type session struct {
	dir     *runDir
	conn    *connection
	mapping *mapping.Mapping
	mapper  *mapping.Mapper
	flags   *runFlags
	say     *sayFlags

	commandTail string // flags that a next command needs
}

// execute runs the import and leaves reports behind, whatever comes.
func (a *app) execute(ctx context.Context, s *session) error {
	d := s.dir
	started := a.now()
	j, st, err := d.journal()
	if err != nil {
		return err
	}
	if st != nil {
		defer st.Close()
		if torn := st.Torn(); torn > 0 {
			a.ui.note("the journal ended in the middle of a record, as after a crash: %d bytes were cut off", torn)
		}
	}
	a.ui.note("%s goes into %s as %s; run directory %s", shown(d.Input.Path), d.accountName(), d.Object, d.path)

	progress := new(importer.Progress)
	runErr := a.runImporter(ctx, s, j, st, progress)
	closeErr := j.Close()

	var changed *rows.MismatchError
	if errors.As(runErr, &changed) {
		return runErr // reports would show the changed rows as if they had been sent
	}
	summary, reportErr := a.finish(s, progress, started, runErr)
	err = cmp.Or(runErr, closeErr, reportErr)
	if reportErr == nil {
		a.showSummary(s, summary, err)
	}
	switch {
	case err != nil:
		return a.resumable(s, summary, err)
	case summary.Refused+summary.InDoubt > 0:
		return partlyError{}
	}
	return nil
}

// runImporter puts the rooms together.
func (a *app) runImporter(ctx context.Context, s *session, j *journal.Journal, st *journal.State, progress *importer.Progress) error {
	src, err := s.source()
	if err != nil {
		return err
	}
	defer src.Close()
	im := importer.Import{
		Source: src, Mapper: s.mapper, API: s.conn.Client, Name: s.dir.Run, Journal: j, State: st,
		Limiter:   s.conn.limiter,
		Key:       s.dir.Key,
		BatchSize: s.flags.batchSize.n, Workers: s.flags.workers.n, MaxRefused: s.flags.maxFailures.Threshold,
		Progress: progress, Logger: a.logger,
	}
	if s.flags.waitDaily {
		im.DailyReset = s.conn.dailyReset
	}
	memory := memoryOf(a.getenv)
	im.KeyProved = s.dir.Sandbox || im.Key != "" && memory.keyProved(s.dir)
	im.KeyOf = s.keyOf()
	if im.Key != "" && im.KeyOf == nil {
		im.Duplicates, err = rows.FindDuplicates(ctx, func() (rows.Source, error) { return s.source() }, s.mapper)
		if err != nil {
			return passError(ctx, "looking for keys that several rows share", err)
		}
	}
	if im.Positions, err = s.positions(ctx); err != nil {
		return err
	}
	if s.conn.box != nil {
		if err := furnish(ctx, s.conn.box, s.mapper, func() (rows.Source, error) { return s.source() }); err != nil {
			return err
		}
	}
	header := src.Header()
	if src.restore {
		restoreAll(header)
	}
	src.notices = noticesOf(s.mapping, header)
	stop := a.showProgress(s, progress, src.Offset, s.conn.limiter.Limit)
	err = importer.Run(ctx, im)
	stop()
	src.notices.say(a.ui, src.Blank())
	if err != nil {
		return err
	}
	if progress.Now().Read == 0 {
		a.ui.note("the file has a header and no rows")
	}
	if im.Key != "" && !s.dir.Sandbox && progress.Now().Created > 0 {
		memory.rememberKey(s.dir)
	}
	return nil
}

// keyOf returns the keys of a mapping that leaves them to the rows' numbers, else nil.
func (s *session) keyOf() func(row int64) string {
	if s.dir.Key == "" || !s.mapping.Key.Auto {
		return nil
	}
	return rows.AutoKey(s.dir.BaseURL, strconv.FormatInt(s.dir.Account, 10), s.dir.Object, s.dir.Input.SHA256, string(s.mapping.Encode()))
}

// positions finds out how the rows of the run are numbered, nil when they aren't.
func (s *session) positions(ctx context.Context) (*rows.Positions, error) {
	p, err := rows.FindPositions(ctx, func() (rows.Source, error) { return s.source() }, s.mapper)
	return p, passError(ctx, "numbering the rows", err)
}

// passError says which pass over the input went wrong before the first request.
func passError(ctx context.Context, pass string, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return usageError{fmt.Errorf("%s: %w", pass, err)}
}

// source opens the input from its start.
func (s *session) source() (*source, error) {
	r, err := s.dir.open(s.mapping)
	if err != nil {
		return nil, err
	}
	return &source{Reader: r, restore: s.dir.Restore, unmended: report.Unmended(r.Header())}, nil
}

// open opens the run's input in the form that its mapping says.
func (d *runDir) open(m *mapping.Mapping) (*csvfile.Reader, error) {
	return csvfile.Open(d.inputPath(), csvfile.Options{Encoding: m.CSV.Encoding, Delimiter: m.CSV.Delimiter, Columns: m.Columns()})
}

// finish writes the reports from what is on disk, so that they are what a later
// report command would write.
func (a *app) finish(s *session, progress *importer.Progress, started time.Time, runErr error) (report.Summary, error) {
	counts, st, err := s.dir.writeReports(s.mapping)
	if err != nil && !errors.Is(err, report.ErrIncomplete) {
		return report.Summary{}, fmt.Errorf("writing the reports: %w", err)
	}
	defer st.Close()
	now := a.now()
	code := exitCode(runErr)
	if runErr == nil && counts.Refused+counts.InDoubt > 0 {
		code = exitRefused
	}
	snap := progress.Now()
	summary := s.dir.summary(counts, st)
	summary.Seconds, summary.Finished, summary.ExitCode = now.Sub(started).Seconds(), now, code
	summary.SessionRows = snap.Created + snap.Existing + snap.Refused + snap.InDoubt - snap.Carried
	if summary.Seconds > 0 {
		summary.RowsPerSecond = float64(summary.SessionRows) / summary.Seconds
	}
	return summary, report.WriteSummary(s.dir.path, summary)
}

// writeReports makes the reports again from input and journal. The caller closes
// the state, which is there with a report.ErrIncomplete too.
func (d *runDir) writeReports(m *mapping.Mapping) (report.Counts, *journal.State, error) {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return report.Counts{}, nil, err
	}
	src := report.Source{
		Open:        func() (*csvfile.Reader, error) { return d.open(m) },
		Mapper:      m.Compile,
		Neutralised: d.Restore,
	}
	counts, err := report.Write(d.path, src, st, report.Options{ExcelSafe: d.ExcelSafe})
	if err != nil && !errors.Is(err, report.ErrIncomplete) {
		st.Close()
		return counts, nil, err
	}
	return counts, st, err
}

// resumable adds to an error how to go on.
func (a *app) resumable(s *session, summary report.Summary, err error) error {
	if hintOf(err) != "" {
		return err
	}
	switch code := exitCode(err); {
	case code == exitMismatch, code == exitUsage, s.dir.Sandbox:
		return err
	case summary.Rows > 0 && summary.Pending == 0 && (summary.InDoubt == 0 || s.dir.Key == ""):
		return err
	}
	return withHint(err, "go on with: hubload resume "+quoted(s.dir.path)+s.commandTail)
}

// mendReports writes the reports of a finished run whose process died, or ran out
// of disk, before they were complete. The summary is written last. Then nobody has
// heard how the run ended: the error is a partlyError if not all rows exist.
func (d *runDir) mendReports(p tally) error {
	if sum, err := report.ReadSummary(d.path); err == nil && sum.Counts == p.Counts {
		return nil
	}
	m, err := d.mapping()
	if err != nil {
		return err
	}
	counts, st, err := d.writeReports(m)
	if st != nil {
		defer st.Close()
	}
	if err != nil {
		return fmt.Errorf("writing the reports: %w", err)
	}
	sum := d.summary(counts, st)
	sum.Finished = time.Now()
	if counts.Refused+counts.InDoubt == 0 {
		return report.WriteSummary(d.path, sum)
	}
	sum.ExitCode = exitRefused
	return cmp.Or(report.WriteSummary(d.path, sum), error(partlyError{}))
}

// summary is what the run directory says of the whole run.
func (d *runDir) summary(counts report.Counts, st *journal.State) report.Summary {
	return report.Summary{
		Counts:   counts,
		Requests: st.Intents(),
		Limited:  st.Returns("limited"),
		Retries:  st.Retries(),
		Run:      d.Run,
		Input:    d.Input.Path,
		Object:   d.Object,
		Account:  d.Account,
		Started:  d.Started,
	}
}

// dailyReset asks when the daily quota is fresh again.
func (c *connection) dailyReset(ctx context.Context) (time.Time, error) {
	usage, err := patiently(ctx, counted(c, c.DailyUsage))
	var answer *hubspot.Error
	if errors.As(err, &answer) || err == nil && usage.ResetsAt.IsZero() {
		// The path may be refused like all others today: look again in an hour.
		return time.Now().Add(time.Hour), nil
	}
	return usage.ResetsAt, err
}

// name is how messages call the account.
func (c *connection) name() string {
	return (&runDir{request: request{Sandbox: c.sandbox, Account: c.account, BaseURL: c.baseURL}}).accountName()
}

func (d *runDir) accountName() string {
	switch {
	case d.Sandbox:
		return "a throw-away account"
	case d.Account == 0:
		return "the account at " + d.BaseURL
	}
	return fmt.Sprintf("account %d", d.Account)
}

func (a *app) now() time.Time { return time.Now() }

// rate is what the flags say about it.
func (f *runFlags) rate() ratelimit.Options {
	return ratelimit.Options{Cap: f.limit.Limit, Share: f.share.n}
}
