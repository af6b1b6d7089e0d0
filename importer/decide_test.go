// The decision's table.

package importer

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

func TestDecide(t *testing.T) {
	failure := &api.Failure{Code: "BAD"}
	taken := &api.Failure{Code: "TAKEN", Conflict: true, Property: "row_key"}
	equal, other := map[string]string{"price": "1.50", "note": ""}, map[string]string{"price": "2"}
	for name, tt := range map[string]struct {
		row  row // an earlier attempt's traces
		held map[string]string
		all  bool
		last bool
		want string // in modes upsert and update
	}{
		"absent":                                {want: "create, refused"},
		"absent, maybe created before":          {row: row{ambiguous: true}, want: "create, refused"},
		"absent, often sent":                    {row: row{ambiguous: true, unproved: maxUnproved}, want: "later, refused"},
		"absent, often sent, the last word":     {row: row{ambiguous: true, unproved: maxUnproved}, last: true, want: "create, refused"},
		"absent, refused":                       {row: row{refusal: failure}, want: "refused, refused"},
		"absent, refused and ambiguous":         {row: row{refusal: failure, ambiguous: true}, want: "later, refused"},
		"absent, refused, the last word":        {row: row{refusal: failure, ambiguous: true}, last: true, want: "refused, refused"},
		"absent, refused for its key":           {row: row{refusal: taken}, want: "in_doubt later, refused"},
		"absent, and a change was refused":      {row: row{refusal: failure, changing: true}, want: "create, refused"},
		"equal":                                 {held: equal, want: "unchanged, unchanged"},
		"equal, maybe created before":           {row: row{ambiguous: true}, held: equal, want: "existing, existing"},
		"equal, after a change":                 {row: row{ambiguous: true, changing: true}, held: equal, want: "updated, updated"},
		"equal, after a change of a dead one":   {row: row{old: map[string]string{"price": "9"}}, held: equal, want: "updated, updated"},
		"equal, and a change was refused":       {row: row{refusal: failure, changing: true}, held: equal, want: "updated, updated"},
		"equal, all is written":                 {held: equal, all: true, want: "change, change"},
		"equal, all was written":                {row: row{changing: true}, held: equal, all: true, want: "updated, updated"},
		"different":                             {held: other, want: "change, change"},
		"different, a change was lost":          {row: row{ambiguous: true, changing: true, unproved: 1}, held: other, want: "change, change"},
		"different, all was written and lost":   {row: row{changing: true, old: map[string]string{"price": "2"}}, held: other, all: true, want: "change, change"},
		"different, often sent":                 {row: row{ambiguous: true, changing: true, unproved: maxUnproved}, held: other, want: "later, later"},
		"different, often left out":             {row: row{changing: true, unproved: maxUnproved}, held: other, want: "in_doubt later, in_doubt later"},
		"different, often sent, the last word":  {row: row{ambiguous: true, changing: true, unproved: maxUnproved}, held: other, last: true, want: "change, change"},
		"different, a change was refused":       {row: row{refusal: failure, changing: true}, held: other, want: "refused, refused"},
		"different, refused and ambiguous":      {row: row{refusal: failure, changing: true, ambiguous: true}, held: other, want: "later, later"},
		"different, refused, the last word":     {row: row{refusal: failure, changing: true, ambiguous: true}, held: other, last: true, want: "refused, refused"},
		"different, created by somebody by now": {row: row{refusal: taken}, held: other, want: "change, change"},
	} {
		got := ""
		for _, mode := range []mapping.Mode{mapping.Upsert, mapping.Update} {
			rw := tt.row
			rw.n, rw.rec = 7, mapping.Record{Key: "K-1", Properties: []mapping.Property{{Name: "price", Value: "1.5"}, {Name: "note", Value: ""}, {Name: "row_key", Value: "K-1"}}}
			records := map[string]api.Record{}
			if tt.held != nil {
				records["k-1"] = api.Record{ID: "51", Properties: tt.held}
			}
			im := &Import{Mode: mode, WriteAll: tt.all, Rows: rows.Config{Key: "row_key"}}
			d := decide(im, []*row{&rw}, records, tt.last)
			if mode == mapping.Update {
				got += ", "
			}
			got += inWords(t, d, tt.row.ambiguous)
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// inWords is a decision about one row in words.
func inWords(t *testing.T, d decision, doubted bool) string {
	var words []string
	for _, f := range d.fates {
		words = append(words, f.Kind.String())
		if f.Kind.Exists() && f.ID != "51" {
			t.Errorf("%+v has another id", f)
		}
	}
	if (d.doubted > 0) != (doubted && len(d.fates) > 0) {
		t.Errorf("%+v: %d rows were in doubt", d.fates, d.doubted)
	}
	for word, list := range map[string][]*row{"create": d.create, "change": d.change, "later": d.later} {
		if len(list) > 0 {
			words = append(words, word)
		}
	}
	text := fmt.Sprint(words)
	return text[1 : len(text)-1]
}

func TestDifferences(t *testing.T) {
	properties := []mapping.Property{{Name: "price", Value: "1.50"}, {Name: "name", Value: "a"}, {Name: "note", Value: ""}, {Name: "row_key", Value: "K-1"}}
	held := map[string]string{"price": "2", "name": "A", "row_key": "k-1"}
	for name, tt := range map[string]struct {
		held, kept map[string]string
		all        bool
		sent, old  string
	}{
		"what differs":                     {held: held, sent: "price name", old: "price=2 name=A"},
		"all":                              {held: map[string]string{"price": "1.5", "name": "A"}, all: true, sent: "price name note", old: "name=A"},
		"an empty cell that clears":        {held: map[string]string{"price": "1.5", "name": "a", "note": "x"}, sent: "note", old: "note=x"},
		"what has no value":                {held: map[string]string{}, sent: "price name", old: "price= name="},
		"what is kept isn't kept again":    {held: held, kept: map[string]string{"price": "2"}, sent: "price name", old: "name=A"},
		"what somebody wrote since is":     {held: held, kept: map[string]string{"price": "1"}, sent: "price name", old: "price=2 name=A"},
		"nothing":                          {held: map[string]string{"price": "1.5", "name": "a"}},
		"white space and spelling, not it": {held: map[string]string{"price": " 1.500 ", "name": "a "}},
	} {
		rw := &row{n: 7, old: tt.kept, rec: mapping.Record{Key: "K-1", Properties: properties}}
		c := rw.differences(&Import{WriteAll: tt.all, Rows: rows.Config{Key: "row_key"}}, api.Record{ID: "51", Properties: tt.held})
		sent, old := "", ""
		if c != nil {
			for _, p := range c.record.Properties {
				sent += " " + p.Name
			}
			for _, v := range c.old {
				at := slices.IndexFunc(properties, func(p mapping.Property) bool { return p.Name == v.Property })
				if v != (before.Value{Row: 7, ID: "51", Property: v.Property, Old: v.Old, New: properties[at].Value}) {
					t.Errorf("%s: %+v", name, v)
				}
				old += " " + v.Property + "=" + v.Old
			}
		}
		if sent = trim(sent); sent != tt.sent || trim(old) != tt.old {
			t.Errorf("%s: sends %q and keeps %q, want %q and %q", name, sent, old, tt.sent, tt.old)
		}
	}
}

func trim(s string) string {
	if s != "" {
		return s[1:]
	}
	return s
}
