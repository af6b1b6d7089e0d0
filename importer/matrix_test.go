// The matrix: imports of rows that are alike, under every reading of what HubSpot does with them.

package importer_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/promisetest"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

var matrixRows = flag.Int("matrix.rows", 200, "rows of each import of the matrix")

// matrixMapping without a key; the others are added to it.
const matrixMapping = `
properties:
  name: { column: Name, required: true }
  price: Price
  hs_recurring_billing_start_date: Start
  hs_line_item_currency_code: Currency
associations:
  - { to: deals, column: Deal, required: true }
  - { to: quotes, column: Quote }
`

var matrixKeys = map[string]string{
	"":        "",
	"columns": "key: { property: row_key, columns: [Key] }\n",
	"auto":    "key: { property: row_key, auto: true }\n",
}

// matrixFaults are what happens to one create in twenty.
var matrixFaults = []string{"hangup-before", "hangup-after", "502", "502-after", "late-commit", "truncated", "empty-results", "empty-results-after", "missing-result", "pending", "refuse-429", "409"}

// A matrixRow is the cells that are sent.
type matrixRow struct{ name, price, start, currency, deal, quote string }

// matrixInput returns rows of which a fifth equals another one, and as many equal another
// one in some cells.
func matrixInput(r *rand.Rand, n int) []matrixRow {
	var list []matrixRow
	for i := range n {
		row := matrixRow{fmt.Sprint(" Item ", i+1), fmt.Sprintf("%d.50", 1+r.IntN(30)), fmt.Sprintf("2026-03-%02d", 1+r.IntN(28)), "EUR", fmt.Sprint(7001 + i/40), ""}
		if x := r.Float64(); i > 0 && x < 0.4 {
			row = list[max(0, i-150)+r.IntN(min(i, 150))]
			switch {
			case x < 0.2: // the same
			case x < 0.25:
				row.deal = fmt.Sprint(7001 + r.IntN(1+i/40))
			case x < 0.28:
				row.quote = fmt.Sprint(8001 + r.IntN(3))
			case x < 0.31:
				row.price = ""
			case x < 0.34:
				row.start = ""
			case x < 0.37:
				row.price, row.start, row.currency = "", "", ""
			default:
				row.price = strings.TrimSuffix(row.price, "0") // another text, the same value
			}
		} else if x > 0.98 {
			row.currency = "Taler" // refused
		}
		list = append(list, row)
	}
	return list
}

// A matrixRun is one import of rows into an account of some quirks.
type matrixRun struct {
	rows    []matrixRow
	key     string // of matrixKeys
	account *hubspottest.Account
	path    string // of the journal
	creates atomic.Int64

	unreadable bool // lists of associated records can't be read
}

// A matrixAPI counts creates on their way to the account.
type matrixAPI struct {
	api.API
	run *matrixRun
}

func (a matrixAPI) Create(ctx context.Context, inputs []api.Input) api.Answer {
	a.run.creates.Add(1)
	return a.API.Create(ctx, inputs)
}

func (a matrixAPI) AssociatedIDs(ctx context.Context, object string, pages []api.Page) (api.Associations, error) {
	if a.run.unreadable {
		return api.Associations{}, errors.New("not to be read")
	}
	return a.API.AssociatedIDs(ctx, object, pages)
}

func (m *matrixRun) csv() string {
	var b strings.Builder
	b.WriteString("Name,Price,Start,Currency,Deal,Quote,Key\n")
	for i, r := range m.rows {
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,k-%d\n", r.name, r.price, r.start, r.currency, r.deal, r.quote, i)
	}
	return b.String()
}

// run imports the rows, in as many processes as it takes.
func (m *matrixRun) run() (err error) {
	for range 6 {
		if err = m.process(matrixMapping + matrixKeys[m.key]); err == nil {
			return nil
		}
	}
	return err
}

// process imports the rows in one process.
func (m *matrixRun) process(mappingText string) error {
	text := m.csv()
	parsed, err := mapping.Parse([]byte(mappingText))
	if err != nil {
		return err
	}
	open := func() (rows.Source, error) { return csvfile.NewReader(strings.NewReader(text), csvfile.Options{}) }
	source, err := open()
	if err != nil {
		return err
	}
	mapper, err := parsed.Compile(source.Header())
	if err != nil {
		return err
	}
	config := rows.Config{Mapper: mapper}
	if m.key != "" {
		config.Key = "row_key"
	}
	if err := config.Prepare(context.Background(), open); err != nil {
		return err
	}
	client, err := hubspot.New(hubspot.Config{Credentials: hubspot.Static("a-token"), KeyProperty: config.Key, Transport: m.account})
	if err != nil {
		return err
	}
	j, st, err := journal.Open(m.path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err = journal.Create(m.path, journal.Header{Run: "5ca1ab1e", Started: time.Now()})
	}
	if err != nil {
		return err
	}
	err = importer.Run(context.Background(), importer.Import{
		Source: source, API: matrixAPI{client, m}, Limiter: ratelimit.New(ratelimit.Options{}),
		Journal: j, State: st, Name: "5ca1ab1e", Rows: config,
	})
	if st != nil {
		err = errors.Join(err, st.Close())
	}
	return errors.Join(err, j.Close())
}

