// Questions to a person, where there is one.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/hubload/hubload/importer/rundir"
)

// asks reports whether there is somebody to ask.
func (a *app) asks() bool {
	in, ok := a.stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && isTerminal(a.stderr)
}

// ask asks and reads a line, unless ctx ends first. A progress bar stays off meanwhile.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	a.ui.asking.Store(true)
	defer a.ui.asking.Store(false)
	a.ui.clear()
	fmt.Fprint(a.ui.err, visible(question))
	got := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(a.stdin).ReadString('\n') // without an answer it is not a yes
		got <- text
	}()
	select {
	case text := <-got:
		return strings.TrimSpace(text), nil
	case <-ctx.Done():
		fmt.Fprintln(a.ui.err)
		return "", context.Cause(ctx)
	}
}

// confirmImport asks before the first import into an account: a test account's token is
// soon another one's.
func (a *app) confirmImport(ctx context.Context, f rundir.FirstImport) error {
	answer, err := a.ask(ctx, questionOf(f))
	switch {
	case err != nil:
		return err
	case strings.EqualFold(answer, "y"), strings.EqualFold(answer, "yes"):
		return nil
	}
	return usageError{withHint(errors.New("not confirmed: nothing was sent"), "--yes imports without a question")}
}

// questionOf says how much goes where: 1,998 rows go into account 4242 (app.hubspot.com,
// STANDARD) as line_items?
func questionOf(f rundir.FirstImport) string {
	verb := "rows go"
	if f.Rows == 1 {
		verb = "row goes"
	}
	about := ""
	for _, text := range []string{f.Account.UIDomain, f.Account.AccountType} {
		if text != "" && about != "" {
			about += ", "
		}
		about += text
	}
	if about != "" {
		about = " (" + shown(about) + ")"
	}
	return fmt.Sprintf("%s %s into %s%s as %s? [y/N] ", grouped(f.Rows), verb, f.Name, about, f.Object)
}
