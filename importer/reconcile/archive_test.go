// An account that is only read, and runs that left rows in doubt.

package reconcile

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

const familyMapping = `
properties:
  name: { column: name }
  price: { column: price }
associations:
  - { to: deals, column: deal, optional: true }
  - { to: quotes, column: quote }
`

var began = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// An archive is an account that is only read.
type archive struct {
	api.API                               // what it lacks isn't called
	records  map[string]map[string]string // id -> values
	parents  map[string][]string          // id -> "deals/1"
	keys     map[string]string
	failures []error // of the next reads
	asked    []string
	renewed  int
}

func (a *archive) fail() (err error) {
	if len(a.failures) > 0 {
		err, a.failures = a.failures[0], a.failures[1:]
	}
	return err
}

// AssociatedIDs gives pages of two records.
func (a *archive) AssociatedIDs(_ context.Context, from string, pages []api.Page) (api.Associations, error) {
	found := api.Associations{IDs: map[string][]string{}}
	var ids []string
	for _, p := range pages {
		ids = append(ids, p.ID+p.After)
	}
	a.asked = append(a.asked, fmt.Sprintf("%s of %s", strings.Join(ids, ","), from))
	if err := a.fail(); err != nil {
		return found, err
	}
	for _, p := range pages {
		if from == "quotes" && p.ID == "404" {
			return found, readFailure{status: 404}
		}
		var all []string
		for id, parents := range a.parents {
			if slices.Contains(parents, from+"/"+p.ID) {
				all = append(all, id)
			}
		}
		slices.Sort(all)
		start := 0
		if p.After != "" {
			start = slices.Index(all, strings.TrimPrefix(p.After, ">")) + 1
		}
		page := all[start:min(start+2, len(all))]
		if len(page) > 0 {
			found.IDs[p.ID] = page
		}
		if start+len(page) < len(all) {
			found.Next = append(found.Next, api.Page{ID: p.ID, After: ">" + page[1]})
		}
	}
	return found, nil
}

func (a *archive) ReadProperties(_ context.Context, _ string, ids, properties []string) (map[string]api.Record, error) {
	a.asked = append(a.asked, "values of "+strings.Join(ids, ","))
	if err := a.fail(); err != nil {
		return nil, err
	}
	found := map[string]api.Record{}
	for _, id := range ids {
		if r, ok := a.records[id]; ok {
			found[id] = api.Record{ID: id, Properties: maps.Clone(r)}
			maps.DeleteFunc(found[id].Properties, func(name, _ string) bool { return !slices.Contains(properties, name) })
		}
	}
	return found, nil
}

func (a *archive) FindByProperty(_ context.Context, _, _ string, values []string) (api.Found, error) {
	a.asked = append(a.asked, "keys "+strings.Join(values, ","))
	f := api.Found{Complete: len(values), IDs: map[string][]string{}, Rate: api.Rate{Remaining: -1}}
	for _, v := range values {
		if id, ok := a.keys[v]; ok {
			f.IDs[v] = []string{id}
		}
	}
	return f, a.fail()
}

func (a *archive) Renew(context.Context) (bool, error) {
	a.renewed++
	return a.renewed == 1, nil
}

// holds adds a record: its parents, and name=value pairs.
func (a *archive) holds(id, parents string, values ...string) *archive {
	if a.records == nil {
		a.records, a.parents = map[string]map[string]string{}, map[string][]string{}
	}
	r := map[string]string{"createdate": began.Add(time.Minute).Format(time.RFC3339)}
	for _, v := range values {
		name, value, _ := strings.Cut(v, "=")
		r[name] = value
	}
	a.records[id], a.parents[id] = r, strings.Fields(parents)
	return a
}

type readFailure struct {
	status int
	wait   time.Duration
}

func (e readFailure) Error() string      { return fmt.Sprintf("HubSpot answered %d", e.status) }
func (e readFailure) Temporary() bool    { return e.status >= 500 || e.status == 429 }
func (e readFailure) Unauthorized() bool { return e.status == 401 }
func (e readFailure) NotFound() bool     { return e.status == 404 }
func (e readFailure) Forbidden() bool    { return e.status == 403 }
func (e readFailure) Rate() api.Rate {
	return api.Rate{Remaining: -1, Refused: e.status == 429, Wait: e.wait}
}

