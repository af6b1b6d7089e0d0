// The checker: compares what the journal says with the account's truth, and with what was on the wire.

package importer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/promisetest"
)

// It knows the promise and shares nothing with the engine that keeps it: what an
// answer proves is judged here a second time, from its bytes.

// A simRecord is what an answer says of one row.
type simRecord struct {
	created []string // ids
	refused int
}

// An evidence is all that the wire ever said about a row.
type evidence struct {
	sent     int // requests that held it, handed over whole and not refused before they were looked at
	nothing  int // of those the ones whose answer proved nothing of it
	refusals int
	ids      []string
	late     bool // it was in a request after one that proved nothing
}

// proves reads an exchange. Unexecuted: the request was certainly not carried
// out. All: it was refused as a whole. Otherwise the rows that the answer names.
func (x *exchange) proves() (unexecuted, all bool, named map[string]*simRecord) {
	switch x.status {
	case 0:
		return !x.taken, false, nil
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusTooManyRequests, 477:
		return true, false, nil
	case http.StatusBadRequest, http.StatusConflict:
		return false, x.whole && json.Valid(x.body), nil
	case http.StatusOK, http.StatusCreated, http.StatusMultiStatus:
	default:
		return false, false, nil
	}
	var answer struct {
		Status    string
		NumErrors int
		Results   []struct {
			ID         string
			Trace      string `json:"objectWriteTraceId"`
			Properties struct{ Name string }
		}
		Errors []struct {
			Context map[string][]string
		}
	}
	if !x.whole || json.Unmarshal(x.body, &answer) != nil || answer.Status != "COMPLETE" {
		return false, false, nil
	}
	named = map[string]*simRecord{}
	nameless := 0 // results
	of := func(name string) *simRecord {
		if named[name] == nil {
			named[name] = &simRecord{}
		}
		return named[name]
	}
	for _, res := range answer.Results {
		name := x.rows[res.Trace]
		if res.Trace == "" {
			name = x.rowNamed(res.Properties.Name)
		}
		if name == "" {
			nameless++
		} else {
			of(name).created = append(of(name).created, res.ID)
		}
	}
	for _, e := range answer.Errors {
		traces := e.Context["objectWriteTraceId"]
		for _, t := range traces {
			of(x.rows[t]).refused++
		}
		if len(traces) == 0 && len(x.rows) == 1 && len(answer.Errors) == 1 && len(answer.Results) == 0 {
			for _, name := range x.rows {
				of(name).refused++
			}
		}
	}
	// Every row that isn't named was refused, if the counts leave nothing else.
	if len(answer.Results)+answer.NumErrors == len(x.rows) && nameless == 0 {
		for _, name := range x.rows {
			if named[name] == nil {
				of(name).refused++
			}
		}
	}
	return false, false, named
}

// rowNamed is the row of a request whose record has a name. No two do.
func (x *exchange) rowNamed(name string) string {
	for _, row := range x.rows {
		if recordName(row) == name {
			return row
		}
	}
	return name
}

// evidence goes through all exchanges in their order.
func (r *simRun) evidence() (by map[string]*evidence, silent int) {
	by = map[string]*evidence{}
	for i := range r.input.rows {
		by[r.input.rows[i].name] = &evidence{}
	}
	for _, x := range r.world.exchanges {
		unexecuted, all, named := x.proves()
		dumb := false
		records := map[string]bool{}
		for _, name := range x.rows {
			if records[recordName(name)] {
				r.fault("two rows that send the same are in one request: %v", x.rows)
			}
			records[recordName(name)] = true
		}
		for _, name := range x.rows {
			e := by[name]
			e.late = e.late || e.nothing > 0
			rec := named[name]
			switch {
			case unexecuted:
				continue
			case all:
				e.refusals++
				continue
			case rec == nil || len(rec.created)+rec.refused != 1:
				e.nothing++
				dumb = true
			case rec.refused == 1:
				e.refusals++
				continue
			default:
				e.ids = append(e.ids, rec.created...)
			}
			e.sent++
		}
		if dumb {
			silent++
		}
	}
	return by, silent
}

// check compares everything when nothing can change any more.
func (r *simRun) check() {
	st, err := journal.Load(r.path)
	if err != nil {
		r.fault("%v", err)
		return
	}
	defer st.Close()
	truth := map[string][]string{}
	for o := range r.world.account.Objects("line_items") {
		truth[o.Properties["name"]] = append(truth[o.Properties["name"]], o.ID)
		if n := r.input.byName[o.Properties["name"]]; n > 0 {
			r.checkLinks(n, &r.input.rows[n-1], &o)
		}
	}
	for name := range truth {
		if r.input.byName[name] == 0 {
			r.fault("the account holds %q, which is no row", name)
		}
	}
	r.tellTwinsApart(st, truth)
	by, silent := r.evidence()
	var c journal.Counts
	var claims []promisetest.Claim
	unread := 0 // rows in doubt because they were refused and the read that has the last word failed
	for i := range r.input.rows {
		f, ok, err := st.Fate(int64(i + 1))
		if err != nil || !ok {
			r.fault("row %d has no fate (%v)", i+1, err)
			continue
		}
		r.fates = append(r.fates, f)
		claims = append(claims, promisetest.Claim{Row: r.input.rows[i].name, Status: f.Kind.String(), ID: f.ID})
		row := &r.input.rows[i]
		r.checkRow(i+1, row, f, truth[row.name], by[row.name])
		switch f.Kind {
		case journal.Created:
			c.Created++
		case journal.Existing:
			c.Existing++
		case journal.Refused:
			c.Refused++
		case journal.Unidentified:
			c.Unidentified++
		case journal.InDoubt:
			c.InDoubt++
			if e := by[row.name]; r.plan.key && e.nothing == 0 && !r.died[i+1] && e.refusals > 0 {
				unread++
			}
		}
	}
	for _, b := range promisetest.Check(claims, truth) {
		r.fault("%s\n\tthe wire said %+v", b.Text, by[b.Row])
	}
	if got := st.Counts(); got != c {
		r.fault("the journal counts %+v, its fates are %+v", got, c)
	}
	if bound := (r.dropped + silent) * r.plan.batch; int(c.InDoubt)-unread > bound {
		r.fault("%d rows are in doubt; %d requests were in flight at a death and %d answers proved nothing, of at most %d rows each",
			c.InDoubt, r.dropped, silent, r.plan.batch)
	}
	r.checkWindow()
	r.count(c)
}

