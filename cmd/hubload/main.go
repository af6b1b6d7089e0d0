// The program's door: arguments, environment and streams in, exit code out.

// Command hubload loads a CSV of any size into HubSpot, and accounts for every
// row. README.md is its manual.
package main

import (
	"context"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	prepare()
	os.Exit(run(os.Args[1:], system{getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// prepare sets what belongs to the process and to no command.
func prepare() {
	forbidCoreDumps()
	// It is the account's limit that takes the time, and others need the memory: a
	// heap that is collected early is worth a few percent of a core.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(60)
	}
}

// A system is all of the surroundings that a command may see.
type system struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run carries out one command line and returns its exit code.
func run(args []string, sys system) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	app := &app{system: sys, ui: newUI(sys)}
	cmd := app.command()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	return app.ui.exit(err)
}
