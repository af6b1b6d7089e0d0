// The program's door: arguments, environment and streams in, exit code out.

package main

import (
	"context"
	"io"
	"os"
)

func main() { start(os.Exit) }

// start runs the program and leaves by exit. Signals are handled to the very end: one
// that comes with the last report must not change how the program ends.
func start(exit func(code int)) {
	forbidCoreDumps()
	ctx := withSignals(context.Background())
	exit(execute(ctx, os.Args[1:], system{getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// A system is all of the surroundings that a command may see.
type system struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// execute carries out one command line and returns its exit code.
func execute(ctx context.Context, args []string, sys system) int {
	args = folderNotCommand(args)
	app := &app{system: sys, args: args, ui: newUI(sys)}
	if wantsJSON(args, sys.getenv) {
		app.ui.jsonLines()
	}
	cmd := app.command()
	if err := singleDash(cmd, args); err != nil {
		return app.ui.exit(err)
	}
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	return app.ui.exit(err)
}
