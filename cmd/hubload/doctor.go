// hubload doctor: what an import would need and lacks.

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

const doctorHelp = `Looks at what an import would need: the token, the account, this computer's clock, the
scopes, the rate limit and the daily quota, the state directory and its ledger. It
only reads, and creates nothing in HubSpot.

A line with "note" is about something that some imports need; "fail" means that no import
can begin, and decides the exit code.`

type doctorFlags struct {
	object  string
	account accountFlags
	say     sayFlags
}

func (a *app) doctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "token, account, clock, scopes, limits, state directory: what an import would need and lacks",
		Long:  doctorHelp,
		Example: `  hubload doctor
  hubload doctor --token-file token.txt --log-format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runDoctor(cmd.Context(), &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.object, "object", "", "`TYPE` of the records that would be created; default: "+rundir.DefaultObject)
	f.account.add(fs)
	f.say.addResult(fs)
	return cmd
}

func (a *app) runDoctor(ctx context.Context, f *doctorFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o := a.options(&f.account)
	o.Object = f.object
	d := rundir.Diagnose(ctx, o)
	err := d.Err()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if a.ui.lines != nil {
		a.ui.document(struct {
			*rundir.Diagnosis
			ExitCode int `json:"exit_code"`
		}{d, exitCode(err)})
	} else {
		a.showDiagnosis(d)
	}
	if err != nil {
		return diagnosedError{err}
	}
	return nil
}

// A diagnosedError has the exit code of an error that was shown already.
type diagnosedError struct{ error }

func (e diagnosedError) Unwrap() error { return e.error }

// showDiagnosis prints a check a line, wrapped at 80 characters.
func (a *app) showDiagnosis(d *rundir.Diagnosis) {
	for _, c := range d.Findings {
		a.ui.wrapped(fmt.Sprintf("%-6s%-17s", c.State, c.Name), c.Text)
		if c.Fix != "" {
			a.ui.wrapped(fmt.Sprintf("%23s", ""), "→ "+c.Fix)
		}
	}
}
