// hubload undo RUN.

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rundir"
)

type undoFlags struct {
	dry, yes bool
	confirm  int64
	changed  choiceFlag
	rows     spansFlag
	account  accountFlags
	how      runFlags
	say      sayFlags
}

const (
	changedKeep    = "keep"
	changedArchive = "archive"
)

func (a *app) undoCommand() *cobra.Command {
	f := undoFlags{confirm: -1, changed: choiceFlag{changedKeep, []string{changedKeep, changedArchive}}}
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "archive what a run created, and write back what it changed",
		Long: `Archives the records that a run created, after it has asked. It reads each record
first, and keeps those that somebody has changed since, that are older than the run, or
that another app created. Rows that the run found in the account, and rows in doubt,
are never touched. At the end it looks whether all that it archived is gone.

Records that a run in mode upsert or update changed get their old values back, from
before.csv, where they still hold what the run wrote.

undo.csv in the run directory says what became of each record. Interrupted, the same
command goes on. When nothing of the run is left, its file can be imported again.

HubSpot keeps archived records in its recycling bin for 90 days. Restoring them is done
by hand there. Amounts of deals, and workflows, follow.

Exit codes: 0 all are archived, restored or gone, 3 some are kept, others as below.`,
		Example: "  hubload undo " + rundir.Root + "/orders-1a2b3c4d --dry-run\n  hubload undo " + rundir.Root + "/orders-1a2b3c4d\n  hubload undo " + rundir.Root + "/orders-1a2b3c4d --rows 1-500,917 --confirm 501",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runUndo(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.BoolVar(&f.dry, "dry-run", false, "write nothing: read the records, and write into undo.csv what would be done")
	fs.Int64Var(&f.confirm, "confirm", -1, "don't ask: go on if the plan has `N` records; any other number is refused")
	fs.BoolVar(&f.yes, "yes", false, "don't ask, whatever the number; HUBLOAD_YES doesn't set it")
	must(fs.SetAnnotation("yes", typedOnly, []string{"true"}))
	fs.Var(&f.changed, "changed", "what to do with records whose values are no longer those that were sent")
	fs.Var(&f.rows, "rows", "only these `ROWS`, by hubload_row, such as 1-500,917")
	f.account.add(fs)
	f.how.addRate(fs)
	f.say.add(fs)
	return cmd
}

func (a *app) runUndo(ctx context.Context, path string, f *undoFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o := a.options(&f.account)
	f.how.set(&o)
	view := undoView{app: a, say: &f.say, stop: func() {}}
	if f.dry {
		view.start()
	}
	result, err := rundir.Undo(ctx, path, rundir.UndoOptions{
		Rows: f.rows.spans, ArchiveChanged: f.changed.value == changedArchive, DryRun: f.dry,
		Confirm: func(p rundir.UndoPlan) error {
			err := a.confirmUndo(ctx, p, f)
			if err == nil {
				view.start()
			}
			return err
		},
		Progress: view.set,
	}, o)
	view.stop()
	if result == nil {
		return err
	}
	a.ui.log.open(result.Plan.Dir.Path)
	switch {
	case err != nil && hintOf(err) == "":
		err = withHint(err, "go on with the same command: what is archived stays archived")
	case err == nil && !result.Complete() && !f.dry:
		err = partlyError{}
	}
	steps := f.next(result)
	switch {
	case a.ui.lines != nil:
		a.ui.document(newUndoing(result, f.dry, endOf(err), steps))
	case err == nil || is[partlyError](err):
		a.showUndone(result, f.dry)
		a.showSteps(steps)
	}
	return err
}

// confirmUndo asks before the first record is archived.
func (a *app) confirmUndo(ctx context.Context, p rundir.UndoPlan, f *undoFlags) error {
	command := "hubload undo " + quoted(p.Dir.Path) + f.commandTail()
	switch {
	case f.yes:
		return nil
	case f.confirm == p.Records:
		return nil
	case f.confirm >= 0:
		return usageError{withHint(fmt.Errorf("the plan has %s, not %d: nothing was archived", counted(p.Records, "record"), f.confirm),
			"look at the plan with: "+command+" --dry-run")}
	case !a.asks():
		return usageError{withHint(fmt.Errorf("%s of %s would be %s in %s, and there is nobody to ask", counted(p.Records, "record"), p.Dir.Path, undoes(p), p.Dir.AccountName()),
			fmt.Sprintf("look at the plan with --dry-run; then: %s --confirm %d", command, p.Records))}
	}
	var what, bin string
	if n := p.Left - p.Updated; n > 0 {
		what = fmt.Sprintf("archives %s that the run created", counted(n, "record"))
		bin = "HubSpot keeps archived records in its recycling bin for 90 days; restoring is by hand\nthere. Amounts of deals, and workflows, follow.\n"
	}
	if p.Updated > 0 {
		if what != "" {
			what += ", and "
		}
		what += fmt.Sprintf("writes the old values back into %s that it changed", counted(p.Updated, "record"))
	}
	answer, err := a.ask(ctx, fmt.Sprintf("hubload undo %s.\nThe run: %s into %s as %s, on %s.\n%s%sType %d to go on: ",
		what, p.Dir.Input.Path, p.Dir.AccountName(), p.Dir.Object, p.Dir.Started.Local().Format("2006-01-02 15:04"), untouched(p), bin, p.Records))
	if err != nil {
		return err
	}
	answer = strings.ReplaceAll(answer, ",", "")
	if answer != strconv.FormatInt(p.Records, 10) {
		return usageError{errors.New("not confirmed: nothing was archived")}
	}
	return nil
}

// An undoView shows how far an undo is.
type undoView struct {
	*app
	say            *sayFlags
	stop           func()
	settled, total atomic.Int64
}

func (v *undoView) set(settled, of int64) {
	v.settled.Store(settled)
	v.total.Store(of)
}

// line says what is being done.
func (v *undoView) line() string {
	if n := v.settled.Load(); n < v.total.Load() || n == 0 {
		return counted(n, "record")
	}
	return "looking whether all of them are gone"
}

func (v *undoView) start() {
	switch v.say.progressMode(v.app) {
	case "bar":
		bar := progressbar.NewOptions64(1, progressbar.OptionSetWriter(v.ui.err), progressbar.OptionSetWidth(10),
			progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(barEvery/2))
		v.ui.barred.Store(true)
		v.stop = v.every(barEvery, func(last bool) {
			if last {
				v.ui.clear()
				v.ui.barred.Store(false)
				return
			}
			bar.ChangeMax64(max(v.total.Load(), 1))
			bar.Describe(v.line())
			bar.Set64(v.settled.Load())
		})
	case "plain":
		logger := v.plainLog(v.say)
		v.stop = v.every(plainEvery, func(last bool) {
			if !last {
				logger.Info(v.line(), "records", v.total.Load(), "settled", v.settled.Load())
			}
		})
	}
}

// commandTail is what the same command needs of the flags, to be copied.
func (f *undoFlags) commandTail() string {
	tail := ""
	if f.changed.value == changedArchive {
		tail += " --changed " + changedArchive
	}
	if len(f.rows.spans) > 0 {
		tail += " --rows " + f.rows.String()
	}
	return tail + f.account.commandTail()
}

// undoes says what becomes of the records of a plan.
func undoes(p rundir.UndoPlan) string {
	switch p.Updated {
	case 0:
		return "archived"
	case p.Left:
		return "given their old values"
	}
	return "archived or given their old values"
}

// untouched says what of the run stays as it is, as lines.
func untouched(p rundir.UndoPlan) string {
	text := ""
	if p.Existing > 0 {
		text += fmt.Sprintf("%s that the run found in the account stay as they are.\n", counted(p.Existing, "record"))
	}
	if n := p.InDoubt + p.IDsUnknown; n > 0 {
		text += fmt.Sprintf("%s stay as they are, because their records aren't known. To find them: hubload resolve %s\n", counted(n, "row"), quoted(p.Dir.Path))
	}
	return text
}

// An undoing says for programs what became of a run's records.
type undoing struct {
	Directory  string `json:"directory"`
	Account    string `json:"account"`
	DryRun     bool   `json:"dry_run"`
	Records    int64  `json:"records"`
	Archived   int64  `json:"archived"` // with dry_run: would be, like the next one
	Restored   int64  `json:"restored"`
	Gone       int64  `json:"gone"`
	Changed    int64  `json:"changed"`
	Foreign    int64  `json:"foreign"`
	Refused    int64  `json:"refused"`
	Existing   int64  `json:"existing"` // rows that stay as they are, like the next two
	InDoubt    int64  `json:"in_doubt"`
	IDsUnknown int64  `json:"ids_unknown"`
	Report     string `json:"report,omitempty"`
	Next       []step `json:"next,omitempty"`
	end
}

func newUndoing(r *rundir.Undone, dry bool, e end, steps []step) undoing {
	p, c := r.Plan, r.Fates
	return undoing{p.Dir.Path, p.Dir.AccountName(), dry, p.Records, c.Archived, c.Restored, c.Gone, c.Changed, c.Foreign, c.Refused, p.Existing, p.InDoubt, p.IDsUnknown, r.Report, steps, e}
}

func (a *app) showUndone(r *rundir.Undone, dry bool) {
	d := r.Plan.Dir
	if r.Nothing {
		a.ui.printf("nothing to undo: no record that %s created or changed is left.\n%s", d.Path, untouched(r.Plan))
		return
	}
	c, archived := r.Fates, "archived"
	if dry {
		archived = "would be archived"
	}
	if c.Restored > 0 || r.Plan.Updated > 0 {
		archived += fmt.Sprintf(", %s with old values", grouped(c.Restored))
	}
	kept := c.Changed + c.Foreign + c.Refused
	a.ui.printf("%s of %s in %s: %s %s, %s gone already, %s kept\n",
		counted(r.Plan.Records, "record"), d.Path, d.AccountName(), grouped(c.Archived), archived, grouped(c.Gone), grouped(kept))
	if kept > 0 {
		a.ui.printf("  kept: %s changed, %s not the run's own, %s refused by HubSpot\n", grouped(c.Changed), grouped(c.Foreign), grouped(c.Refused))
	}
	a.ui.printf("%sreport: %s\n", untouched(r.Plan), r.Report)
	if !dry && c.Changed == 0 && !d.Undone.IsZero() {
		a.ui.printf("nothing of the run is left: %s can be imported again.\n", shown(d.Input.Path))
	}
}

// next says what can be done after an undo.
func (f *undoFlags) next(r *rundir.Undone) []step {
	command := "hubload undo " + quoted(r.Plan.Dir.Path)
	switch {
	case r.Nothing:
	case f.dry:
		return []step{{"look at " + r.Report + "; to go on:", fmt.Sprintf("%s%s --confirm %d", command, f.commandTail(), r.Plan.Records)}}
	case r.Fates.Changed > 0 && r.Plan.Records > r.Plan.Updated:
		return []step{{"look at the changed records in " + r.Report + "; to archive them too:", command + " --changed " + changedArchive + f.account.commandTail()}}
	}
	return nil
}

// spansFlag is a list of rows.
type spansFlag struct{ spans []journal.Span }

func (f *spansFlag) Type() string { return "ROWS" }

func (f *spansFlag) String() string {
	var parts []string
	for _, sp := range f.spans {
		part := strconv.FormatInt(sp.From, 10)
		if sp.To != sp.From {
			part += "-" + strconv.FormatInt(sp.To, 10)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

func (f *spansFlag) Set(s string) error {
	f.spans = nil
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		var sp journal.Span
		var errFrom, errTo error
		sp.From, errFrom = strconv.ParseInt(strings.TrimSpace(from), 10, 64)
		sp.To, errTo = strconv.ParseInt(strings.TrimSpace(to), 10, 64)
		if errFrom != nil || errTo != nil || sp.From < 1 || sp.To < sp.From {
			return fmt.Errorf("%q is not a list of rows; write it as 1-500,917", s)
		}
		f.spans = append(f.spans, sp)
	}
	return nil
}
