// The judge: what an answer proves about each row of a batch.

package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A verdict is what one answer proves about one row.
type verdict uint8

const (
	unknown  verdict = iota // the row may exist, may come to exist, or not
	retry                   // certainly not executed: the row is free again
	created                 // the row exists; its id may not be known
	refused                 // the row was certainly not created
	readBack                // refused, or not named, and a read by the key has the last word
	split                   // refused in company: who is guilty shows alone
	merged                  // it exists, or was merged with an equal row of its request
	updated                 // its record has the values that were sent
)

func (v verdict) String() string {
	return [...]string{"unknown", "retry", "created", "refused", "readBack", "split", "merged", "updated"}[v]
}

// A rowResult is a verdict with its evidence.
type rowResult struct {
	verdict
	id      string        // updated, created; "" when the answer doesn't say which record it is
	among   []string      // created without an id, merged: ids of rows that send the same properties
	warned  []api.Warning // created: what HubSpot says about the record's values
	failure *api.Failure  // refused, readBack, split; unknown where the answer gave a reason
}

// sentRow is what the judge must know of a row besides the answer.
type sentRow struct {
	trace  string
	id     string          // of the record to change, "" for one to create
	key    string          // "" without a unique key
	record *mapping.Record // what was sent

	// ambiguous: an earlier attempt proved nothing. A later refusal says
	// nothing about that attempt, so it can't refuse the row any more.
	ambiguous bool

	// again: the row was sent before, also by a process that is gone, and was
	// refused in company perhaps. Whether HubSpot writes nothing of a batch
	// that it refuses isn't established, so with a key the last word is a
	// read.
	again bool
}

// judge says what ans proves about each of rows, in their order. It is a pure
// function, and the only place where an answer becomes a fate: reliability is
// proved by walking its table.
func judge(rows []sentRow, ans api.Answer) []rowResult {
	out := make([]rowResult, len(rows))
	switch ans.Outcome {
	case api.Answered:
		if rows[0].id != "" {
			judgeChanges(out, rows, ans)
		} else {
			judgeRows(out, rows, ans)
		}
	case api.Refused:
		for i := range rows {
			out[i] = rowResult{verdict: split, failure: &ans.Refusal}
		}
		if len(rows) == 1 {
			out[0] = refuse(rows[0], &ans.Refusal)
		}
	case api.Limited, api.Unreachable, api.Busy, api.Denied, api.Impossible:
		for i := range rows {
			out[i].verdict = retry
		}
	default:
		for i := range rows {
			out[i].failure = &ans.Refusal
		}
	}
	return out
}

// judgeRows judges an answer that holds results and errors. A result is a row's by its
// trace, else by its key, else by the values it gives back. Results come in no order, so
// a position proves nothing.
func judgeRows(out []rowResult, rows []sentRow, ans api.Answer) {
	byKey := make(map[string]int)
	for i, r := range rows {
		if r.key != "" {
			byKey[api.Folded(r.key)] = i
		}
	}
	named := make([]int, len(rows))
	var unnamed []*api.Created
	withID := 0
	for k := range ans.Created {
		c := &ans.Created[k]
		i, ok := traced(rows, k, c.Trace)
		if !ok && c.Trace == "" {
			i, ok = byKey[api.Folded(c.Key)]
		}
		if c.ID != "" {
			withID++
		}
		switch {
		case c.ID == "":
		case ok:
			named[i]++
			out[i] = rowResult{verdict: created, id: c.ID, warned: c.Warnings}
		case c.Trace == "":
			unnamed = append(unnamed, c)
		}
	}
	refusals := 0
	var anonymous *api.Failure
	for k := range ans.Failures {
		f := &ans.Failures[k]
		if len(f.Traces) == 0 {
			anonymous = f
		}
		for _, t := range f.Traces {
			if i, ok := traced(rows, k, t); ok {
				named[i]++
				refusals++
				out[i] = refuse(rows[i], f)
			}
		}
	}
	// An error that names nobody can be nobody else's when one row was sent and
	// nothing was created.
	if len(rows) == 1 && named[0] == 0 && ans.Completeness.Results == 0 && len(ans.Created) == 0 && len(ans.Failures) == 1 && anonymous != nil {
		out[0] = refuse(rows[0], anonymous)
		return
	}
	var rest []int
	for i := range rows {
		switch {
		case named[i] == 0:
			rest = append(rest, i)
		case named[i] > 1:
			out[i] = rowResult{failure: &api.Failure{Code: journal.CodeInDoubt, Message: "HubSpot's answer names this row more than once, and contradicts itself"}}
		}
	}
	if len(rest) > 0 {
		c := ans.Completeness
		// An answer that contradicts itself proves nothing by its counts.
		c.Final = c.Final && !namesOthers(ans, rows) && !slices.ContainsFunc(named, func(n int) bool { return n > 1 })
		judgeRest(out, rows, remainder{rest, c, refusals, unnamed, c.Results == withID, anonymous, shortfall(ans, anonymous)})
	}
}