// content is what a row becomes, and what a record is.
func content(name, price, start, currency, deal, quote string) string {
	return strings.Join([]string{api.Normalized(name), api.Normalized(price), api.Normalized(start), currency, deal, quote}, "|")
}

// check returns what is wrong, and counts the rows. Records are given to the rows that
// claim them, then to those of the same content that may have one.
func (m *matrixRun) check() (breaches []promisetest.Breach, c journal.Counts, err error) {
	st, err := journal.Load(m.path)
	if err != nil {
		return nil, c, err
	}
	defer st.Close()
	records := map[string][]string{}
	for o := range m.account.Objects("line_items") {
		var to [2]string
		for _, a := range o.Associations {
			to[slices.Index([]string{"deals", "quotes"}, a.ToType)] = a.ToID
		}
		p := o.Properties
		of := content(p["name"], p["price"], p["hs_recurring_billing_start_date"], p["hs_line_item_currency_code"], to[0], to[1])
		records[of] = append(records[of], o.ID)
	}
	var claims []promisetest.Claim
	held := map[string][]string{}
	var waiting, first []int
	contents := make([]string, len(m.rows))
	seen := map[string]bool{}
	for i, r := range m.rows {
		of := content(r.name, r.price, r.start, r.currency, r.deal, r.quote)
		contents[i] = of
		f, ok, err := st.Fate(int64(i + 1))
		if err != nil {
			return nil, c, err
		}
		claim := promisetest.Claim{Row: fmt.Sprint("row ", i+1), ID: f.ID}
		switch {
		case !ok:
		case f.Kind == journal.Unidentified:
			claim.Status = promisetest.Existing
			waiting = append(waiting, i)
		case f.Kind == journal.InDoubt:
			claim.Status = promisetest.InDoubt
			waiting = append(waiting, i)
		case f.Kind == journal.Refused:
			claim.Status = promisetest.Refused
		default:
			claim.Status = promisetest.Created
			if at := slices.Index(records[of], f.ID); at >= 0 {
				held[claim.Row] = []string{f.ID}
				records[of] = slices.Delete(records[of], at, at+1)
			}
		}
		claims = append(claims, claim)
		if !seen[of] {
			seen[of] = true
			first = append(first, i)
		}
	}
	slices.SortStableFunc(waiting, func(a, b int) int { return strings.Compare(claims[a].Status, claims[b].Status) }) // existing before in doubt
	for _, i := range waiting {
		if left := records[contents[i]]; len(left) > 0 {
			held[claims[i].Row] = left[:1]
			records[contents[i]] = left[1:]
		}
	}
	for _, i := range first { // nobody's: somebody's twice
		held[claims[i].Row] = append(held[claims[i].Row], records[contents[i]]...)
		delete(records, contents[i])
	}
	breaches = promisetest.Check(claims, held)
	for of, ids := range records {
		if len(ids) > 0 {
			breaches = append(breaches, promisetest.Breach{Text: fmt.Sprintf("%v of %s are no row's", ids, of)})
		}
	}
	return breaches, st.Counts(), nil
}

// importAlike imports rows in a bubble, and fails the test where the promise is broken.
func importAlike(t *testing.T, list []matrixRow, key string, c hubspottest.Config) (counts journal.Counts, creates int64) {
	t.Helper()
	dir, err := os.MkdirTemp(shm(), "hubload-matrix-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	synctest.Test(t, func(t *testing.T) {
		m := &matrixRun{rows: list, key: key, account: hubspottest.New(c), path: filepath.Join(dir, "journal.jsonl")}
		if key != "" {
			if err := m.account.AddProperty("line_items", hubspottest.Property{Name: "row_key", Unique: true}); err != nil {
				t.Fatal(err)
			}
		}
		err := m.run()
		m.account.Settle()
		if err != nil {
			t.Errorf("the import ended with %v", err)
		}
		breaches, got, err := m.check()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range breaches[:min(len(breaches), 5)] {
			t.Error(b.Text)
		}
		counts, creates = got, m.creates.Load()
	})
	return counts, creates
}

