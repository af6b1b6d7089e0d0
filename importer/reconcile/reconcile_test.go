// What Resolve finds, what it leaves in doubt, and what it says of it.

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

func TestResolveFinds(t *testing.T) {
	old := "createdate=" + began.Add(-16*time.Minute).Format(time.RFC3339)
	skewed := "createdate=" + began.Add(-14*time.Minute).Format(time.RFC3339)
	for _, tt := range []struct {
		name    string
		rows    []string
		created map[int64]string
		account *archive
		want    string
		message string // of the first row in doubt
	}{
		{
			"what is there",
			[]string{"a,1,10,", "b,2,10,", "c,3,11,"},
			nil,
			new(archive).holds("500", "deals/10", "name=b", "price=2").holds("501", "deals/11", "name=c", "price=3"),
			"- 500 501", "no record with its values",
		},
		{
			"values that were normalised",
			[]string{"a,10.50,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=10.5"), "500", "",
		},
		{
			"no other value",
			[]string{"a,10.50,10,", "b,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=10.51").holds("501", "deals/10", "name=b"), "- -", "no record with its values",
		},
		{
			"no other deal's",
			[]string{"a,1,10,"},
			nil,
			new(archive).holds("500", "deals/11", "name=a", "price=1"), "-", "no record with its values",
		},
		{
			"rows alike, fewer records",
			[]string{"a,1,10,", "a,1,10,", "a,1,10,"},
			nil,
			new(archive).holds("501", "deals/10", "name=a", "price=1").holds("500", "deals/10", "name=a", "price=1"),
			"500 501 -", "2 records exist with its values, for the equal rows before it",
		},
		{
			"rows alike, more records",
			[]string{"a,1,10,", "a,1,10,", "b,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=1").holds("501", "deals/10", "name=a", "price=1").
				holds("502", "deals/10", "name=a", "price=1").holds("503", "deals/10", "name=b", "price=1"),
			"- - 503", "3 records exist with its values, more than there are such rows",
		},
		{
			"a record that has a row already is nobody else's",
			[]string{"a,1,10,", "a,1,10,"},
			map[int64]string{1: "500"},
			new(archive).holds("500", "deals/10", "name=a", "price=1"), "500 -", "no record with its values",
		},
		{
			"no record from before the run",
			[]string{"a,1,10,", "b,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=1", old).holds("501", "deals/10", "name=b", "price=1", skewed),
			"- 501", "no record with its values",
		},
		{
			"no record of unknown age",
			[]string{"a,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=1", "createdate="), "-", "no record with its values",
		},
		{
			"no rows without an association",
			[]string{"a,1,,", "b,1,10,"},
			nil,
			new(archive).holds("501", "deals/10", "name=b", "price=1"), "- 501", "it has no association",
		},
		{
			"by all parents",
			[]string{"a,1,10,20", "a,1,10,21", "a,1,10,"},
			nil,
			new(archive).holds("500", "deals/10 quotes/20", "name=a", "price=1").holds("501", "deals/10", "name=a", "price=1"),
			"- - -", "1 record exists like this row, but not only like it",
		},
		{
			"by all parents, one there",
			[]string{"a,1,10,20", "a,1,10,"},
			nil,
			new(archive).holds("500", "deals/10 quotes/20", "name=a", "price=1"),
			"- -", "1 record exists like this row, but not only like it",
		},
		{
			"rows that send less, both there",
			[]string{"a,,10,", "a,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=1").holds("501", "deals/10", "name=a"),
			"- -", "2 records exist like this row, but not only like it",
		},
		{
			"rows that send less, one there",
			[]string{"a,,10,", "a,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=a", "price=1"),
			"- -", "1 record exists like this row, but not only like it",
		},
		{
			"what agrees to the letter first",
			[]string{"007,1,10,", "7,1,10,"},
			nil,
			new(archive).holds("500", "deals/10", "name=7", "price=1").holds("501", "deals/10", "name=007", "price=1"),
			"501 500", "",
		},
		{
			"nothing where the list can't be read",
			[]string{"a,1,10,404", "b,1,10,"},
			nil,
			new(archive).holds("500", "deals/10 quotes/404", "name=a", "price=1").holds("501", "deals/10", "name=b", "price=1"),
			"- 501", "it can't be looked for among the records of its quotes (HubSpot answered 404)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase(t, tt.created, tt.rows...)
			if got := c.found(tt.account); got != tt.want {
				t.Errorf("found %s, want %s", got, tt.want)
			}
			for _, f := range c.fates() {
				if f.Kind != journal.InDoubt {
					continue
				}
				if !strings.HasPrefix(f.Message, tt.message) || f.Code != journal.CodeInDoubt || f.Retryable || f.Attempts != 1 || f.CorrelationID != "c-1" {
					t.Errorf("%+v, want %s", f, tt.message)
				}
				break
			}
			asked := len(tt.account.asked)
			if again := c.found(tt.account); again != tt.want {
				t.Errorf("found %s the second time, want %s", again, tt.want)
			}
			if strings.Contains(tt.want, "-") == (len(tt.account.asked) == asked) && !strings.HasPrefix(tt.message, "it has no") {
				t.Errorf("asked the second time: %q", tt.account.asked[asked:])
			}
		})
	}
}

