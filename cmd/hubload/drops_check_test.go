// The checker: the account, the ledger, the folders and the metrics, by count.

//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func (h *dropHistory) check() {
	h.score.records, h.score.delivered = 0, 0
	h.checkRows(h.checkFiles())
	h.checkMetrics()
}

// placeOf is where a file of a state lies.
func placeOf(f *ledgerFile) string {
	switch f.State {
	case "done", "duplicate":
		return "done"
	case "open":
		return "failed"
	case "rejected", "dropped":
		return "rejected"
	}
	return "inbox"
}

// checkFiles compares the folders with the ledger and with what was delivered. It returns
// how often each content was taken, by its checksum.
func (h *dropHistory) checkFiles() (taken map[string]int) {
	found := map[string][]string{} // by stored name
	taken = map[string]int{}
	for _, place := range []string{"inbox", "done", "failed", "rejected"} {
		_ = filepath.WalkDir(filepath.Join(h.state, place), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, ".why.txt") {
				return err
			}
			found[e.Name()] = append(found[e.Name()], place)
			data, err := os.ReadFile(path)
			s := sha256.Sum256(data)
			taken[hex.EncodeToString(s[:])]++
			return err
		})
	}
	for _, f := range h.readDropLedger() {
		if f.State == "void" {
			continue // it was gone when it was to be taken
		}
		places := found[f.ID+"_"+f.Name]
		if len(places) != 1 || places[0] != placeOf(f) {
			h.violate(&h.score.misplaced, "%s (%s) is %s and lies in %q", f.Name, f.ID, f.State, places)
		}
		delete(found, f.ID+"_"+f.Name)
	}
	for name, places := range found {
		h.violate(&h.score.misplaced, "%s lies in %q, and the ledger doesn't know it", name, places)
	}
	left, _ := os.ReadDir(h.in)
	for _, e := range left {
		if !contains(h.writer.abandoned, e.Name()) {
			h.violate(&h.score.misplaced, "%s is left in the drop", e.Name())
		}
	}
	want, maybe := map[string]int{}, map[string]int{}
	for _, d := range h.writer.deliveries {
		h.score.delivered++
		if d.maybe {
			maybe[d.sum]++
		} else {
			want[d.sum]++
		}
	}
	for sum, n := range taken {
		if n > want[sum]+maybe[sum] {
			h.violate(&h.score.misplaced, "a file with the content %.8s, delivered %d times, is there %d times", sum, want[sum]+maybe[sum], n)
		}
	}
	for sum, n := range want {
		if taken[sum] < n {
			h.violate(&h.score.misplaced, "a file with the content %.8s, delivered %d times, is there %d times", sum, n, taken[sum])
		}
	}
	return taken
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// checkRows counts the records of each row. It asks the account alone, and what the
// writer has written.
func (h *dropHistory) checkRows(taken map[string]int) {
	records, live := map[string]int{}, map[string]bool{}
	for o := range h.truth.Objects(defaultObject) {
		records[o.Properties["name"]]++
		live[o.Properties["name"]] = !o.Archived
		h.score.records++
	}
	due := map[string]bool{} // names of rows that have to be there
	for _, d := range h.writer.deliveries {
		if d.unsendable || d.maybe && taken[d.sum] == 0 {
			continue
		}
		for _, r := range d.rows {
			due[r.name] = due[r.name] || r.bad == "" || r.mended
		}
	}
	for name, n := range records {
		switch {
		case h.writer.rows[name] == nil:
			h.other("the account holds a row %q that nobody wrote", name)
		case n > 1:
			h.violate(&h.score.twice, "row %s is there %d times", name, n)
		case !due[name]:
			h.other("row %s is there, and should not be", name)
		}
	}
	for name, is := range due {
		if is && !live[name] {
			h.violate(&h.score.lost, "row %s isn't there", name)
		}
	}
	h.checkFix(records)
}

// checkFix compares what is offered to be corrected with the rows that aren't there.
func (h *dropHistory) checkFix(records map[string]int) {
	offered := map[string]bool{}
	list, _ := filepath.Glob(filepath.Join(h.state, "fix", "*.csv"))
	for _, path := range list {
		data, err := os.ReadFile(path)
		if err != nil {
			h.other("%v", err)
			continue
		}
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
		if err != nil {
			h.other("%s: %v", path, err)
			continue
		}
		for _, cells := range lines[1:] {
			offered[cells[0]] = true
		}
	}
	dropped := false
	for _, f := range h.readDropLedger() {
		dropped = dropped || f.State == "dropped"
		if f.State == "open" && f.Refused == 0 && f.InDoubt == 0 && f.Pending == 0 {
			h.other("%s is open, and no row of it is", f.Name)
		}
	}
	for _, d := range h.writer.deliveries {
		for _, r := range d.rows {
			if !d.unsendable && !d.maybe && r.bad != "" && records[r.name] == 0 && !offered[r.name] && !(dropped && r.forsake) {
				h.violate(&h.score.lost, "row %s of %s was refused, and is not in fix/", r.name, d.name)
			}
		}
	}
}

var sample = regexp.MustCompile(`(?m)^(\w+)\{(.*)\} (\S+)$`)

// checkMetrics compares the metrics with the ledger and with the account.
func (h *dropHistory) checkMetrics() {
	data, err := os.ReadFile(filepath.Join(h.dir, "hubload.prom"))
	if err != nil {
		h.other("%v", err)
		return
	}
	metrics := map[string]float64{}
	for _, m := range sample.FindAllStringSubmatch(string(data), -1) {
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			h.other("metrics: %q", m[0])
		}
		metrics[m[1]+"{"+m[2]+"}"] = v
	}
	want := map[string]float64{}
	for _, f := range h.readDropLedger() {
		if f.State == "void" {
			continue
		}
		if !f.active() {
			want[fmt.Sprintf(`hubload_files_total{drop="orders",outcome="%s"}`, f.State)]++
		}
		if f.active() || f.State == "open" {
			want[fmt.Sprintf(`hubload_files{drop="orders",state="%s"}`, f.State)]++
		}
		for fate, n := range map[string]int{"created": f.Created, "existing": f.Existing, "refused": f.Refused, "in_doubt": f.InDoubt} {
			want[fmt.Sprintf(`hubload_rows_total{drop="orders",fate="%s"}`, fate)] += float64(n)
		}
		if f.State == "open" {
			want[`hubload_open_rows{drop="orders",fate="refused"}`] += float64(f.Refused)
			want[`hubload_open_rows{drop="orders",fate="in_doubt"}`] += float64(f.InDoubt)
		}
	}
	for name, v := range metrics {
		if strings.HasPrefix(name, "hubload_files") || strings.HasPrefix(name, "hubload_rows") || strings.HasPrefix(name, "hubload_open") {
			if v != want[name] {
				h.other("%s is %g, and the ledger says %g", name, v, want[name])
			}
			delete(want, name)
		}
	}
	for name, v := range want {
		if v != 0 {
			h.other("%s is missing, and the ledger says %g", name, v)
		}
	}
	created := int(metrics[`hubload_rows_total{drop="orders",fate="created"}`])
	existing := int(metrics[`hubload_rows_total{drop="orders",fate="existing"}`])
	// Rows that come twice are existing: by their key, in a growing file, in a later round.
	if created > h.score.records || created+existing < h.score.records {
		h.other("the metrics say that %d rows were created and %d existing, and the account holds %d", created, existing, h.score.records)
	}
}
