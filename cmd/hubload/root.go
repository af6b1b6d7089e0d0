// The root command: the list of commands, and what holds for all of them.

package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `hubload loads a CSV into HubSpot: every row becomes a line item (or another CRM
object), with its properties and associations, up to 100 rows a request, as fast
as the account's rate limit allows. Every row is accounted for; none is created
twice.

The token comes from HUBSPOT_ACCESS_TOKEN or --token-file, or from
HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET and HUBSPOT_REFRESH_TOKEN. Every flag of
a command can also be set as HUBLOAD_NAME in the environment.`

const exitHelp = `
Exit codes:
  0  every row was created (or had been)
  1  could not go on: disk, network, an unexpected answer; resumable
  2  wrong usage, mapping or input; nothing was sent
  3  finished, and some rows were refused or are in doubt
  4  another process holds the run
  5  the run does not match: input, mapping or account changed
  6  stopped on purpose: daily quota, --max-failures, --max-changed; resumable
  7  not authorised: token missing, expired, or without the scope
  8  watch: an expected file has not come
  130, 143  interrupted: in-flight answers were taken, resumable
hubload help exit-codes says which of them a scheduler should repeat.
`

// An app is one execution of the program.
type app struct {
	system
	args   []string
	ui     *ui
	logger *slog.Logger
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "hubload",
		Short:         "load a CSV into HubSpot, every row accounted for",
		Long:          rootHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,

		SuggestionsMinimumDistance: 2,
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetIn(a.stdin)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if !cmd.HasParent() && len(a.args) > 0 && !strings.HasPrefix(a.args[0], "-") {
			return noSuchCommand(root, a.args) // of which the flag may be one
		}
		return wrongFlag(cmd, err)
	})
	version := root.Flags().Bool("version", false, "say which hubload this is")
	root.AddCommand(
		a.importCommand(),
		a.checkCommand(),
		a.mapCommand(),
		a.resumeCommand(),
		a.resolveCommand(),
		a.undoCommand(),
		a.reportCommand(),
		a.statusCommand(),
		a.doctorCommand(),
		a.watchCommand(),
		a.pruneCommand(),
		a.sandboxCommand(),
		a.versionCommand(),
	)
	root.AddCommand(a.topics(root)...)
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *version {
			a.sayVersion()
			return nil
		}
		return cmd.Help()
	}
	// Not by a template: text/template calls methods by their names, so that the linker
	// keeps all there are: a sixth of the program.
	usage := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		err := usage(cmd)
		fmt.Fprint(cmd.OutOrStderr(), exitHelp)
		return err
	})
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return a.fromEnvironment(cmd)
	}
	for _, c := range root.Commands() {
		c.Args = asUsage(c.Args)
		complete(c)
	}
	return root
}

// variableOf is the variable that a flag is set by.
func variableOf(flag string) string {
	return "HUBLOAD_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// typedOnly marks a flag that no variable sets: HUBLOAD_YES is for imports, and must not
// let an undo archive without a question.
const typedOnly = "typed only"

// fromVariable reports whether a flag can be set by a variable.
func fromVariable(f *pflag.Flag) bool { return f.Name != "help" && f.Annotations[typedOnly] == nil }

// fromEnvironment sets the flags that the command line doesn't from HUBLOAD_NAME.
func (a *app) fromEnvironment(cmd *cobra.Command) error {
	var err error
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(f.Name)
		value := a.getenv(name)
		if f.Changed || value == "" || !fromVariable(f) || err != nil {
			return
		}
		if e := cmd.Flags().Set(f.Name, value); e != nil {
			err = usageError{fmt.Errorf("%s in the environment: %w", name, e)}
		}
	})
	return err
}
