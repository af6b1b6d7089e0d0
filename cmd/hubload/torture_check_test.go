// The checker: reports against the truth, by count. It shares no code with what wrote them.

//go:build unix

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/hubload/hubload/importer/promisetest"
)

// check compares the reports of a run over rows with the account. Each row that
// can't be right is counted, and told.
func (o *ordeal) check(rows []*orderRow, name, run string, end ending) {
	o.lane.serve(nil) // from here on the account is what it is
	if !o.ended {
		return
	}
	creates, unproved := o.truth.creates()
	o.requests = creates
	o.unproved = unproved * o.batch
	o.diedWith = o.deaths * o.workers * o.batch
	dir := o.runDir(run, name)
	held := o.holds()

	places := make(map[int]int, len(rows))
	entries := map[string][]entry{}
	for name, own := range o.reportColumns() {
		entries[name] = o.report(dir, name, rows, own, places)
	}
	results, failures, doubts := entries["results.csv"], entries["failures.csv"], entries["in_doubt.csv"]

	existing := 0
	var claims []promisetest.Claim
	said := map[int]bool{}
	claim := func(e entry, status, id string) {
		claims = append(claims, promisetest.Claim{Row: e.row.who, Status: status, ID: id})
		said[e.row.row] = true
	}
	for _, e := range results {
		switch status := e.extra[0]; {
		case status == "existing" && o.sc.key != "":
			existing++
		case status != "created":
			o.wrong("row %d: status %q", e.row.row, status)
		}
		claim(e, e.extra[0], e.extra[1])
	}
	for _, e := range failures {
		claim(e, promisetest.Refused, "")
		if !e.row.mayBeRefuse && !o.sc.naive {
			o.wrong("row %d was refused without fault: %q", e.row.row, e.extra)
		}
	}
	var faultless []entry // rows in doubt that a look at their key should have settled
	for _, e := range doubts {
		o.doubt++
		if o.sc.key != "" && !e.row.mayBeRefuse {
			faultless = append(faultless, e)
		}
		claim(e, promisetest.InDoubt, "")
		if len(held[e.row.who]) > 0 {
			o.doubtHere++
		}
	}
	// Only four answers without proof, one after the other, excuse one of them.
	if len(faultless) > o.unproved/4 {
		o.wrong("with a key %d rows without fault are in doubt after %d answers without proof to up to %d rows each, the first one %q",
			len(faultless), unproved, o.batch, faultless[0].extra)
	}
	for _, r := range rows {
		if n := places[r.row]; n > 1 {
			o.twoOutcomes++
			o.wrong("row %d has %d outcomes", r.row, n)
		}
		if !said[r.row] {
			claim(entry{row: r}, promisetest.Nothing, "")
		}
	}
	o.twice = 0
	for _, b := range promisetest.Check(claims, held) {
		switch b.Kind {
		case promisetest.Twice:
			o.twice++
		case promisetest.Lost:
			o.lost++
		case promisetest.FalselyCreated:
			o.falselyCreated++
		case promisetest.FalselyRefused:
			o.falselyFailed++
		}
		o.wrong("%s", b.Text)
	}
	if bound := o.diedWith + o.unproved; o.doubt > bound {
		o.aboveBound += o.doubt - bound
		o.wrong("%d rows in doubt: more than the %d that %d deaths and %d answers without proof explain", o.doubt, bound, o.deaths, unproved)
	}
	if !o.sc.naive {
		o.exits(dir, name, end, counts{len(rows), len(results) - existing, existing, len(failures), len(doubts)})
	}
}

// holds is what the account holds, by who it is.
func (o *ordeal) holds() map[string][]string {
	known := make(map[string]bool, len(o.rows))
	for _, r := range o.rows {
		known[r.who] = true
	}
	held := make(map[string][]string, len(o.rows))
	for object := range o.truth.Objects(defaultObject) {
		who := object.Properties[whoProperty]
		if !known[who] {
			o.wrong("the account holds a record that calls itself %q", who)
		}
		held[who] = append(held[who], object.ID)
	}
	return held
}

