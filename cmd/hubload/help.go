// Help on what is not a command.

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/mapping"
)

const exitCodesHelp = `How a command ended, and whether a scheduler should start it again by itself.

  0    every row was created, or had been        nothing is left to do
  1    could not go on: disk, network, an        yes, the same command: it goes on
       unexpected answer
  2    wrong usage, mapping or input; nothing    no: a person has to change something
       was sent
  3    finished, and some rows were refused or   no: fix them in failures.csv, or look
       are in doubt                              for them with hubload resolve
  4    another process holds the run             yes, later
  5    the run does not match: input, mapping    no: a person has to decide; the error
       or account changed                        says between what
  6    stopped on purpose                        daily quota: yes, the next day;
                                                 --max-failures: no
  7    not authorised: token missing, expired,   no: renew the token, then the same
       or without the scope                      command goes on
  8    watch: an expected file has not come      no: ask whoever sends it
  130  interrupted (Ctrl-C)                      yes, the same command: it goes on
  143  terminated                                yes, the same command: it goes on

The same command given again never creates a row twice, and ends with the run's exit
code when nothing is left to do: 3 stays 3 until the rows are fixed.`

const environmentHelp = `Credentials, one of:
  HUBSPOT_ACCESS_TOKEN    a service key, or a private app's token
  HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET, HUBSPOT_REFRESH_TOKEN
                          of an OAuth app; the access token is renewed by itself

Where things are:
  XDG_STATE_HOME          the state directory is hubload/ below it: the ledger of what
                          went where, and the shared rate window. Without it
                          ~/.local/state; on Windows %LocalAppData%
  HTTPS_PROXY, NO_PROXY   the proxy to HubSpot, and what needs none
  SSL_CERT_FILE           certificates to trust, in place of the system's

Each flag can be given as a variable; the command line wins:
`

// topics are what hubload help knows besides commands.
func (a *app) topics(root *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{
		{Use: "mapping", Short: "what can stand in a mapping", Long: mapping.Reference},
		{Use: "exit-codes", Short: "exit codes, and what a scheduler should repeat", Long: exitCodesHelp},
		{Use: "environment", Short: "variables: credentials, directories, proxies, flags", Long: environmentHelp + variables(root)},
		{Use: "json", Short: "what --log-format json writes", Long: jsonHelp},
	}
	text := "Help besides that on commands:\n"
	for _, topic := range list {
		text += fmt.Sprintf("\n  hubload help %-13s%s", topic.Use, topic.Short)
	}
	return append(list, &cobra.Command{Use: "topics", Short: "this list", Long: text})
}

// variables lists the variable of each flag, with the commands that have it.
func variables(root *cobra.Command) string {
	commands := map[string][]string{}
	var visit func(cmd *cobra.Command, name string)
	visit = func(cmd *cobra.Command, name string) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if fromVariable(f) && name != "" && !slices.Contains(commands[variableOf(f.Name)], name) {
				commands[variableOf(f.Name)] = append(commands[variableOf(f.Name)], name)
			}
		})
		for _, sub := range cmd.Commands() {
			visit(sub, strings.TrimSpace(name+" "+sub.Name()))
		}
	}
	visit(root, "")
	var b strings.Builder
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintln(&b, wrap(fmt.Sprintf("  %-24s", name), strings.Join(commands[name], ", ")))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
