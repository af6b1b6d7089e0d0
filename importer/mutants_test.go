// Do the tests bite? Each mutant is a bug that somebody could write in good faith; the tests must catch every one.

package importer_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A mutant is a change of one file of the production code, below importer.
type mutant struct {
	name, file string
	from, to   string // from stands in the file exactly once
}

// The engine's tests must catch these, in the journal too.
var mutants = []mutant{
	{"an intent isn't synced before its request leaves", "journal/journal.go", `
	if err := j.add(r, true); err != nil {
		return 0, err
	}
	return n, nil`, `
	if err := j.add(r, false); err != nil {
		return 0, err
	}
	return n, nil`},
	{"fates aren't written", "journal/journal.go", `
	defer j.mu.Unlock()
	return j.add(r, true)
}

// Return`, `
	defer j.mu.Unlock()
	return j.ledger.apply(r)
}

// Return`},
	{"an answer that proves nothing frees its rows", "judge.go", `
	default:
		for i := range rows {
			out[i].failure`, `
	default:
		for i := range rows {
			out[i].verdict = back
			out[i].failure`},
	{"a request is repeated at once when its answer proves nothing", "attempt.go", `
	ans := r.im.API.Create(r.ctx, d.inputs)`, `
	ans := r.im.API.Create(r.ctx, d.inputs)
	if ans.Outcome == Unknown {
		ans = r.im.API.Create(r.ctx, d.inputs)
	}`},
	{"a result's place names its row", "judge.go", `
	if place < len(rows) && rows[place].trace == trace {`, `
	if place < len(rows) {`},
	{"the taint is forgotten", "attempt.go", `
			rw.tainted = true`, `
			rw.tainted = false`},
	{"the taint is forgotten by the next process", "slicer.go", `
			rw.tainted = settled`, `
			rw.tainted = false`},
	{"a refusal after an attempt that proved nothing is believed", "judge.go", `
	switch {
	case r.key != "" && (f.Conflict ||`, `
	r.tainted = false
	switch {
	case r.key != "" && (f.Conflict ||`},
	{"a refusal and a read that finds nothing are believed after such an attempt", "resolve.go", `
		case !rw.tainted:`, `
		case !rw.tainted || rw.refusal != nil:`},
	{"open intents of a dead process are forgotten", "run.go", `
	open := r.im.State.OpenRows()`, `
	open := r.im.State.OpenRows()[:0]`},
	{"open intents are settled, and their rows sent nevertheless", "run.go", `
	if r.died[row] {`, `
	if false {`},
	{"results are matched by their position", "judge.go", `
	for k, c := range ans.Created {
		i, ok := traced(rows, k, c.Trace)`, `
	for i, c := range ans.Created {
		ok := i < len(rows)`},
	{"rows that the answer doesn't name are taken for refused", "judge.go", `
			out[i] = rowResult{failure: shortfall(ans, anonymous)}`, `
			out[i] = rowResult{verdict: refused, failure: shortfall(ans, anonymous)}`},
	{"an error without a name refuses every row that isn't named", "judge.go", `
	if len(rows) == 1 && named[0] == 0 && len(ans.Created) == 0 &&`, `
	if named[0] == 0 &&`},
	{"what is neither a list nor a refusal is taken for a refusal", "attempt.go", `
	dk.rulings = judge(dk.rulings, d.standings, ans)`, `
	dk.rulings = judge(dk.rulings, d.standings, Answer{Outcome: Refused})
	if ans.Outcome == Answered {
		dk.rulings = judge(dk.rulings, d.standings, ans)
	}`},
	{"rows of an intent are freed without a proof", "attempt.go", `
			dk.fates = append(dk.fates, rw.fate(journal.InDoubt, doubt(v.failure)))
`, ``},
	{"rows are sent again without a key", "attempt.go", `
			if r.im.Key != "" {
				out.unsettled = append(out.unsettled, rw)`, `
			if r.im.Key == "" {
				out.back = append(out.back, rw)
			} else {
				out.unsettled = append(out.unsettled, rw)`},
	{"settled rows are looked at again by the next process", "slicer.go", `
	if !settled || kind == journal.InDoubt && s.r.im.Key != "" {`, `
	if !settled || kind != 0 {`},
	{"a conflict of keys is taken for a refusal", "judge.go", `
	case r.key != "" && (f.Conflict ||`, `
	case r.key != "" && (`},
	{"a batch that is refused is refused row by row", "judge.go", `
			out[i] = rowResult{verdict: halve,`, `
			out[i] = rowResult{verdict: refused,`},
	{"that a row was refused in company is forgotten", "judge.go", `
(f.Conflict || r.again ||`, `
(f.Conflict ||`},
	{"an incomplete read is taken for a complete one", "resolve.go", `
		case found.OK:
			return`, `
		case found.OK || found.Temporary:
			found.OK = true
			return`},
	{"a row that was read is taken for absent", "resolve.go", `
		id, exists := found.IDs[rw.rec.Key]`, `
		id, exists := found.IDs["k"+rw.rec.Key]`},
	{"half of a refused batch is dropped", "run.go", `
out.halve[:half], out.halve[half:]}`, `
out.halve[:half], nil}`},
	{"the checksum of skipped rows isn't compared", "history.go", `
	if h.crc != s.CRC {`, `
	if false {`},
	{"a shorter input isn't noticed", "history.go", `
	if h.slices.Len() == 0 {
		return nil
	}
`, `
	if last >= 0 {
		return nil
	}
`},
	{"a run that was interrupted looks finished", "importer.go", `
	if cause := context.Cause(ctx); cause != nil &&`, `
	if cause := context.Cause(ctx); false && cause != nil &&`},
	{"an interruption cuts off requests in flight", "importer.go", `
	r.ctx = context.WithoutCancel(ctx)`, `
	r.ctx = ctx`},
	{"rows with the same key are sent", "slicer.go", `
im.Duplicates[rec.Row]; ok {`, `
im.Duplicates[rec.Row]; false && ok {`},
	{"rows that lead nowhere are sent", "link.go", `
		if len(problems) > 0 {`, `
		if false {`},
	{"what can't be looked up is taken for absent", "links.go", `
		w.err = err
`, `
		w.code = mapping.CodeMatchNotFound
`},
	{"values that are one to the account go in one request", "links.go", `
folded[f] {`, `
false && folded[f] {`},
	{"of several records the first is taken", "links.go", `
		case len(found) > 1:
			w.code = mapping.CodeMatchAmbiguous`, `
		case len(found) > 1:
			w.id = found[0]`},
	{"a lookup's reply is forgotten", "links.go", `
		l.known.put(w.question, w.reply)
`, ``},
	{"a lookup that goes well proves something of creates", "kin.go", `
	if r.im.Source != nil {`, `
	if false {`},
	{"a parent that comes back begins anew", "positions.go", `
		case returning:`, `
		case returning && n.counts == nil:`},
	{"rows that have their fate aren't counted", "slicer.go", `
	if err := s.r.numbers.take(rec); err != nil {`, `
	if s.known.holds(rec.Row) {
	} else if err := s.r.numbers.take(rec); err != nil {`},
	{"a mended row with another parent keeps its number", "mended.go", `
		case parent == n.parents[i]:`, `
		case parent != "":`},
}