// A row that was created without a known id is looked for like a row in doubt, and comes
// before those that are equal to it: their records may not exist.
func TestResolveIdentifies(t *testing.T) {
	for _, tt := range []struct {
		name    string
		rows    []string
		created map[int64]string
		account *archive
		want    string
		result  Result
	}{
		{
			"what is there",
			[]string{"a,1,10,", "b,2,10,", "c,3,10,"},
			map[int64]string{1: "", 2: "", 3: "502"},
			new(archive).holds("500", "deals/10", "name=a", "price=1").holds("502", "deals/10", "name=c", "price=3"),
			"500  502",
			Result{Unidentified: 2, Identified: 1},
		},
		{
			"before an equal row in doubt",
			[]string{"a,1,10,", "a,1,10,"},
			map[int64]string{2: ""},
			new(archive).holds("500", "deals/10", "name=a", "price=1"),
			"- 500",
			Result{InDoubt: 1, Absent: 1, Unidentified: 1, Identified: 1},
		},
		{
			"with an equal row in doubt",
			[]string{"a,1,10,", "a,1,10,"},
			map[int64]string{2: ""},
			new(archive).holds("500", "deals/10", "name=a", "price=1").holds("501", "deals/10", "name=a", "price=1"),
			"501 500",
			Result{InDoubt: 1, Found: 1, Unidentified: 1, Identified: 1},
		},
		{
			"not where there are more records than rows, nor without an association",
			[]string{"a,1,10,", "b,1,,"},
			map[int64]string{1: "", 2: ""},
			new(archive).holds("500", "deals/10", "name=a", "price=1").holds("501", "deals/10", "name=a", "price=1"),
			" ",
			Result{Unidentified: 2},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase(t, tt.created, tt.rows...)
			result, err := c.resolve(t.Context(), tt.account)
			if err != nil || result != tt.result {
				t.Errorf("%+v, %v, want %+v", result, err, tt.result)
			}
			if got := c.found(tt.account); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
			for _, f := range c.fates() {
				if id, ok := tt.created[f.Row]; ok && id == "" && (f.Warning != "rounded" || f.Attempts != 1 || f.Kind == journal.Created != (f.ID != "")) {
					t.Errorf("row %d: %+v", f.Row, f)
				}
			}
		})
	}
	for _, assume := range []Assumption{AssumeAbsent, AssumeCreated} {
		c := newCase(t, map[int64]string{1: ""}, "a,1,10,")
		c.change = func(rs *Options) { rs.Assume = assume }
		if result, err := c.resolve(t.Context(), new(archive)); err != nil || result.Assumed > 0 || c.fates()[0].Kind != journal.Unidentified {
			t.Errorf("assuming %v: %+v, %v, %+v", assume, result, err, c.fates())
		}
	}
}

func TestResolveTwiceWritesOnce(t *testing.T) {
	c := newCase(t, nil, "a,1,10,", "b,1,,")
	c.found(new(archive))
	first, err := journal.Load(c.path)
	c.must(err)
	defer first.Close()
	before := fileText(t, c.path)
	c.found(new(archive))
	if after := fileText(t, c.path); after != before {
		t.Errorf("the journal grew by %s", strings.TrimPrefix(after, before))
	}
}

