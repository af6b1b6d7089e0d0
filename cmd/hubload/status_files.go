// hubload status and hubload status FILE: files, and what of them is in.

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/rundir"
)

func (a *app) listFiles() error {
	files, broken := rundir.Files(stateDir(a.getenv), rundir.Root)
	for _, err := range broken {
		a.ui.warn("%v", err)
	}
	if a.ui.lines != nil {
		a.printFiles(files, nil)
		return nil
	}
	if len(files) == 0 {
		a.ui.printf("no runs in %s\n", rundir.Root)
	}
	for _, f := range files {
		a.showFileStatus(f)
	}
	return nil
}

// showFile says whether a file is in. Its error is a partlyError when it isn't.
func (a *app) showFile(ctx context.Context, path string) error {
	f, same, broken, err := rundir.StatusOf(ctx, path, stateDir(a.getenv), rundir.Root)
	if err != nil {
		return err
	}
	for _, err := range broken {
		a.ui.warn("%v", err)
	}
	same = same && f != nil
	if !same || !f.Complete() {
		err = partlyError{}
	}
	switch {
	case a.ui.lines != nil && same:
		a.printFiles([]*rundir.FileStatus{f}, err)
		return err
	case a.ui.lines != nil:
		a.printFiles(nil, err)
		return err
	case f == nil:
		a.ui.printf("%s was not imported from here\n", shown(path))
		return err
	case !same:
		a.ui.printf("%s has changed since it was imported; as it was then:\n", shown(path))
	}
	a.showFileStatus(f)
	return err
}

func (a *app) showFileStatus(f *rundir.FileStatus) {
	a.ui.printf("%s\n", fileLine(f))
	for _, line := range openLines(f) {
		a.ui.printf("  %s\n", line)
	}
}

// fileLine is one line about a file: when, what, how much of it is in.
func fileLine(f *rundir.FileStatus) string {
	run := f.Runs[0]
	var parts []string
	rows := grouped(f.Rows)
	if !run.Tally.Complete && run.State != rundir.Gone {
		rows += "+"
	}
	switch {
	case run.State == rundir.Reversed:
		parts = append(parts, "undone")
	case run.State == rundir.NotBegun:
		parts = append(parts, "not begun")
	case run.State == rundir.Gone && f.Rows == 0:
		parts = append(parts, "unknown")
	default:
		parts = append(parts, grouped(f.In)+" of "+rows+" in")
	}
	if run.State == rundir.Running || run.State == rundir.Unfinished {
		parts = append(parts, string(run.State))
	}
	text := ": " + strings.Join(parts, ", ")
	if f.Runs[0].Sandbox {
		text += " (a throw-away account)"
	}
	at := run.Started.Local().Format("2006-01-02 15:04") + "  "
	name := filepath.Base(f.Input)
	if f.Input == "-" {
		name = "standard input"
	}
	return at + shortened(shown(name), lineWidth-len(at)-utf8.RuneCountInString(text)) + text
}

// shortened leaves out the middle of a text that is too long.
func shortened(s string, most int) string {
	r := []rune(s)
	if len(r) <= most || most < 8 {
		return s
	}
	head := (most - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(most-1-head):])
}

// openLines say what is open, and what to do about it.
func openLines(f *rundir.FileStatus) (lines []string) {
	for _, r := range f.Runs {
		dir := relative(r.Path)
		switch {
		case r.State == rundir.Gone:
			lines = append(lines, "its run directory is gone: "+dir)
			continue
		case r.Sandbox, r.State == rundir.Reversed:
			continue
		case r.State == rundir.Unfinished, r.State == rundir.NotBegun:
			lines = append(lines, "go on with: hubload resume "+quoted(dir))
		}
		if r.First > 0 && r.State == rundir.Finished {
			lines = append(lines, fmt.Sprintf("the first %s were asked for; the rest: hubload import %s --run %s", counted(r.First, "row"), quoted(relative(f.Input)), quoted(dir)))
		}
		if r.InDoubt > 0 && r.State != rundir.Running {
			command := "resolve"
			if r.Keyed {
				command = "resume"
			}
			lines = append(lines, fmt.Sprintf("%s in doubt: hubload %s %s", counted(r.InDoubt, "row"), command, quoted(dir)))
		}
	}
	// Of corrected files the last one holds what is refused still.
	for i := len(f.Runs) - 1; i >= 0 && f.Refused > 0; i-- {
		if r := f.Runs[i]; r.Refused > 0 && r.State != rundir.Gone {
			failures := (&rundir.Dir{Path: relative(r.Path)}).Failures()
			if i > 0 && r.Refused < f.Refused {
				failures += " and those of the runs before"
			}
			return append(lines, fmt.Sprintf("%s refused, in %s", grouped(f.Refused), failures))
		}
	}
	return lines
}

// relative is a path below the working directory as a user would write it.
func relative(path string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// printFiles is the same for programs.
func (a *app) printFiles(files []*rundir.FileStatus, err error) {
	type run struct {
		Path    string       `json:"run"`
		Started time.Time    `json:"started"`
		State   rundir.State `json:"state"`
		rundir.Tally
	}
	type file struct {
		Input    string `json:"input"`
		Account  string `json:"account"`
		Object   string `json:"object"`
		Complete bool   `json:"complete"`
		Rows     int64  `json:"rows"`
		In       int64  `json:"in"`
		Refused  int64  `json:"refused"`
		InDoubt  int64  `json:"in_doubt"`
		Pending  int64  `json:"pending"`
		Runs     []run  `json:"runs"`
	}
	list := []file{}
	for _, f := range files {
		one := file{f.Input, f.Account, f.Object, f.Complete(), f.Rows, f.In, f.Refused, f.InDoubt, f.Pending, nil}
		for _, r := range f.Runs {
			one.Runs = append(one.Runs, run{r.Path, r.Started, r.State, r.Tally})
		}
		list = append(list, one)
	}
	a.ui.document(struct {
		Files []file `json:"files"`
		end
	}{list, endOf(err)})
}
