// Command lines that can't work, and what was probably meant; and the completion of values.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/rundir"
)

// helpOf is the command that says how cmd is used.
func helpOf(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return cmd.Name() + " help"
	}
	return cmd.Root().Name() + " help " + strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// asUsage makes a wrong number of arguments a wrong usage, said in the words of the
// command's own usage line, such as "import FILE".
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err == nil {
			return nil
		}
		switch _, what, _ := strings.Cut(cmd.Use, " "); {
		case what == "":
			err = fmt.Errorf("%s takes no arguments, only flags", cmd.Name())
		case len(args) == 0:
			err = fmt.Errorf("%s needs a %s", cmd.Name(), what)
		default:
			err = fmt.Errorf("%s takes one %s, not %d; quote a name that holds spaces", cmd.Name(), strings.Trim(what, "[]"), len(args))
		}
		return usageError{withHint(err, helpOf(cmd))}
	}
}

// noSuchCommand is the error of a word that is not a command: often a file, or mistyped.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("there is no command %q", args[0])
	hint := helpOf(root)
	if info, statErr := os.Stat(args[0]); statErr == nil && !info.IsDir() {
		hint = root.Name() + " import " + quoted(args[0])
	} else if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		hint = root.Name() + " " + strings.Join(near, ", or "+root.Name()+" ")
	}
	return usageError{withHint(err, hint)}
}

// wrongFlag is the error of a flag, with the flag that is written nearly the same.
func wrongFlag(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return usageError{withHint(err, helpOf(cmd))}
	}
	// cobra knows which words are near each other, but asks commands alone.
	flags := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if near := flags.SuggestionsFor(name); len(near) > 0 {
		return usageError{withHint(err, "--"+strings.Join(near, ", or --"))}
	}
	return usageError{withHint(err, helpOf(cmd))}
}

// nearFiles names the files that a missing one may be meant to be.
func nearFiles(path string) string {
	files := &cobra.Command{SuggestionsMinimumDistance: 2}
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if !e.IsDir() && !strings.Contains(e.Name(), " ") {
			files.AddCommand(&cobra.Command{Use: e.Name(), Run: func(*cobra.Command, []string) {}})
		}
	}
	near := files.SuggestionsFor(filepath.Base(path))
	if len(near) == 0 || len(near) > 3 {
		return ""
	}
	for i := range near {
		near[i] = quoted(filepath.Join(filepath.Dir(path), near[i]))
	}
	return "perhaps " + strings.Join(near, ", or ")
}

// singleDash is the error of a flag's name with one dash, which is read as letters.
func singleDash(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil {
		return nil
	}
	for _, arg := range rest {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		switch {
		case arg == "--":
			return nil
		case len(name) > 1 && strings.HasPrefix(arg, "-") && cmd.Flags().Lookup(name) != nil:
			return usageError{withHint(fmt.Errorf("there is no flag -%s", name), "--"+name)}
		}
	}
	return nil
}

// flagValues are the values that the shell completes, by the flag's name.
var flagValues = map[string][]string{
	"progress":    {"auto", "bar", "plain", "none"},
	"log-format":  {"text", "json"},
	"log-level":   {"debug", "info", "warn", "error"},
	"api-version": {"v3", "2025-09", "2026-03", "2026-09", "2026-09-beta"},
	"object":      {"line_items", "contacts", "companies", "deals", "products", "tickets"},
	"assume":      {"absent", "created"},
	"seen":        {"stop", "skip"},
	"mode":        {"create", "upsert", "update"},
	"changed":     {"keep", "archive"},
	"encoding": {
		"utf-8", "utf-16", "windows-1250", "windows-1251", "windows-1252", "windows-1254", "iso-8859-1",
		"iso-8859-2", "iso-8859-15", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "gb18030", "big5", "macintosh",
	},
}

// complete lets the shell complete values of flags, and run directories.
func complete(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if values, ok := flagValues[f.Name]; ok {
			must(cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)))
		}
	})
	if strings.Contains(cmd.Use, "RUN") {
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			runs, _ := rundir.List(rundir.Root)
			var names []string
			for _, r := range runs {
				names = append(names, r.Path)
			}
			return names, cobra.ShellCompDirectiveDefault
		}
	}
}

// must is for errors that only a fault of the program can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