func TestResolveAssumes(t *testing.T) {
	rows := []string{"a,1,10,", "a,1,10,", "b,1,,"}
	account := func() *archive { return new(archive).holds("500", "deals/10", "name=a", "price=1") }
	absent := func(n int64) journal.Fate {
		return journal.Fate{
			Row: n, Kind: journal.Refused, Code: "ASSUMED_ABSENT", Retryable: true, Attempts: 1, CorrelationID: "c-1",
			Message: "assumed absent by hand; import failures.csv to send it",
		}
	}
	for _, tt := range []struct {
		assume Assumption
		want   []journal.Fate
	}{
		{AssumeAbsent, []journal.Fate{{Row: 1, Kind: journal.Existing, ID: "500", Attempts: 1}, absent(2), absent(3)}},
		{AssumeCreated, []journal.Fate{{Row: 1, Kind: journal.Existing, ID: "500", Attempts: 1}, {Row: 2, Kind: journal.Existing, Attempts: 1}, {Row: 3, Kind: journal.Existing, Attempts: 1}}},
	} {
		c := newCase(t, nil, rows...)
		c.change = func(rs *Options) { rs.Assume = tt.assume }
		done, err := c.resolve(t.Context(), account())
		if want := (Result{InDoubt: 3, Found: 1, Absent: 1, Unlooked: 1, Assumed: 2}); err != nil || done != want {
			t.Errorf("%+v, %v, want %+v", done, err, want)
		}
		if diff := cmp.Diff(tt.want, c.fates()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestResolveCompetitors: rows of which something was assumed may have records that
// nobody has written down.
func TestResolveCompetitors(t *testing.T) {
	for _, assume := range []Assumption{AssumeAbsent, AssumeCreated} {
		c := newCase(t, nil, "a,1,10,", "b,1,10,")
		c.change = func(rs *Options) { rs.Assume = assume }
		if done, err := c.resolve(t.Context(), new(archive)); err != nil || done.Assumed != 2 {
			t.Fatalf("%+v, %v", done, err)
		}
		c.change = nil
		c.add(nil, "a,1,10,", "b,1,10,", "c,1,10,")
		a := new(archive).holds("500", "deals/10", "name=a", "price=1").
			holds("501", "deals/10", "name=b", "price=1").holds("502", "deals/10", "name=b", "price=1").
			holds("503", "deals/10", "name=c", "price=1")
		if got := c.found(a); !strings.HasSuffix(got, " - 502 503") {
			t.Errorf("found %s", got)
		}
	}
}

func TestResolveOpenRows(t *testing.T) {
	c := newCase(t, map[int64]string{1: "499"}, "z,1,10,", "a,1,10,", "b,1,10,")
	j, st, err := journal.Open(c.path)
	c.must(err)
	st.Close()
	_, err = j.Begin([]journal.Slice{{Span: journal.Span{From: 4, To: 5}, CRC: journal.Checksum(journal.Checksum(0, []byte("c,1,10,")), []byte("d,1,10,"))}}, nil, []int64{3, 4, 5}, 2)
	c.must(err)
	c.must(j.Close())
	c.csv += "c,1,10,\nd,1,10,\nnever read,1,10,\n"
	done, err := c.resolve(t.Context(), new(archive).holds("500", "deals/10", "name=c", "price=1").holds("501", "deals/10", "name=b", "price=1"))
	if want := (Result{InDoubt: 4, Found: 2, Absent: 2}); err != nil || done != want {
		t.Errorf("%+v, %v, want %+v", done, err, want)
	}
	fates := c.fates()
	if fates[2].ID != "501" || fates[3].ID != "500" || fates[4].Kind != journal.InDoubt || fates[4].Attempts != 2 {
		t.Errorf("%+v", fates)
	}
}

func TestResolveOfAnotherInput(t *testing.T) {
	for name, csv := range map[string]string{
		"changed": "name,price,deal,quote\na,1,10,\nb,3,10,\n",
		"shorter": "name,price,deal,quote\na,1,10,\n",
	} {
		c := newCase(t, nil, "a,1,10,", "b,2,10,")
		c.csv = csv
		before := c.fates()
		a := new(archive).holds("500", "deals/10", "name=a", "price=1")
		_, err := c.resolve(t.Context(), a)
		var changed *rows.MismatchError
		if !errors.As(err, &changed) || len(a.asked) > 0 || !slices.Equal(before, c.fates()) {
			t.Errorf("%s: %v, asked %q", name, err, a.asked)
		}
	}
}

func TestResolveByKey(t *testing.T) {
	c := newCase(t, map[int64]string{3: ""}, "a,1,10,", "b,2,10,", "c,3,10,")
	c.mapping += "key: { property: row_key, columns: [name] }\n"
	c.change = func(rs *Options) { rs.Rows.Key = "row_key" }
	if got := c.found(&archive{keys: map[string]string{"b": "500"}}); got != "- 500 " {
		t.Errorf("found %s", got)
	}
	if f := c.fates()[0]; !strings.Contains(f.Message, "no record holds its key yet") {
		t.Errorf("%+v", f)
	}
	if got := c.found(&archive{failures: []error{errors.New("no")}}); got != "- 500 " {
		t.Errorf("found %s", got)
	}
	if f := c.fates()[0]; !strings.Contains(f.Message, "couldn't be looked up by its key (no)") {
		t.Errorf("%+v", f)
	}
	if got := c.found(&archive{keys: map[string]string{"c": "501"}}); got != "- 500 501" {
		t.Errorf("found %s", got)
	}
}

func TestResolveHasPatience(t *testing.T) {
	many := func(n int, err error) []error { return slices.Repeat([]error{err}, n) }
	as := func(target any) func(error) bool { return func(err error) bool { return errors.As(err, target) } }
	for _, tt := range []struct {
		name     string
		failures []error
		fine     func(error) bool // nil: no error
		took     time.Duration    // at least
	}{
		{"a moment", []error{readFailure{status: 503}, nil, readFailure{status: 500}}, nil, time.Second},
		{"as long as asked for", []error{readFailure{status: 503, wait: 40 * time.Second}}, nil, 40 * time.Second},
		{"the limit", many(20, readFailure{status: 429}), nil, 20 * time.Second},
		{"a minute", many(100, readFailure{status: 503}), as(new(*call.ServerError)), time.Minute},
		{"not for hours", []error{readFailure{status: 503, wait: time.Hour}}, as(new(*call.ServerError)), 0},
		{"a new token", []error{readFailure{status: 401}}, nil, 0},
		{"one new token", many(2, readFailure{status: 401}), as(new(*call.DeniedError)), 0},
		{"no scope", many(2, readFailure{status: 403}), as(new(*call.DeniedError)), 0},
		{"no values", []error{nil, readFailure{status: 400}}, as(new(*call.ServerError)), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCase(t, nil, "a,1,10,")
				a := new(archive).holds("500", "deals/10", "name=a", "price=1")
				a.failures = tt.failures
				start := time.Now()
				done, err := c.resolve(t.Context(), a)
				if (tt.fine == nil) != (err == nil) || err != nil && !tt.fine(err) || err == nil && done.Found != 1 {
					t.Errorf("%+v, %#v", done, err)
				}
				if took := time.Since(start); took < tt.took {
					t.Errorf("it took %s, want at least %s", took, tt.took)
				}
			})
		})
	}
}

func TestResolveEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := newCase(t, nil, "a,1,10,").resolve(ctx, new(archive)); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
}

// TestResolveManyRows: however many there are, each associated record is asked for once.
func TestResolveManyRows(t *testing.T) {
	var lines, want []string
	a := new(archive)
	deals := 0
	for i := range 4000 {
		deal := i % 700
		deals = max(deals, deal+1)
		// Every row has two likes in rows far away, and one of them no record;
		// quotes tie deals together.
		lines = append(lines, fmt.Sprintf("n%d,1,%d,", i%1400, 1000+deal))
		if i%50 == 0 {
			lines[i] = fmt.Sprintf("t%d,1,%d,%d", i, 1000+deal, 5000+i%3)
		}
	}
	seen := map[string]int{}
	for i, line := range lines {
		if i%50 == 0 {
			id := fmt.Sprint(900000 + i)
			a.holds(id, fmt.Sprintf("deals/%d quotes/%d", 1000+i%700, 5000+i%3), fmt.Sprintf("name=t%d", i), "price=1")
			want = append(want, id)
			continue
		}
		if seen[line]++; seen[line] == 2 {
			want = append(want, "-")
			continue
		}
		want = append(want, "")
		if seen[line] == 1 {
			want[i] = fmt.Sprint(100000 + i)
			a.holds(want[i], fmt.Sprintf("deals/%d", 1000+i%700), fmt.Sprintf("name=n%d", i%1400), "price=1.0")
		} else {
			want[i] = "-"
		}
	}
	c := newCase(t, nil, lines...)
	if got := c.found(a); got != strings.Join(want, " ") {
		t.Errorf("found %s\nwant  %s", got, strings.Join(want, " "))
	}
	asked := map[string]int{}
	for _, call := range a.asked {
		if ids, of, ok := strings.Cut(call, " of "); ok && ids != "values" {
			for id := range strings.SplitSeq(ids, ",") {
				asked[of+"/"+id]++
			}
		}
	}
	firsts := 0
	for page, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", page, n)
		}
		if !strings.Contains(page, ">") {
			firsts++
		}
	}
	if firsts != deals+3 || len(asked) == firsts {
		t.Errorf("%d lists and %d pages were asked for, want %d lists and more pages", firsts, len(asked), deals+3)
	}
}

// A row in doubt is looked for with its number.
func TestResolveKnowsNumbers(t *testing.T) {
	a := new(archive).
		holds("500", "deals/10", "name=a", "price=1", "hs_position_on_quote=1").
		holds("501", "deals/10", "name=a", "price=1", "hs_position_on_quote=3")
	c := newCase(t, nil, "a,1,10,", "a,1,10,", "a,1,10,")
	c.mapping = strings.Replace(familyMapping, "associations:", "  hs_position_on_quote: { position: deals }\nassociations:", 1)
	c.change = func(rs *Options) {
		p, err := rows.FindPositions(t.Context(), c.source, c.mapper())
		c.must(err)
		rs.Rows.Positions = p
	}
	if got := c.found(a); got != "500 - 501" {
		t.Errorf("found %s", got)
	}
}