// tellTwinsApart gives each twin its records of those of one name: the one that it claims
// is its own, then one for each that exists without an id, or may. What is left is somebody's
// second.
func (r *simRun) tellTwinsApart(st *journal.State, truth map[string][]string) {
	fates := map[string]journal.Fate{}
	alike := map[string][]string{} // rows by the name of their records
	for i := range r.input.rows {
		name := r.input.rows[i].name
		alike[recordName(name)] = append(alike[recordName(name)], name)
		fates[name], _, _ = st.Fate(int64(i + 1))
	}
	for record, rows := range alike {
		if len(rows) == 1 {
			continue
		}
		r.tally.twins += len(rows)
		left := truth[record]
		delete(truth, record)
		for _, row := range rows {
			if at := slices.Index(left, fates[row].ID); at >= 0 {
				truth[row], left = left[at:at+1:at+1], slices.Concat(left[:at], left[at+1:])
			}
		}
		for _, kind := range []journal.Kind{journal.Unidentified, journal.Existing, journal.InDoubt} {
			for _, row := range rows {
				if fates[row].Kind == kind && len(left) > 0 && len(truth[row]) == 0 {
					truth[row], left = left[:1:1], left[1:]
				}
			}
		}
		truth[rows[0]] = append(truth[rows[0]], left...)
	}
}

// checkRow holds one row's fate against the truth.
func (r *simRun) checkRow(n int, row *simRow, f journal.Fate, ids []string, e *evidence) {
	wrong := func(what string) {
		r.fault("row %d (%+v): %s\n\tthe journal says %+v\n\tthe account holds %v\n\tthe wire said %+v, in flight at a death: %t",
			n, *row, what, f, ids, *e, r.died[n])
	}
	doubtful := e.nothing > 0 || r.died[n]
	switch f.Kind {
	case journal.Created, journal.Existing:
		if f.Kind == journal.Existing && !r.plan.key {
			wrong("found by a key that there isn't")
		}
		if f.Kind == journal.Created && !slices.Contains(e.ids, f.ID) {
			wrong("no answer said so")
		}
	case journal.Unidentified:
		if len(ids) != 1 {
			wrong("created without an id, and there is no such record")
		}
	case journal.Refused:
		switch {
		case row.held:
			wrong("refused, and the account has held its key from the start")
		case !row.unfit && e.refusals == 0:
			wrong("nobody has refused it")
		}
	case journal.InDoubt:
		switch {
		case !doubtful && (!r.plan.key || e.refusals == 0): // with a key a read has the last word on refusals
			wrong("there is nothing to doubt")
		case r.plan.key:
			wrong("a key could have told")
		}
	}
	if matched := strings.HasPrefix(f.Code, "MATCH_"); matched != row.lost {
		wrong("whether it leads somewhere")
	}
	if row.unfit && (f.Kind != journal.Refused || e.sent+e.refusals > 0) {
		wrong("it couldn't be sent")
	}
	if r.plan.key {
		return
	}
	switch {
	case doubtful && f.Kind != journal.InDoubt:
		wrong("without a key a doubt is for ever")
	case e.sent > 1 || e.late:
		wrong("sent again, though it may have been created")
	}
}

// checkLinks holds a record that a row became against what the row leads to.
func (r *simRun) checkLinks(n int, row *simRow, o *hubspottest.Object) {
	if row.held || !r.plan.match {
		return
	}
	r.tally.linked++
	led := slices.ContainsFunc(o.Associations, func(a hubspottest.Association) bool { return a.ToID == fmt.Sprint(firstDeal+row.deal-1) })
	product := ""
	if row.product > 0 {
		product = fmt.Sprint(firstProduct + row.product - 1)
	}
	if led != (row.deal > 0) || o.Properties["hs_product_id"] != product || o.Properties["hs_position_on_quote"] != row.number {
		r.fault("row %d (%+v) became %+v", n, *row, *o)
	}
}

// checkWindow compares the account's fullest window with its limit.
func (r *simRun) checkWindow() {
	if !r.plan.strict {
		return
	}
	r.tally.windows++
	limit := r.plan.account.Limit
	if most := r.world.account.MaxInWindow(); most > limit {
		r.fault("%d requests in a window of %s, the limit is %d", most, r.plan.account.Per, limit)
	}
}

func (r *simRun) count(c journal.Counts) {
	t := &r.tally
	t.seeds = 1
	t.requests = len(r.world.account.Requests())
	t.rows = len(r.input.rows)
	t.created, t.existing, t.refused, t.doubted = int(c.Created), int(c.Existing), int(c.Refused), int(c.InDoubt)
	if r.plan.key {
		t.rowsKeyed, t.doubtedKeyed = t.rows, t.doubted
	}
	t.struck = r.struck()
	for call, times := range r.world.account.Counts() {
		if !strings.Contains(call.Path, "/line_items/") && strings.Contains(call.Path, "/objects/") {
			t.lookups += times
		}
	}
	for i := range r.input.rows {
		if r.input.rows[i].lost {
			t.lost++
		}
	}
}
