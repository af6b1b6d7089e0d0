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

// mutantGroups say which tests must catch which mutants.
var mutantGroups = []struct {
	dir, tests string
	mutants    []mutant
}{
	{".", "^Test(Walk|Judge|Matrix|Equal|A|Every|Rows|Requests|Too|Death|Random|Look|Numbers|Concurrency|NoPermit)", []mutant{
		{"an intent isn't synced before its request leaves", "journal", "Journal.Begin", `j.add(r, true)`, `j.add(r, false)`, 0},
		{"fates aren't written", "journal", "Journal.End", `j.add(_r, true)`, `j.states.apply(_r)`, 0},
		{"an answer that proves nothing frees its rows", "", "judge", `out[i].failure = &ans.Refusal`, `out[i] = rowResult{verdict: retry, failure: &ans.Refusal}`, 0},
		{
			"a request is repeated at once when its answer proves nothing", "", "courier.attempt", `return c.im.API.Create(ctx, inputs)`,
			`ans := c.im.API.Create(ctx, inputs); if ans.Outcome == api.Unknown { ans = c.im.API.Create(ctx, inputs) }; return ans`, 0,
		},
		{"a result's place names its row", "", "traced", `rows[place].trace == trace`, `true`, 0},
		{"an attempt that proved nothing is forgotten", "", "courier.apply", `rw.ambiguous = true`, `rw.ambiguous = false`, 0},
		{"an attempt that proved nothing is forgotten by the next process", "", "slicer.takeKnown", `rw.ambiguous = settled`, `rw.ambiguous = false`, 0},
		{"a refusal after an attempt that proved nothing is believed", "", "refuse", `r.ambiguous`, `false`, 2},
		{"a refusal and a read that finds nothing are believed after such an attempt", "", "decision.absent", `rw.refusal != nil && !rw.changing && rw.ambiguous && !last`, `false`, 0},
		{"open intents of a dead process are forgotten", "journal", "Journal.DoubtOpen", `st.OpenRows()`, `st.OpenRows()[:0]`, 0},
		{"open intents are settled, and their rows sent nevertheless", "", "slicer.kind", `s.died[row]`, `false`, 0},
		{"results are matched by their position", "", "judgeRows", `i, ok := traced(rows, k, c.Trace)`, `i, ok := k, k < len(rows)`, 0},
		{"rows that the answer doesn't name are taken for refused", "", "judgeRest", `rowResult{failure: r.shortfall}`, `rowResult{verdict: refused, failure: r.shortfall}`, 0},
		{"an answer that is short counts as complete", "", "judgeRest", `c.Results+r.refusals == len(rows)`, `true`, 0},
		{"an answer that isn't final counts as complete", "", "judgeRest", `c.Final && c.Unnamed == 0`, `c.Unnamed == 0`, 1},
		{"rows without a result are absent, whatever the answer's counts", "", "judgeRest", `counted && len(g.ids) == 0`, `(counted || !counted) && len(g.ids) == 0`, 0},
		{"every row without a result was merged", "", "judgeRest", `merges && (len(g.ids) > 0 || namesLike(out, rows, g))`, `merges && (len(g.ids) >= 0 || namesLike(out, rows, g))`, 0},
		{"any result fits a row", "", "pairedResult.fitsIn", `sent != r.values[i]`, `false`, 0},
		{"values are compared as they were sent", "api", "Normalized", `"=" + n.RatString()`, `"=" + value[:len(value)+0*n.Sign()]`, 0},
		{"a row without an id counts as one with an id", "", "courier.apply", `r.id == ""`, `false`, 0},
		{"a row leaves that is in no slice of the journal", "", "slicer.cut", `len(s.open) > 0 && len(s.prefix.slices) > 0`, `false`, 0},
		{"values that are stored alike make different rows", "", "foldedNumber", `err == nil || errors.Is(err, strconv.ErrRange)`, `false && errors.Is(err, strconv.ErrRange)`, 0},
		{"equal rows share a request", "", "slicer.place", `s.keyed || !b.seen[key]`, `s.keyed || !b.seen[key] || true`, 0},
		{"a record is given to two rows", "", "claimer.own", `c.taken[id]`, `false`, 0},
		{"ids are taken from lists that lack some", "", "courier.identify", `whole && !all`, `false`, 0},
		{"a record is given to rows of another group", "", "claimer.own", `slices.Contains(q.among, id)`, `true`, 0},
		{"a merged row is sent again although a record may be its own", "", "courier.withoutRecord", `candidates[id] && _rest`, `false`, 0},
		{"a merged row is sent again although no list can be read", "", "courier.finishMerged", `l != nil`, `true`, 0},
		{"rows in doubt aren't read by their key at the end", "", "courier.finishKeyed", `len(open) == 0`, `true`, 0},
		{"an answer that contradicts itself is complete", "", "judgeRows", `!slices.ContainsFunc(named, _f)`, `true`, 0},
		{"rows are absent beside a result without an id", "", "judgeRest", `p.pairCertain() && r.readable`, `p.pairCertain()`, 0},
		{"what was concluded by counting is believed of a row with a key", "", "judgeRest", `rows[i].key != ""`, `false`, 0},
		{"others follow a first answer that ends the run", "", "firstAnswer.enter", `end != nil`, `false`, 0},
		{"the first answer isn't waited for", "", "firstAnswer.enter", `f.judged()`, `true`, 1},
		{"a first answer that says nothing stops nothing", "", "courier.attempt", `r.verdict != unknown`, `true`, 0},
		{"every refusal of the first request is hopeless", "", "hopeless", `f.Code == "PROPERTY_DOESNT_EXIST" && sends == len(inputs)`, `true`, 0},
		{"no refusal of the first request is hopeless", "", "hopeless", `f.Code == "PROPERTY_DOESNT_EXIST" && sends == len(inputs)`, `false`, 0},
		{"an error without a name refuses every row that isn't named", "", "judgeRows", `len(rows) == 1 && named[0] == 0`, `named[0] == 0`, 0},
		{
			"what is neither a list nor a refusal is taken for a refusal", "", "courier.attempt", `results := judge(sent, ans)`,
			`results := judge(sent, ans); if ans.Outcome != api.Answered { results = judge(sent, api.Answer{Outcome: api.Refused}) }`, 0,
		},
		{"rows of an intent are freed without a proof", "", "courier.apply", `fates = append(fates, rw.fate(journal.InDoubt, _failure))`, `_ = _failure`, 2},
		{"rows are sent again without a key", "", "courier.apply", `keyed`, `!keyed { left.retry = append(left.retry, rw) } else if keyed`, 3},
		{"settled rows are looked at again by the next process", "", "slicer.takeKnown", `kind == journal.InDoubt && s.keyed`, `kind != 0`, 0},
		{"a conflict of keys is taken for a refusal", "", "refuse", `f.Conflict || r.again || r.ambiguous`, `r.again || r.ambiguous`, 0},
		{"that a row was refused in company is forgotten", "", "refuse", `f.Conflict || r.again || r.ambiguous`, `f.Conflict || r.ambiguous`, 0},
		{"a batch that is refused is refused row by row", "", "judge", `rowResult{verdict: split, failure: _f}`, `rowResult{verdict: refused, failure: _f}`, 0},
		{"a read that failed is taken for one that found nothing", "call", "FindByKey", `return nil, err`, `return map[string]string{}, nil`, 0},
		{"a row that was read is taken for absent", "", "decide", `records[_key]`, `records["k"+_key]`, 0},
		{"ids that no answer said aren't found by their key", "", "courier.identifyByKey", `len(c.questions.nameless) == 0`, `true`, 0},
		{"rows of an error that names nobody are sent together again", "", "courier.apply", `len(rows) > 1 && ans.Completeness.Unnamed > 0`, `false`, 0},
		{"rows that are read at the end are never sent in smaller company", "", "row.sendAgain", `rw.unproved = maxUnproved - 1`, `_ = maxUnproved`, 0},
		{"half of a refused batch is dropped", "", "courier.send", `halves(left.split)`, `halves(left.split)[:1]`, 0},
		{"the checksum of skipped rows isn't compared", "rows", "Verifier.Take", `v.crc != s.CRC`, `false`, 0},
		{"a shorter input isn't noticed", "rows", "Verifier.End", `v.Slices.Len() == 0`, `last >= 0`, 0},
		{"a run that was interrupted looks finished", "", "Run", `cause != nil && _echo`, `cause != nil && _echo && false`, 0},
		{"an interruption cuts off requests in flight", "call", "Caller.Once", `context.WithoutCancel(ctx)`, `ctx`, 0},
		{"rows with the same key are sent", "rows", "Row.Map", `ok`, `false && ok`, 2},
		{"rows that lead nowhere are sent", "", "courier.link", `len(problems[i]) == 0`, `true`, 0},
		{"what can't be looked up is taken for absent", "lookup", "Batcher.fail", `p.err = err`, `p.code = mapping.CodeMatchNotFound`, 0},
		{"values that are one to the account go in one request", "lookup", "Batcher.take", `folded[f]`, `false && folded[f]`, 1},
		{"of several records the first is taken", "lookup", "Batcher.settle", `p.code = mapping.CodeMatchAmbiguous`, `p.id = found[0]`, 0},
		{"the result of a lookup is forgotten", "lookup", "Batcher.settle", `b.cache.put(p.query, p.result)`, `_ = p`, 0},
		{"a lookup that goes well proves something of creates", "call", "Caller.reachable", `c.lostAt, c.backoff = _t, _b`, `c.lostAt, c.backoff, c.unproved = _t, _b, 0`, 0},
		{"a group that comes back begins anew", "rows", "Numbering.Take", `len(n.of.returning[i]) > 0`, `false`, 0},
		{"rows that have their fate aren't counted", "rows", "Reader.Next", `r.numbers.Take(rec)`, `if !r.verifier.Holds(rec.Row) { r.numbers.Take(rec) }`, 0},
		{"too much is never halved", "", "concurrencyLimiter.observe", `max(c.bound/2, 1)`, `c.bound`, 0},
		{"a permit that is withheld is given twice", "", "concurrencyLimiter.release", `c.owed > 0`, `c.owed > 1`, 0},
	}},
	{".", "^Test(Decide|Differences|Judge|DeathAtEveryStep|Changes|Upsert|Update|OldReads|Differing)", []mutant{
		{"a record is changed without keeping what it held", "", "courier.keepOld", `c.im.Before.Add(values)`, `c.im.Before.Add(nil)`, 0},
		{"what was kept is forgotten by the next process", "", "courier.readAndSend", `c.im.Before.Earlier(rw.n)`, `map[string]string(nil)`, 0},
		{"a value that somebody wrote between two attempts isn't kept", "", "row.differences", `kept != held`, `kept != held && false`, 0},
		{"a kept value is kept again", "", "row.differences", `!ok || kept != held`, `!ok || kept != held || true`, 0},
		{"values are compared as they are spelled", "", "row.differences", `api.Normalized(_a) == api.Normalized(_b)`, `_a == _b`, 0},
		{"equal values are sent", "", "row.differences", `equal && !im.WriteAll`, `false`, 0},
		{"write: all sends what differs", "", "row.differences", `equal && !im.WriteAll`, `equal`, 0},
		{"the key is sent", "", "row.differences", `p.Name == im.Rows.Key`, `false`, 0},
		{"a record that differs is left as it is", "", "decide", `rw.change == nil || _sent`, `true || _sent`, 0},
		{"mode update creates records", "", "decision.absent", `im.Mode == mapping.Update`, `false`, 0},
		{"a change whose answer was lost isn't ours", "", "row.wasSent", `rw.changing || rw.old != nil`, `rw.old != nil`, 0},
		{"a change of a dead process isn't ours", "", "row.wasSent", `rw.changing || rw.old != nil`, `rw.changing`, 0},
		{"a refusal of a change is believed after a lost one", "", "decide", `rw.refusal != nil && rw.changing && rw.ambiguous && !last`, `false`, 0},
		{"a change that was refused is sent again and again", "", "decide", `rw.refusal != nil && rw.changing`, `false`, 2},
		{"a change is sent however often its answer proves nothing", "", "decide", `rw.unproved >= maxUnproved && !last`, `false`, 0},
		{"records that an answer leaves out are changed", "", "judgeChanges", `rowResult{verdict: readBack}`, `rowResult{verdict: updated, id: rows[i].id}`, 0},
		{"a result's place names its change", "", "judgeChanges", `traced(rows, k, c.Trace)`, `k, k < len(rows)`, 0},
		{"changes are judged like new records", "", "judge", `rows[0].id != ""`, `false`, 0},
		{"a refusal of a change in company is believed", "", "refuse", `r.id != "" && !r.again && !r.ambiguous`, `r.id != ""`, 0},
		{"what was read long ago is overwritten", "", "courier.keepOld", `time.Since(_at) > staleAfter && !_reread`, `false`, 0},
		{"old reads are repeated forever", "", "courier.keepOld", `time.Since(_at) > staleAfter && !_reread`, `time.Since(_at) > staleAfter`, 0},
		{"an existing record hides that its values differ", "", "decide", `rw.change.names()`, `""`, 0},
	}},
	{"./before", "^Test", []mutant{
		{"a torn end isn't cut off", "before", "Open", `out.Truncate(whole)`, `error(nil)`, 0},
		{"quotes are kept as they are", "before", "appendLine", `bytes.ReplaceAll(_field, _quote, _quotes)`, `_field`, 0},
	}},
	{"./journal", "^Test", []mutant{
		{"a created row may be sent again", "journal", "free", `undecided(v)`, `""`, 0},
		{"damage in the middle is taken for a torn end", "journal", "replay", `err == nil && (whole == 0 || int64(whole) != size-1)`, `false`, 0},
		{"a failed sync is forgotten", "journal", "Journal.flush", `err = fmt.Errorf(_format, err)`, `err = nil`, 0},
		{"a torn end isn't cut off", "journal", "resume", `t.torn > 0`, `false`, 0},
		{"a fate is looked for where the last one was", "journal", "State.Fate", `!c.entry.holds(row)`, `c.record == nil`, 0},
		{"fates with other numbers of attempts are alike", "journal", "Fate.shared", `Fate{Kind: f.Kind, Attempts: f.Attempts}`, `Fate{Kind: f.Kind}`, 0},
	}},
	{"./csvfile", "^(Test|Fuzz)", []mutant{
		{"a quote doesn't make a known record longer", "csvfile", "Reader.pass", `!ok || bytes.IndexByte(_line, '"') >= 0`, `!ok`, 0},
		{"a record keeps the cells of the one before", "csvfile", "Record.split", `len(rec.ends) == 0`, `rec.ends == nil`, 0},
	}},
	{"./report", "^Test", []mutant{
		{"rows beside their fates aren't compared with those that were sent", "rows", "Verifier.Take", `v.crc != s.CRC`, `false`, 0},
	}},
	{".", "^Test(AnAccount|AKey|AShort|Warnings|Matrix|Equal|Twins|AMerged)", []mutant{
		{"a key whose values the account loses is relied on", "", "keyCheck.read", `!ok`, `!ok && false`, 0},
		{"that an account merges by properties is forgotten", "", "slicer.place", `s.merges()`, `s.merges() && false`, 0},
		{"what is stored is compared where a warning says what was sent", "", "newPairing", `ok && w.Raw != ""`, `ok && w.Raw == "?"`, 0},
		{"a warning is lost", "", "warningText", `slices.Contains(said, text)`, `(slices.Contains(said, text) || true)`, 0},
		{"a property that is left out speaks against a row", "", "pairedResult.fitsIn", `sent == "" || r.values[i] == ""`, `sent == ""`, 0},
		{"results and rows are paired although some could be another's", "", "pairing.pairCertain", `len(r.fits) != 1`, `len(r.fits) == 0`, 0},
		{"the list that is read once is the last word", "", "courier.finishMerged", `read == 1`, `read >= 0`, 0},
	}},
	{"./rows", "^Test", []mutant{
		{"keys are compared to the letter", "rows", "FindDuplicates", `first[key]`, `first[rec.Key]`, 1},
		{"keys are hashed to the letter", "rows", "FindDuplicates", `maphash.String(seed, api.Folded(rec.Key))`, `maphash.String(seed, rec.Key)`, 0},
		{"an automatic key leaves associations out", "rows", "Hasher.ContentOf", `strings.TrimLeft(a.ID, "0")`, `strings.TrimLeft(a.ID, "0123456789")`, 0},
		{"an automatic key depends on how a name is written", "rows", "Hasher.ContentOf", `api.Folded(l.Value)`, `l.Value + api.Folded("")`, 0},
		{"an automatic key depends on the order of the rules", "rows", "Hasher.ContentOf", `slices.SortFunc(h.parts, bytes.Compare)`, `_ = h.parts`, 0},
		{"equal rows have one automatic key", "rows", "FindOrdinals", `n > 0`, `n > 1<<40`, 0},
		{"a corrected row takes the key of a row that exists", "rows", "FindCorrected", `taken[place{n.Content, n.Number}]`, `false`, 0},
		{"a row that comes again as it was takes another key", "rows", "FindCorrected", `len(own[at]) > 0`, `false`, 0},
	}},
	{"./api", "^Test", []mutant{
		{"values that differ in case differ", "api", "Folded", `strings.ToLower(strings.TrimSpace(value))`, `strings.TrimSpace(value)`, 0},
		{"numbers with zeros before them are others", "api", "Folded", `strings.TrimLeft(whole, "0")`, `whole`, 0},
	}},
	{"./reconcile", "^Test", []mutant{
		{"created rows without an id aren't looked for", "reconcile", "reconciliation.collect", `kind != journal.InDoubt && kind != journal.Unidentified`, `kind != journal.InDoubt`, 0},
		{"an equal row in doubt gets the record of a created one", "reconcile", "rank", `d.exists`, `false`, 0},
		{"something is assumed of created rows", "reconcile", "reconciliation.conclude", `d.exists`, `d.exists && v.id != ""`, 0},
		{"a record is found although there are more than rows", "reconcile", "doubt.verdict", `n > len(gr.rows)`, `false`, 0},
		{"a record that has a row already is found", "reconcile", "reconciliation.leaveOutKnown", `!kind.Exists()`, `!kind.Exists() || true`, 0},
	}},
	{"./undo", "^Test", []mutant{
		{"a record is archived although its values have changed", "undo", "undoing.decide", `kept = it.changed(values)`, `_ = it.changed(values)`, 0},
		{"an unchanged number in another spelling counts as changed", "undo", "item.changed", `api.Normalized(_a) != api.Normalized(_b)`, `_a != _b`, 0},
		{"a record of another app is archived", "undo", "item.foreign", `source != "" && by != source`, `source != "" && by != source && false`, 0},
		{"a record that is older than the run is archived", "undo", "item.foreign", `created.Before(_at)`, `created.Before(_at) && false`, 0},
		{"the clocks of the two sides agree", "undo", "item.foreign", `began.Add(-clockSkew)`, `began`, 0},
		{"a record is archived although it isn't known what was sent", "undo", "item.changed", `it.sent == nil`, `false`, 0},
		{"changed records aren't archived on request", "undo", "undoing.decide", `kept == nil && !u.ArchiveChanged`, `kept == nil`, 0},
		{"a lost answer counts as done", "undo", "undoing.write", `ans.Outcome == api.Answered && done != 0`, `(ans.Outcome == api.Answered || ans.Outcome == api.Unknown) && done != 0`, 0},
		{"a lost answer is repeated without a look", "undo", "undoing.undo", `records, err := u.read(ctx, batch)`, `ids := batch; if batch[0].attempts > 0 { ids = items }; records, err := u.read(ctx, ids); for _, it := range batch { if it.attempts > 0 { delete(records, it.id) } }`, 0},
		{"a refusal refuses all", "undo", "undoing.write", `ans.Outcome == api.Refused && len(items) == 1`, `ans.Outcome == api.Refused`, 0},
		{"rows in flight at a death are forgotten", "undo", "undoing.item", `settled && kind != journal.InDoubt`, `settled && kind > 0`, 0},
		{"a record that another process archived is called gone", "undo", "undoing.decide", `!exists && it.attempts > 0`, `false`, 0},
		{"nobody looks whether what was archived is gone", "undo", "undoing.run", `err != nil || u.DryRun`, `err != nil || true`, 0},
		{"a dry run archives", "undo", "undoing.undo", `own, restore = nil, nil`, `_, _ = own, restore`, 0},
		{"what somebody wrote since is overwritten", "undo", "item.restored", `api.Normalized(v.New)`, `api.Normalized(values[v.Property])`, 0},
		{"the last old value is written back", "undo", "item.restored", `slices.Contains(seen, v.Property)`, `false`, 0},
		{"old values are written for ever", "undo", "item.restored", `it.tries >= maxRestores`, `false`, 0},
		{"a record that was changed since counts as restored", "undo", "item.restored", `len(changed) > 0`, `false`, 0},
		{"the input isn't compared with what was read", "undo", "Run", `u.Rows.Known = o.Run.Slices()`, `_ = o.Run.Slices()`, 0},
		{"records are archived before their slice is verified", "undo", "undoing.items", `row.Verified`, `true`, 0},
		{"the input ends the last row early", "undo", "undoing.items", `row.Row == last`, `row.Row >= last-1`, 0},
		{"what this process has archived isn't verified", "undo", "undoing.run", `archivedIn(u.Run, now)`, `archivedIn(now, u.State)`, 0},
	}},
	{"./rundir", "^TestPerson$", []mutant{ // the guards between runs, found missing by random people
		{"rows that other runs have sent aren't compared", "rundir", "comparison.add", `len(c.others) == 0`, `true`, 0},
		{"a run isn't noted when it begins", "rundir", "session.enter", `cmp.Or(j.Close(), note.publish())`, `j.Close()`, 0},
		{"a run that hasn't ended has sent nothing", "rundir", "session.others", `!idle`, `!idle && o.Settled`, 0},
		{"a mapping that has changed isn't noticed", "rundir", "session.others", `e.Mapping != own.Mapping`, `false`, 0},
		{"a key knows all rows, by whatever mapping it was made", "rundir", "session.others", `s.mapper.AutoKey() == "" || o.old == nil`, `true`, 0},
		{"a damaged ledger is an empty one", "rundir", "session.compare", `s.mustRemember() || ctx.Err() != nil`, `ctx.Err() != nil`, 0},
		{"runs nearby that the ledger lacks are forgotten", "rundir", "session.register", `!sameAccount(&d.Run, &s.dir.Run)`, `true`, 0},
		{"two processes compare their rows at the same time", "rundir", "session.holdAccount", `"lock"`, `"lock" + s.dir.ID`, 0},
		{"a run that is finished is so for any content", "rundir", "session.goOn", `d.covers(in) && !more`, `!more`, 0},
		{"a run goes on only where its input lay", "rundir", "session.followInput", `err == nil || ctx.Err() != nil`, `true`, 0},
	}},
	{"./hubspot", "^Test", []mutant{
		{"a 4xx that HubSpot didn't write is believed", "hubspot", "classify", `status/100 == 4 && explained`, `status/100 == 4`, 0},
		{"a 5xx is believed", "hubspot", "classify", `status/100 == 4 && explained`, `status/100 >= 4 && explained`, 0},
		{"a lost answer passes for no connection", "hubspot", "response.noResponse", `r.bodySent`, `r.bodySent && r.err == nil`, 0},
		{"an answer that isn't final is believed", "hubspot", "response.batchAnswer", `b.Status != "" && b.Status != statusDone`, `b.Status == "PENDING"`, 0},
		{"an answer that broke off is read", "hubspot", "response.batchAnswer", `r.err != nil`, `false`, 0},
		{"a request's body is free before its last byte was read", "hubspot", "body.Read", `len(b.rest) == 0`, `len(b.rest) <= 1`, 2},
		{"bytes that aren't UTF-8 are sent as U+FFFD", "hubspot", "appendInputs", `nameErr != nil || valueErr != nil`, `false`, 0},
		{"a member that is there twice is read twice", "hubspot", "lenient", `jsontext.AllowInvalidUTF8(true)`, `jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)`, 0},
	}},
}

