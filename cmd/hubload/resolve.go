// hubload resolve RUN.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

type resolveFlags struct {
	assume  choiceFlag
	account accountFlags
	say     sayFlags
}

const (
	assumeAbsent  = "absent"
	assumeCreated = "created"
)

func (a *app) resolveCommand() *cobra.Command {
	f := resolveFlags{assume: choiceFlag{choices: []string{assumeAbsent, assumeCreated}}}
	cmd := &cobra.Command{
		Use:   "resolve RUN",
		Short: "look for the rows in doubt in the account",
		Long: `Looks for the rows in doubt of a run in the account, and writes its reports again.
It creates nothing. Rows of a mapping with a key are looked up by the key; others
among the records of the deals (or whatever else) that they are associated with: a
record that was created since the run began and has all values of a row is taken
for it. Rows that are found are existing from then on.

Rows that aren't found stay in doubt, for a lost request may be executed late, and
they may be found a few minutes later. What you know better can be said by hand, of
all rows that are still in doubt after a last look:
  --assume absent   they are refused, and can be imported from failures.csv
  --assume created  they exist, with ids that aren't known`,
		Example: "  hubload resolve " + runsDir + "/orders-1a2b3c4d\n  hubload resolve " + runsDir + "/orders-1a2b3c4d --assume absent",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runResolve(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Var(&f.assume, "assume", "what to hold of rows that aren't found")
	f.account.add(fs)
	f.say.addQuiet(fs)
	return cmd
}

func (a *app) runResolve(ctx context.Context, path string, f *resolveFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	d, m, mapper, err := a.reenter(path)
	if err != nil {
		return err
	}
	defer d.unlock()
	if done, err := a.noDoubts(d); done || err != nil {
		return err
	}
	conn, err := a.reconnect(ctx, d, m, &f.account)
	if err != nil {
		return err
	}
	defer conn.close()
	s := &session{dir: d, conn: conn, mapping: m, mapper: mapper, commandTail: f.account.commandTail()}
	a.ui.note("looking in %s, for rows in doubt of %s", d.accountName(), d.path)

	done, runErr := a.resolve(ctx, s, f)
	var changed *rows.MismatchError
	if errors.As(runErr, &changed) {
		return runErr // reports would show the changed rows as if they had been sent
	}
	counts, err := a.rewrite(d, m, runErr)
	if err := cmp.Or(runErr, err); err != nil {
		return s.lookAgain(err)
	}
	a.ui.printf("%s\n%s\nreports: %s\n", resolvedLine(done, f.assume.value), countsLine(counts), d.path)
	for _, line := range s.afterLook(counts) {
		a.ui.printf("%s\n", line)
	}
	return unsettled(counts)
}

// noDoubts reports whether there is nothing to look for, and says so. Its error is
// a partlyError when rows of the run aren't in HubSpot all the same.
func (a *app) noDoubts(d *runDir) (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		a.ui.printf("%s was not begun: no row is in doubt.\n", d.path)
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	p := progressOf(st)
	if p.InDoubt > 0 || len(st.OpenRows()) > 0 {
		return false, nil
	}
	a.ui.printf("no row of %s is in doubt.\n", d.path)
	if !p.finished() {
		a.ui.printf("next: hubload resume %s\n", quoted(d.path))
		return true, partlyError{}
	}
	a.ui.printf("%s\nreports: %s\n", p.line(), d.path)
	return true, unsettled(p.Counts)
}

// unsettled is a partlyError when there are rows that don't exist, or may not.
func unsettled(c report.Counts) error {
	if c.Refused+c.InDoubt+c.Pending > 0 {
		return partlyError{}
	}
	return nil
}

// resolve looks for the rows.
func (a *app) resolve(ctx context.Context, s *session, f *resolveFlags) (reconcile.Result, error) {
	j, st, err := s.dir.journal()
	if err != nil {
		return reconcile.Result{}, err
	}
	defer st.Close()
	rs := reconcile.Options{
		Open: func() (rows.Source, error) { return s.source() },
		Rows: rows.Config{Mapper: s.mapper, Key: s.dir.Key, KeyOf: s.keyOf()},
		API:  s.conn.Client, Limiter: s.conn.limiter, Journal: j, State: st, Logger: a.logger,
	}
	if rs.Rows.Positions, err = s.positions(ctx); err != nil {
		return reconcile.Result{}, cmp.Or(err, j.Close())
	}
	switch f.assume.value {
	case assumeAbsent:
		rs.Assume = reconcile.AssumeAbsent
	case assumeCreated:
		rs.Assume = reconcile.AssumeCreated
	}
	done, err := reconcile.Run(ctx, rs)
	return done, cmp.Or(err, j.Close())
}

// rewrite writes the reports again, with the counts and the exit code of now and
// the numbers of the import.
func (a *app) rewrite(d *runDir, m *mapping.Mapping, runErr error) (report.Counts, error) {
	counts, st, err := d.writeReports(m)
	if st != nil {
		defer st.Close()
	}
	if err != nil {
		return counts, fmt.Errorf("writing the reports: %w", err)
	}
	sum, err := report.ReadSummary(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return counts, nil // the import didn't come to its end
	}
	if err != nil {
		return counts, err
	}
	sum.Counts, sum.ExitCode = counts, exitCode(cmp.Or(runErr, unsettled(counts)))
	return counts, report.WriteSummary(d.path, sum)
}

// lookAgain adds to an error how to go on.
func (s *session) lookAgain(err error) error {
	var denied *call.DeniedError
	switch {
	case errors.As(err, &denied) && denied.Object == "":
		return withHint(err, "check that the token belongs to this account and hasn't expired; looking for rows takes the scopes crm.objects.line_items.read and, for rows of deals, crm.objects.deals.read")
	case hintOf(err) != "":
		return err
	}
	return withHint(err, "look once more with: hubload resolve "+quoted(s.dir.path)+s.commandTail)
}

func resolvedLine(r reconcile.Result, assumed string) string {
	line := fmt.Sprintf("looked for %s rows in doubt: %s found, %s not found", grouped(r.InDoubt), grouped(r.Found), grouped(r.Absent))
	if r.Several > 0 {
		line += fmt.Sprintf(", %s can't be told from others", grouped(r.Several))
	}
	if r.Unlooked > 0 {
		line += fmt.Sprintf(", %s with nowhere to look", grouped(r.Unlooked))
	}
	if r.Assumed > 0 {
		line += fmt.Sprintf("; %s assumed %s", grouped(r.Assumed), assumed)
	}
	return line
}

// afterLook says what the user can do now.
func (s *session) afterLook(c report.Counts) []string {
	run := quoted(s.dir.path)
	lines := s.next(report.Summary{Counts: report.Counts{Refused: c.Refused}}, nil)
	switch {
	case c.InDoubt > 0 && s.dir.Key != "":
		lines = append(lines, "next: "+s.resumeKeyed(c.InDoubt))
	case c.InDoubt > 0:
		lines = append(lines,
			fmt.Sprintf("next: %s says of each row what was seen; look again in a while, or say by hand what became of them:", s.dir.file(doubtName)),
			"  hubload resolve "+run+s.commandTail,
			"  hubload resolve "+run+s.commandTail+" --assume absent",
			"  hubload resolve "+run+s.commandTail+" --assume created")
	}
	if c.Pending > 0 && (c.InDoubt == 0 || s.dir.Key == "") {
		lines = append(lines, "next: hubload resume "+run+s.commandTail)
	}
	return lines
}