// Their own packages' tests must catch these.
var (
	journalMutants = []mutant{
		{"a created row may be sent again", "journal/ledger.go", `
	return undecided(v)
}

func untouched`, `
	return ""
}

func untouched`},
		{"damage in the middle is taken for a torn end", "journal/replay.go", `
		if err == nil && (whole == 0 || int64(whole) != size-1) {`, `
		if false {`},
		{"a failed sync is forgotten", "journal/commit.go", `
			err = fmt.Errorf("syncing the journal: %w", err)`, `
			err = nil`},
		{"a torn end isn't cut off", "journal/journal.go", `
	if t.torn > 0 {`, `
	if false {`},
		{"a fate is looked for where the last one was", "journal/lookup.go", `
	if !c.place.holds(row) {`, `
	if c.record == nil {`},
		{"fates with other numbers of attempts are alike", "journal/fate.go", `
	if f.Kind != g.Kind || f.Attempts != g.Attempts {`, `
	if f.Kind != g.Kind {`},
	}
	csvfileMutants = []mutant{
		{"a quote doesn't make a known record longer", "csvfile/read.go", `
	if !ok || bytes.IndexByte(r.buf[r.pos:r.pos+n], '"') >= 0 {`, `
	if !ok {`},
		{"a record keeps the cells of the one before", "csvfile/record.go", `
	if rec.Problem == nil && len(rec.ends) == 0 {`, `
	if rec.Problem == nil && rec.ends == nil {`},
	}
	reportMutants = []mutant{
		{"rows beside their fates aren't compared with those that were sent", "report/sameness.go", `
	if c.crc != s.CRC {`, `
	if false {`},
	}
	hubspotMutants = []mutant{
		{"a 4xx that HubSpot didn't write is believed", "hubspot/classify.go", `
	if status/100 == 4 && explained {`, `
	if status/100 == 4 {`},
		{"a 5xx is believed", "hubspot/classify.go", `
	if status/100 == 4 && explained {`, `
	if status/100 >= 4 && explained {`},
		{"a lost answer passes for no connection", "hubspot/classify.go", `
	case r.taken:
`, `
	case r.taken && r.err == nil:
`},
		{"an answer that isn't final is believed", "hubspot/classify.go", `
	case b.status != "" && b.status != statusDone:`, `
	case b.status == "PENDING":`},
		{"an answer that broke off is read", "hubspot/classify.go", `
	switch {
	case r.err != nil:
`, `
	switch {
	case r.err != nil && r.body == nil && false:
`},
		{"a request's body is free before its last byte was read", "hubspot/body.go", `
	if b.rest = b.rest[n:]; len(b.rest) == 0 {`, `
	if b.rest = b.rest[n:]; len(b.rest) <= 1 {`},
		{"a backslash is sent as it is", "hubspot/quote.go", `
	return (low-'!'*ones)&^low | (backslash-ones)&^backslash`, `
	return (low-'!'*ones)&^low | backslash&^backslash`},
		{"text that isn't ASCII is sent unseen", "hubspot/quote.go", `
func unusual(eight uint64) uint64 { return special(eight) | eight }`, `
func unusual(eight uint64) uint64 { return special(eight) }`},
		{"a result's trace is taken for the expected one", "hubspot/walk.go", `
	if string(s) == expected {`, `
	if expected != "" {`},
		{"what stands behind an answer is passed over", "hubspot/walk.go", `
	if !w.done() {`, `
	if false {`},
		{"a member that is there twice is read twice", "hubspot/walk.go", `
		if !seen.add(name) {`, `
		if !seen.add(name) && false {`},
	}
)