// A case file is a run that left rows in doubt.
type caseFile struct {
	t       *testing.T
	csv     string
	mapping string
	path    string
	change  func(*Options)
	limiter *ratelimit.Limiter
}

// newCase begins a run whose rows are CSV lines of name, price, deal and quote. Rows
// are all in doubt but those in created, whose id may be unknown.
func newCase(t *testing.T, created map[int64]string, lines ...string) *caseFile {
	t.Helper()
	c := &caseFile{
		t: t, mapping: familyMapping,
		path: filepath.Join(t.TempDir(), "journal.jsonl"), limiter: ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 1000, Per: time.Second}}),
	}
	c.csv = "name,price,deal,quote\n"
	j, err := journal.Create(c.path, journal.Header{Run: "1a2b3c4d", Started: began})
	c.must(err)
	c.must(j.Close())
	c.add(created, lines...)
	return c
}

// add appends rows to the input that a request left as newCase says.
func (c *caseFile) add(created map[int64]string, lines ...string) {
	c.t.Helper()
	j, st, err := journal.Open(c.path)
	c.must(err)
	last, _ := st.Rows()
	st.Close()
	var fates []journal.Fate
	var rows []int64
	crc := uint32(0)
	for i, line := range lines {
		n := last + int64(i) + 1
		c.csv += line + "\n"
		crc = journal.Checksum(crc, []byte(line))
		rows = append(rows, n)
		fate := journal.Fate{Row: n, Kind: journal.InDoubt, Code: journal.CodeInDoubt, Message: "the connection was lost", CorrelationID: "c-1", Attempts: 1}
		if id, ok := created[n]; ok {
			fate = journal.Fate{Row: n, Kind: journal.Created, ID: id, Attempts: 1}
			if id == "" {
				fate.Kind, fate.Warning = journal.Unidentified, "rounded"
			}
		}
		fates = append(fates, fate)
	}
	n, err := j.Begin([]journal.Slice{{Span: journal.Span{From: rows[0], To: rows[len(rows)-1]}, CRC: crc}}, nil, rows, 1)
	c.must(err)
	c.must(j.End(n, fates))
	c.must(j.Close())
}

func (c *caseFile) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *caseFile) source() (rows.Source, error) {
	return csvfile.NewReader(strings.NewReader(c.csv), csvfile.Options{})
}

func (c *caseFile) mapper() *mapping.Mapper {
	m, err := mapping.Parse([]byte(c.mapping))
	c.must(err)
	header, _, _ := strings.Cut(c.csv, "\n")
	mapper, err := m.Compile(strings.Split(header, ","))
	c.must(err)
	return mapper
}

func (c *caseFile) resolve(ctx context.Context, a api.API) (Result, error) {
	c.t.Helper()
	j, st, err := journal.Open(c.path)
	c.must(err)
	defer st.Close()
	rs := Options{Open: c.source, Rows: rows.Config{Mapper: c.mapper()}, API: a, Limiter: c.limiter, Journal: j, State: st}
	if c.change != nil {
		c.change(&rs)
	}
	done, err := Run(ctx, rs)
	c.must(j.Close())
	return done, err
}

// found resolves and says of each row its id, or - for a row in doubt.
func (c *caseFile) found(a *archive) string {
	c.t.Helper()
	done, err := c.resolve(c.t.Context(), a)
	c.must(err)
	if done.InDoubt != done.Found+done.Absent+done.Several+done.Unlooked {
		c.t.Errorf("%+v doesn't add up", done)
	}
	var out []string
	for _, f := range c.fates() {
		switch {
		case f.Kind == journal.InDoubt:
			out = append(out, "-")
		default:
			out = append(out, f.ID)
		}
	}
	return strings.Join(out, " ")
}

func (c *caseFile) fates() (fates []journal.Fate) {
	c.t.Helper()
	st, err := journal.Load(c.path)
	c.must(err)
	defer st.Close()
	last, _ := st.Rows()
	for n := int64(1); n <= last; n++ {
		f, _, err := st.Fate(n)
		c.must(err)
		fates = append(fates, f)
	}
	return fates
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