func TestMatrix(t *testing.T) {
	seed := uint64(0)
	for _, echo := range []bool{false, true} {
		for merge, merging := range []string{"entries", "properties", "nothing"} { // by hubspottest.Merge
			for _, asSent := range []bool{false, true} {
				for _, inOrder := range []bool{false, true} {
					for _, key := range []string{"", "columns", "auto"} {
						for _, faulty := range []bool{false, true} {
							seed++
							c := hubspottest.Config{Seed: seed, Latency: 100 * time.Millisecond, Jitter: 300 * time.Millisecond}
							c.Quirks = hubspottest.Quirks{EchoTrace: echo, Merge: hubspottest.Merge(merge), ValuesAsSent: asSent, InOrder: inOrder}
							if faulty {
								for _, name := range matrixFaults {
									c.Faults = append(c.Faults, hubspottest.Fault{Name: name, Probability: 0.05 / float64(len(matrixFaults)) * max(1, 2000/float64(*matrixRows))})
								}
							}
							name := fmt.Sprintf("echo %t, merges %s, as sent %t, in order %t, key %q, faults %t", echo, merging, asSent, inOrder, key, faulty)
							t.Run(name, func(t *testing.T) {
								counts, _ := importAlike(t, matrixInput(rand.New(rand.NewPCG(seed, 1)), *matrixRows), key, c)
								if counts.InDoubt > 0 && (key != "" || !faulty) {
									t.Errorf("%d rows are in doubt, and nothing was lost", counts.InDoubt)
								}
								if counts.Unidentified > 0 && !faulty {
									t.Errorf("%d ids are unknown", counts.Unidentified)
								}
							})
						}
					}
				}
			}
		}
	}
}

// TestEqualRows: thousands of rows of one product of one deal, and a file of which a
// fifth equals another row.
func TestEqualRows(t *testing.T) {
	same := slices.Repeat([]matrixRow{{"Item", "10.50", "2026-03-01", "EUR", "7001", ""}}, 2000)
	for _, merge := range []hubspottest.Merge{hubspottest.MergeEntries, hubspottest.MergeProperties, hubspottest.MergeNothing} {
		c := hubspottest.Config{Seed: 1, Latency: 100 * time.Millisecond, Quirks: hubspottest.Quirks{Merge: merge}}
		if counts, _ := importAlike(t, same, "", c); counts.Created != 2000 {
			t.Errorf("merge %d: of 2,000 equal rows: %+v", merge, counts)
		}
		if counts, creates := importAlike(t, same, "auto", c); counts.Created != 2000 || creates != 20 {
			t.Errorf("merge %d: of 2,000 equal rows with a key: %+v in %d requests", merge, counts, creates)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	var list []matrixRow
	for i := range 10_000 {
		row := matrixRow{fmt.Sprint("Item ", i), "1", "", "EUR", fmt.Sprint(7001 + i/40), ""}
		if i > 0 && r.IntN(5) == 0 {
			row = list[i-1-r.IntN(min(i, 20))]
		}
		list = append(list, row)
	}
	counts, creates := importAlike(t, list, "", hubspottest.Config{Seed: 1, Latency: 100 * time.Millisecond})
	if counts.Created != 10_000 || creates > 150 {
		t.Errorf("%+v in %d requests, which may be 150", counts, creates)
	}
	t.Logf("10,000 rows, a fifth of them twins: %d requests", creates)
}

// TestRowsThatAreStoredAlike: they are equal for HubSpot, however their cells are written.
func TestRowsThatAreStoredAlike(t *testing.T) {
	var list []matrixRow
	for i := range 300 {
		list = append(list, matrixRow{"Item", []string{"10.50", "10.5", "1.05e1", " 10.500"}[i%4], "2026-03-01", "EUR", "7001", ""})
	}
	for _, merge := range []hubspottest.Merge{hubspottest.MergeEntries, hubspottest.MergeProperties} {
		counts, _ := importAlike(t, list, "", hubspottest.Config{Seed: 1, Quirks: hubspottest.Quirks{Merge: merge}})
		if counts.Created != 300 || counts.InDoubt > 0 {
			t.Errorf("merge %d: %+v", merge, counts)
		}
	}
}

// TestTwinsOfSeveralDeals: rows that differ in their associations alone get their own
// ids, at once where the lists are complete, and else when they have settled.
func TestTwinsOfSeveralDeals(t *testing.T) {
	list := []matrixRow{
		{"Item", "1", "", "EUR", "7001", ""},
		{"Item", "1", "", "EUR", "7002", ""},
		{"Item", "1", "", "EUR", "7001", "8001"},
	}
	for _, lag := range []time.Duration{0, 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c := hubspottest.Config{Quirks: hubspottest.Quirks{ReadLag: lag, SilentUnassociated: true}}
			m := &matrixRun{rows: list, account: hubspottest.New(c), path: filepath.Join(t.TempDir(), "journal.jsonl")}
			start := time.Now()
			if err := m.run(); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); (took < 5*time.Second) != (lag == 0) {
				t.Errorf("with lists %v behind it took %v", lag, took)
			}
			breaches, counts, err := m.check()
			if err != nil || len(breaches) > 0 || counts.Created != 3 || counts.Unidentified > 0 {
				t.Errorf("with lists %v behind: %+v, %v, %v", lag, counts, breaches, err)
			}
		})
	}
}