// TestMutants takes minutes, for each mutant is compiled. HUBLOAD_MUTANTS=1 asks for
// it, and another value picks those whose name holds it.
func TestMutants(t *testing.T) {
	asked := os.Getenv("HUBLOAD_MUTANTS")
	if asked == "" {
		t.Skip("HUBLOAD_MUTANTS isn't set")
	}
	for _, group := range []struct {
		dir, tests string
		mutants    []mutant
	}{
		{".", "^Test(Walk|Judge|A|Every|Rows|Requests|Too|Death|Random|Look|Numbers|Mended)", mutants},
		{"./journal", "^Test", journalMutants},
		{"./csvfile", "^(Test|Fuzz)", csvfileMutants},
		{"./report", "^Test", reportMutants},
		{"./hubspot", "^Test", hubspotMutants},
	} {
		sound, output := testsOf(t, group.dir, group.tests, mutant{})
		if !sound {
			t.Fatalf("the tests in %s fail without any mutant:\n%s", group.dir, output)
		}
		for _, m := range group.mutants {
			if asked != "1" && !strings.Contains(m.name, asked) {
				continue
			}
			t.Run(m.name, func(t *testing.T) {
				start := time.Now()
				alive, output := testsOf(t, group.dir, group.tests, m)
				caught := catchers(output)
				switch {
				case strings.Contains(output, " failed]"):
					t.Errorf("the mutant doesn't compile:\n%s", output)
				case alive || len(caught) == 0 && !strings.Contains(output, "panic:"):
					t.Errorf("nothing caught it:\n%s", output)
				}
				t.Logf("%.1f s, by %s", time.Since(start).Seconds(), strings.Join(caught, " "))
			})
		}
	}
}

// testsOf reports whether tests succeed with a mutant in place.
func testsOf(t *testing.T, dir, tests string, m mutant) (ok bool, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	args := []string{"test", "-short", "-count=1", "-vet=off", "-timeout=4m", "-run", tests}
	if m.file != "" {
		args = append(args, "-overlay", overlay(t, m))
	}
	cmd := exec.CommandContext(ctx, "go", append(args, dir)...)
	cmd.Env = append(os.Environ(), "HUBLOAD_MUTANTS=")
	if _, err := os.Stat("/dev/shm"); err == nil {
		// Each of the journals' syncs costs milliseconds on a disk.
		cmd.Env = append(cmd.Env, "TMPDIR=/dev/shm", "GOTMPDIR="+os.TempDir())
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return err == nil, string(out)
}

// overlay writes the mutant beside the code, and returns the file that tells the
// compiler.
func overlay(t *testing.T, m mutant) string {
	t.Helper()
	file, err := filepath.Abs(filepath.FromSlash(m.file))
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.TrimPrefix(m.from, "\n"), strings.TrimPrefix(m.to, "\n")
	if n := strings.Count(string(code), from); n != 1 {
		t.Fatalf("the text stands in %s %d times: the mutant must follow the code\n%s", m.file, n, from)
	}
	mutated := filepath.Join(t.TempDir(), filepath.Base(file))
	plan := filepath.Join(t.TempDir(), "overlay.json")
	told, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutated}})
	if err == nil {
		err = errors.Join(
			os.WriteFile(mutated, []byte(strings.Replace(string(code), from, to, 1)), 0o600),
			os.WriteFile(plan, told, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

func catchers(output string) (names []string) {
	for _, m := range failed.FindAllStringSubmatch(output, -1) {
		names = append(names, m[1])
	}
	return slices.Compact(names)
}
