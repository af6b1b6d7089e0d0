// What a look says.

package main

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/hubload/hubload/importer/watch"
)

// showEvent says on stdout what became of a file.
func (a *app) showEvent(e watch.Event, say *sayFlags) {
	if say.logFormat.value == "json" {
		data, _ := json.Marshal(e)
		a.ui.printf("%s\n", data)
		return
	}
	line, next, _ := strings.Cut(e.Text, "; next: ")
	a.ui.printf("%s\n", line)
	if next != "" {
		a.ui.printf("  next: %s\n", next)
	}
}

// showCandidates says what a look would take.
func (a *app) showCandidates(w *watch.Watcher, say *sayFlags) error {
	list, errs := w.DryRun()
	for _, c := range list {
		switch {
		case say.logFormat.value == "json":
			data, _ := json.Marshal(map[string]any{"drop": c.Drop, "file": c.Name, "size": c.Size, "ready": c.Ready, "why": c.Why})
			a.ui.printf("%s\n", data)
		case c.Ready:
			a.ui.printf("%s: %s would be taken (%s)\n", c.Drop, shown(c.Name), counted(c.Size, "byte"))
		default:
			a.ui.printf("%s: %s would not be taken: %s\n", c.Drop, shown(c.Name), c.Why)
		}
	}
	if len(list) == 0 && len(errs) == 0 && say.logFormat.value != "json" {
		a.ui.printf("no file would be taken\n")
	}
	return errors.Join(errs...)
}