// TestAFirstAnswerAlone: nothing else is sent before the first answer was judged, and
// nothing after it when no row can succeed.
func TestAFirstAnswerAlone(t *testing.T) {
	good, bad := make([]matrixRow, 500), make([]matrixRow, 500)
	for i := range good {
		good[i] = matrixRow{fmt.Sprint("Item ", i), "1", "", "EUR", "7001", ""}
		bad[i] = good[i]
		bad[i].currency = "Taler"
	}
	unknown := strings.Replace(matrixMapping, "price: Price", "nonsense: Price", 1)
	for name, x := range map[string]struct {
		rows    []matrixRow
		mapping string
		fault   string
		stopped bool // with a StoppedError
		creates int64
		want    journal.Counts
	}{
		"it says nothing":                {good, matrixMapping, "empty-results-after", false, 1, journal.Counts{InDoubt: 100}},
		"it is lost":                     {good, matrixMapping, "hangup-after", false, 5, journal.Counts{Created: 400, InDoubt: 100}},
		"a property doesn't exist":       {good, unknown, "", true, 1, journal.Counts{}},
		"a cell of each row is at fault": {bad, matrixMapping, "", false, 5, journal.Counts{Refused: 500}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := hubspottest.Config{Latency: 100 * time.Millisecond}
				if x.fault != "" {
					c.Faults = []hubspottest.Fault{{Name: x.fault, Next: 1}}
				}
				m := &matrixRun{rows: x.rows, account: hubspottest.New(c), path: filepath.Join(t.TempDir(), "journal.jsonl")}
				err := m.process(x.mapping)
				if stopped := new(importer.StoppedError); errors.As(err, &stopped) != x.stopped || (err == nil) != (x.creates == 5) {
					t.Errorf("ended with %v", err)
				}
				st, err := journal.Load(m.path)
				if err != nil {
					t.Fatal(err)
				}
				defer st.Close()
				if got := st.Counts(); got != x.want || m.creates.Load() != x.creates {
					t.Errorf("%+v in %d requests, want %+v in %d", got, m.creates.Load(), x.want, x.creates)
				}
			})
		})
	}
}

// TestAMergedRowOrALostResult: an answer that is short of a result looks like a merge.
// Rows are sent again only when it was one.
func TestAMergedRowOrALostResult(t *testing.T) {
	var list []matrixRow
	for i := range 50 {
		row := matrixRow{fmt.Sprint("Item ", i), "1", "", "EUR", "7001", ""}
		list = append(list, row)
		row.deal = "7002"
		list = append(list, row)
	}
	for name, x := range map[string]struct {
		config     hubspottest.Config
		unreadable bool
		records    int
		doubts     int64
	}{
		"merged":                          {hubspottest.Config{Quirks: hubspottest.Quirks{Merge: hubspottest.MergeProperties}}, false, 100, 0},
		"merged, and no list can be read": {hubspottest.Config{Quirks: hubspottest.Quirks{Merge: hubspottest.MergeProperties}}, true, 50, 100},
		"a result is lost":                {hubspottest.Config{Faults: []hubspottest.Fault{{Name: "missing-result", Next: 1}}}, false, 100, 1},
		"a result that names its row is lost": {hubspottest.Config{
			Faults: []hubspottest.Fault{{Name: "missing-result", Next: 1}}, Quirks: hubspottest.Quirks{EchoTrace: true},
		}, false, 100, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &matrixRun{rows: list, account: hubspottest.New(x.config), path: filepath.Join(t.TempDir(), "journal.jsonl"), unreadable: x.unreadable}
				if err := m.run(); err != nil {
					t.Error(err)
				}
				breaches, counts, err := m.check()
				if err != nil || len(breaches) > 0 {
					t.Error(err, breaches)
				}
				if n := m.account.Len("line_items"); n != x.records || counts.InDoubt != x.doubts {
					t.Errorf("%d records, %d rows in doubt, want %d and %d", n, counts.InDoubt, x.records, x.doubts)
				}
			})
		})
	}
}
