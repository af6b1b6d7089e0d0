// The person who finishes a history: releases what is held, looks for rows in doubt, and
// corrects what was refused. And what the ledger says, read as lines of JSON.

//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// A ledgerFile is the last line of the ledger about a file.
type ledgerFile struct {
	ID, Name, State, Why                      string
	Code                                      int
	Rows, Created, Existing, Refused, Pending int
	InDoubt                                   int `json:"in_doubt"`
	Claimed                                   string
}

func (f *ledgerFile) active() bool {
	switch f.State {
	case "claiming", "claimed", "running", "waiting", "held":
		return true
	}
	return false
}

// readDropLedger returns the files of the ledger in their order.
func (h *dropHistory) readDropLedger() (list []*ledgerFile) {
	data, err := os.ReadFile(filepath.Join(h.state, "ledger.jsonl"))
	if err != nil {
		h.other("%v", err)
	}
	byID := map[string]*ledgerFile{}
	for line := range strings.Lines(string(data)) {
		var e struct{ File *ledgerFile }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			h.other("the ledger holds %q", line)
			continue
		}
		if e.File == nil {
			continue
		}
		if known := byID[e.File.ID]; known != nil {
			*known = *e.File
			continue
		}
		byID[e.File.ID] = e.File
		list = append(list, e.File)
	}
	return list
}

// finishUp lets everything come to its end.
func (h *dropHistory) finishUp() {
	h.calm()
	times := map[string]int{} // a decision was taken about a file
	for range 150 {
		code := h.end(h.start(h.watchArgs("--once")...))
		acted := false
		for _, f := range h.readDropLedger() {
			acted = h.decide(f, times) || acted
		}
		if !acted && code != exitLocked && h.quiet() {
			return
		}
	}
	for _, f := range h.readDropLedger() {
		if f.active() {
			h.other("%s (%s) is still %s with code %d: %s", f.Name, f.ID, f.State, f.Code, f.Why)
		}
	}
	if !h.quiet() {
		h.other("the drop never came to rest")
	}
}

// quiet reports whether nothing is left to do.
func (h *dropHistory) quiet() bool {
	for _, f := range h.readDropLedger() {
		if f.active() {
			return false
		}
	}
	entries, _ := os.ReadDir(h.in)
	return len(entries) == len(h.writer.abandoned)
}

// decide does what the events of a file tell a person to do.
func (h *dropHistory) decide(f *ledgerFile, times map[string]int) bool {
	run := filepath.Join(h.state, "runs", f.ID)
	switch {
	case f.State == "waiting":
		h.end(h.start("watch", "release", f.ID, "--config", h.config))
	case f.State == "held":
		h.note("person: %s is held with %d: %s", f.Name, f.Code, f.Why)
		h.score.held++
		if times["release "+f.ID]++; times["release "+f.ID] > 4 {
			return false
		}
		h.end(h.start("watch", "release", f.ID, "--config", h.config))
	case f.State == "open" && f.InDoubt > 0 && times["doubt "+f.ID] < 2:
		times["doubt "+f.ID]++
		if times["doubt "+f.ID] == 1 {
			h.score.inDoubt += f.InDoubt
		}
		args := []string{"resolve", run}
		if times["doubt "+f.ID] == 2 || h.rng.IntN(2) == 0 {
			args = append(args, "--assume", "absent")
		}
		h.end(h.start(args...))
	case f.State == "open" && f.Refused > 0:
		list, _ := filepath.Glob(filepath.Join(h.state, "fix", f.ID+"_*"))
		for _, path := range list {
			if times[path]++; times[path] <= 2 {
				return h.writer.correctFile(path, true)
			}
		}
		if h.hold && times["drop "+f.ID] == 0 {
			times["drop "+f.ID]++
			h.end(h.start("watch", "drop", f.ID, "--config", h.config)) // so that the others can go on
			return true
		}
		return false
	default:
		return false
	}
	return true
}