// judgeChanges judges an answer about records that were to be changed. A result is a row's
// by its trace, else by the record's id. A row that the answer doesn't name once is read
// again: HubSpot leaves merged and archived records out, and names unknown ids without a
// trace.
func judgeChanges(out []rowResult, rows []sentRow, ans api.Answer) {
	named := make([]int, len(rows))
	for k := range ans.Created {
		c := &ans.Created[k]
		i, ok := traced(rows, k, c.Trace)
		if c.Trace == "" {
			i = slices.IndexFunc(rows, func(r sentRow) bool { return c.ID != "" && api.Folded(r.id) == api.Folded(c.ID) })
			ok = i >= 0
		}
		if ok {
			named[i]++
			out[i] = rowResult{verdict: updated, id: cmp.Or(c.ID, rows[i].id), warned: c.Warnings}
		}
	}
	for k := range ans.Failures {
		f := &ans.Failures[k]
		for _, t := range f.Traces {
			if i, ok := traced(rows, k, t); ok {
				named[i]++
				out[i] = refuse(rows[i], f)
			}
		}
	}
	for i := range rows {
		if named[i] != 1 {
			out[i] = rowResult{verdict: readBack}
		}
	}
	if len(rows) == 1 && named[0] == 0 && len(ans.Failures) == 1 {
		out[0].failure = &ans.Failures[0] // it can be nobody else's
	}
}

// A remainder is what an answer leaves to be judged when the rows that it names are.
type remainder struct {
	rows []int // that it doesn't name
	api.Completeness
	refusals  int            // rows that it refuses by name
	unnamed   []*api.Created // results that name no row
	readable  bool           // every result has an id
	anonymous *api.Failure   // an error that names no row, nil without one
	shortfall *api.Failure   // why a row stays in doubt
}

// judgeRest judges the rows that an answer doesn't name, by its counts and by the values
// that its results give back. Without either they are in doubt.
func judgeRest(out []rowResult, rows []sentRow, r remainder) {
	p, c := newPairing(rows, r.rows, r.unnamed), r.Completeness
	if c.Final && c.Unnamed == 0 && c.Results+r.refusals == len(rows) {
		// The answer is complete: all of them exist. Values only decide which
		// record is whose.
		p.pairAll()
		for _, g := range p.groups {
			g.exist(out)
		}
		return
	}
	// A result whose id can't be read may be any row's: no row is absent beside it.
	certain := p.pairCertain() && r.readable
	counted := certain && r.anonymous != nil && c.Final && c.Unnamed > 0 && c.NumErrors >= 0 && c.Results+c.NumErrors == len(rows)
	// HubSpot documents that it merges identical entries of a batch: fewer results
	// than rows, no error, and no row without an equal that has a result.
	merges := certain && c.Final && c.Unnamed == 0
	for _, g := range p.groups {
		merges = merges && (len(g.ids) > 0 || namesLike(out, rows, g))
	}
	var absent []int
	for _, g := range p.groups {
		switch {
		case len(g.ids) == len(g.rows):
			g.exist(out)
		case counted && len(g.ids) == 0:
			absent = append(absent, g.rows...)
		default:
			for _, i := range g.rows {
				out[i] = rowResult{failure: r.shortfall}
				if merges {
					out[i] = rowResult{verdict: merged, failure: mergedFailure, among: g.ids}
				}
			}
		}
	}
	for _, i := range absent {
		switch {
		case len(absent) > 1:
			out[i] = rowResult{verdict: split, failure: r.anonymous}
		case rows[i].key != "": // a conclusion by counting: a read has the last word
			out[i] = rowResult{verdict: readBack, failure: r.anonymous}
		default:
			out[i] = refuse(rows[i], r.anonymous)
		}
	}
}

