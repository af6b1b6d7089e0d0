// The judge: what an answer proves about each row of a batch.

package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

// A verdict is what one answer proves about one row.
type verdict uint8

const (
	unknown  verdict = iota // the row may exist, may come to exist, or not
	retry                   // certainly not executed: the row is free again
	created                 // the row exists and its id is known
	refused                 // the row was certainly not created
	readBack                // refused, but a read by the key has the last word
	split                   // refused in company: who is guilty shows alone
)

func (v verdict) String() string {
	return [...]string{"unknown", "retry", "created", "refused", "readBack", "split"}[v]
}

// A rowResult is a verdict with its evidence.
type rowResult struct {
	verdict
	id      string       // created
	failure *api.Failure // refused, readBack, split; unknown where the answer gave a reason
}

// sentRow is what the judge must know of a row besides the answer.
type sentRow struct {
	trace string
	key   string // "" without a unique key

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
// proved by walking its table. What it returns stands in room, as far as that reaches.
func judge(rows []sentRow, ans api.Answer) []rowResult {
	out := make([]rowResult, len(rows))
	switch ans.Outcome {
	case api.Answered:
		judgeRows(out, rows, ans)
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

// judgeRows judges an answer that names rows. A row is created or refused only
// if it was named, exactly once, and by its trace or its key: results come in no
// order, so a position proves nothing.
func judgeRows(out []rowResult, rows []sentRow, ans api.Answer) {
	byKey := make(map[string]int)
	for i, r := range rows {
		if r.key != "" {
			byKey[r.key] = i
		}
	}
	var room [api.MaxBatch]int // which isn't allocated
	named := room[:]
	if len(rows) > len(named) {
		named = make([]int, len(rows))
	}
	for k, c := range ans.Created {
		i, ok := traced(rows, k, c.Trace)
		if !ok && c.Trace == "" {
			i, ok = byKey[c.Key]
		}
		if !ok || c.ID == "" {
			continue
		}
		named[i]++
		out[i] = rowResult{verdict: created, id: c.ID}
	}
	var anonymous *api.Failure
	for k := range ans.Failures {
		f := &ans.Failures[k]
		if len(f.Traces) == 0 {
			anonymous = f
		}
		for _, t := range f.Traces {
			if i, ok := traced(rows, k, t); ok {
				named[i]++
				out[i] = refuse(rows[i], f)
			}
		}
	}
	// An error that names nobody can be nobody else's when one row was sent
	// and it wasn't created.
	if len(rows) == 1 && named[0] == 0 && len(ans.Created) == 0 && len(ans.Failures) == 1 && anonymous != nil {
		out[0] = refuse(rows[0], anonymous)
		return
	}
	for i := range rows {
		switch {
		case named[i] == 0:
			out[i] = rowResult{failure: shortfall(ans, anonymous)}
		case named[i] > 1:
			out[i] = rowResult{failure: &api.Failure{Code: journal.CodeInDoubt, Message: "HubSpot's answer names this row more than once, and not in one sense"}}
		}
	}
}

// traced returns the number of the row that a trace names, which may well be its
// place in the answer's list. Traces of one run that
// are in file order are in the order of their lengths and then of their letters;
// where they aren't, the search misses none, and takes longer.
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