// reportColumns are the columns of each report behind hubload_row and hubload_line.
func (o *ordeal) reportColumns() map[string][]string {
	results := []string{"status", "id", "warning"}
	if o.sc.key != "" {
		results = append(results, "differs")
	}
	why := []string{"code", "property", "message", "retryable", "attempts", "correlation_id", "run"}
	return map[string][]string{"results.csv": results, "failures.csv": why, "in_doubt.csv": why}
}

// An entry is a row in a report, with hubload's own columns behind hubload_line.
type entry struct {
	row   *orderRow
	extra []string
}

// report reads one report strictly, and counts the places of rows.
func (o *ordeal) report(dir, name string, rows []*orderRow, own []string, places map[int]int) []entry {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) && (name == "in_doubt.csv" || o.sc.naive) {
		return nil
	}
	if err != nil {
		o.wrong("%v", err)
		return nil
	}
	byNumber := make(map[int]*orderRow, len(rows))
	for _, r := range rows {
		byNumber[r.row] = r
	}
	if len(data) > 0 && data[len(data)-1] != '\n' {
		o.wrong("%s ends in the middle of a line", name)
	}
	width := len(ordersHeader())
	header := append(ordersHeader(), "hubload_row", "hubload_line")
	for _, c := range own {
		header = append(header, "hubload_"+c)
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))) // failures.csv begins with a BOM where Excel needs it
	in.FieldsPerRecord = len(header)
	if got, err := in.Read(); err != nil || !slices.Equal(got, header) {
		o.wrong("%s: header %q, %v", name, got, err)
		return nil
	}
	var entries []entry
	last := 0
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			o.wrong("%s: %v", name, err)
			break
		}
		n, _ := strconv.Atoi(cells[width])
		r := byNumber[n]
		if r == nil {
			o.wrong("%s: no row has the number %q", name, cells[width])
			continue
		}
		if !slices.Equal(cells[:width], r.cells) || cells[width+1] != strconv.Itoa(r.line) {
			o.wrong("%s: row %d is %q on line %s, and was %q on line %d", name, n, cells[:width], cells[width+1], r.cells, r.line)
		}
		if n <= last {
			o.wrong("%s: row %d comes after row %d", name, n, last)
		}
		last = n
		places[n]++
		entries = append(entries, entry{r, cells[width+2:]})
	}
	if name == "in_doubt.csv" && len(entries) == 0 {
		o.wrong("there is an in_doubt.csv without rows")
	}
	return entries
}

// counts are rows by outcome.
type counts struct{ rows, created, existing, refused, inDoubt int }

// exits compares summary.json and the exit code with what the reports hold.
func (o *ordeal) exits(dir, name string, end ending, c counts) {
	var sum struct {
		Rows, Created, Existing, Refused, Pending *int
		InDoubt                                   *int `json:"in_doubt"`
		Requests                                  int
		ExitCode                                  int `json:"exit_code"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err == nil {
		err = json.Unmarshal(data, &sum)
	}
	if err != nil {
		o.wrong("summary.json: %v", err)
		return
	}
	is := func(p *int, want int) bool { return p != nil && *p == want }
	if !is(sum.Rows, c.rows) || !is(sum.Created, c.created) || !is(sum.Existing, c.existing) || !is(sum.Refused, c.refused) ||
		!is(sum.InDoubt, c.inDoubt) || !is(sum.Pending, 0) {
		o.wrong("summary.json doesn't agree with the reports, which hold %+v: %s", c, data)
	}
	want := exitOK
	if c.refused+c.inDoubt > 0 {
		want = exitRefused
	}
	if o.code[name] = want; end.code != want {
		o.wrong("exit code %d with %s", end.code, fmt.Sprintf("%+v", c))
	}
	if !end.nothing && sum.ExitCode != end.code {
		o.wrong("exit code %d, and summary.json says %d", end.code, sum.ExitCode)
	}
}