// namesLike reports whether the answer names a created row that sends what the rows of a
// group send. Its record is its own, and none of the group's.
func namesLike(out []rowResult, rows []sentRow, g *rowGroup) bool {
	content := contentOf(rows[g.rows[0]].record)
	for i := range rows {
		if out[i].verdict == created && out[i].id != "" && contentOf(rows[i].record) == content {
			return true
		}
	}
	return false
}

var mergedFailure = &api.Failure{Code: journal.CodeInDoubt, Message: "HubSpot merged this row with an equal one of the same request"}

// exist makes the rows of a group created, with the group's ids if it has all of them.
func (g *rowGroup) exist(out []rowResult) {
	for _, i := range g.rows {
		out[i] = rowResult{verdict: created}
		if len(g.ids) > 0 {
			out[i].warned = g.warned
		}
		switch {
		case len(g.ids) != len(g.rows):
		case len(g.rows) == 1:
			out[i].id = g.ids[0]
		default:
			out[i].among = g.ids
		}
	}
}

// traced returns the number of the row that a trace names. It is mostly that of the
// result. Traces of rows in file order are sorted by length and then by letters;
// otherwise the search takes longer and misses none.
func traced(rows []sentRow, place int, trace string) (int, bool) {
	if place < len(rows) && rows[place].trace == trace {
		return place, true
	}
	i, ok := slices.BinarySearchFunc(rows, trace, func(r sentRow, trace string) int {
		return cmp.Or(cmp.Compare(len(r.trace), len(trace)), strings.Compare(r.trace, trace))
	})
	if !ok {
		i = slices.IndexFunc(rows, func(r sentRow) bool { return r.trace == trace })
	}
	return i, i >= 0
}

// refuse is the rowResult on a row that an answer refuses, alone or by name.
func refuse(r sentRow, f *api.Failure) rowResult {
	switch {
	case r.id != "" && !r.again && !r.ambiguous:
	case r.key != "" && (f.Conflict || r.again || r.ambiguous):
		return rowResult{verdict: readBack, failure: f}
	case r.ambiguous:
		return rowResult{failure: f}
	}
	return rowResult{verdict: refused, failure: f}
}

func shortfall(ans api.Answer, anonymous *api.Failure) *api.Failure {
	f := &api.Failure{Code: journal.CodeInDoubt}
	if anonymous != nil {
		f.CorrelationID = anonymous.CorrelationID
		f.Message = fmt.Sprintf("HubSpot answered an error without saying for which row (%s)", anonymous.Code)
		return f
	}
	f.Message = fmt.Sprintf("HubSpot's answer doesn't name this row; it holds %d records and %d errors", len(ans.Created), len(ans.Failures))
	return f
}

// namesOthers reports whether an answer names records that nobody asked for.
func namesOthers(ans api.Answer, rows []sentRow) bool {
	for k, c := range ans.Created {
		if _, ours := traced(rows, k, c.Trace); !ours && c.Trace != "" {
			return true
		}
	}
	return false
}