// TestMutantsApply: the table follows the code.
func TestMutantsApply(t *testing.T) {
	for _, group := range mutantGroups {
		for _, m := range group.mutants {
			if _, _, err := m.apply(); err != nil {
				t.Errorf("%s: %v", m.name, err)
			}
		}
	}
}

// TestMutants takes minutes, for each mutant is compiled. HUBLOAD_MUTANTS=1 asks for
// it, and another value, a regular expression, picks some by their names.
func TestMutants(t *testing.T) {
	asked := os.Getenv("HUBLOAD_MUTANTS")
	if asked == "" {
		t.Skip("HUBLOAD_MUTANTS isn't set")
	}
	picked := func(m mutant) bool { return asked == "1" || regexp.MustCompile(asked).MatchString(m.name) }
	for _, group := range mutantGroups {
		if !slices.ContainsFunc(group.mutants, picked) {
			continue
		}
		sound, output := testsOf(t, group.dir, group.tests, mutant{})
		if !sound {
			t.Fatalf("the tests in %s fail without any mutant:\n%s", group.dir, output)
		}
		for _, m := range group.mutants {
			if !picked(m) {
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
	if m.fn != "" {
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
	path, text, err := m.apply()
	if err != nil {
		t.Fatal(err)
	}
	file, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	mutated := filepath.Join(t.TempDir(), filepath.Base(file))
	plan := filepath.Join(t.TempDir(), "overlay.json")
	told, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutated}})
	if err == nil {
		err = errors.Join(
			os.WriteFile(mutated, []byte(text), 0o600),
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
