// State against a plain map, whatever is done in whatever order.

package journal

import (
	"cmp"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// A model is a run in the plainest form there is.
type model struct {
	said
	rows map[int64]*modelRow
	live map[int64]bool // intents of this process
}

type modelRow struct {
	fate     *Fate
	open     int64 // intent that it is in
	read     bool
	attempts int
}

func (m *model) row(n int64) *modelRow {
	if m.rows[n] == nil {
		m.rows[n] = &modelRow{}
	}
	return m.rows[n]
}

func (r *modelRow) undecided() bool { return r.fate == nil || r.fate.Kind == InDoubt }

func (m *model) decide(f Fate) {
	r := m.row(f.Row)
	if f.Kind == Created || f.Kind == Existing {
		f = Fate{Row: f.Row, Kind: f.Kind, ID: f.ID, Attempts: f.Attempts}
	} else {
		f.ID = ""
	}
	r.fate, r.open = &f, 0
	r.attempts = max(r.attempts, f.Attempts)
}

func (m *model) begin(read []Slice, refused []Fate, rows []int64, attempt int) (n int64, ok bool) {
	seen := map[int64]bool{}
	for _, s := range read {
		for row := s.From; row <= s.To; row++ {
			if m.row(row).read || seen[row] {
				return 0, false
			}
			seen[row] = true
		}
	}
	seen = map[int64]bool{}
	for _, f := range refused {
		if r := m.row(f.Row); f.Kind != Refused || r.fate != nil || r.open > 0 || seen[f.Row] {
			return 0, false
		}
		seen[f.Row] = true
	}
	for _, row := range rows {
		if r := m.row(row); !r.undecided() || r.open > 0 || seen[row] {
			return 0, false
		}
		seen[row] = true
	}

	for _, s := range read {
		for row := s.From; row <= s.To; row++ {
			m.row(row).read = true
		}
		m.Slices = append(m.Slices, s)
		if s.To > m.Rows {
			m.Rows, m.Complete = s.To, false
		}
	}
	for _, f := range refused {
		m.decide(f)
	}
	if len(rows) == 0 {
		return 0, true
	}
	m.Intents++
	if attempt > 1 {
		m.Retries++
	}
	for _, row := range rows {
		r := m.row(row)
		r.open, r.attempts = m.Intents, max(r.attempts, attempt)
	}
	m.live[m.Intents] = true
	return m.Intents, true
}

func (m *model) end(n int64, fates []Fate) bool {
	var in []int64
	for row, r := range m.rows {
		if r.open == n {
			in = append(in, row)
		}
	}
	seen := map[int64]bool{}
	for _, f := range fates {
		if !slices.Contains(in, f.Row) || seen[f.Row] {
			return false
		}
		seen[f.Row] = true
	}
	if len(in) == 0 {
		return false
	}
	for _, row := range in {
		m.row(row).open = 0
	}
	for _, f := range fates {
		m.decide(f)
	}
	return true
}

func (m *model) settle(fates []Fate) bool {
	seen := map[int64]bool{}
	for _, f := range fates {
		if r := m.row(f.Row); !r.undecided() || m.live[r.open] || seen[f.Row] {
			return false
		}
		seen[f.Row] = true
	}
	for _, f := range fates {
		m.decide(f)
	}
	return true
}

func (m *model) complete(n int64) bool {
	highest := int64(0)
	for _, s := range m.Slices {
		highest = max(highest, s.To)
	}
	if n < highest {
		return false
	}
	m.Rows, m.Complete = n, true
	return true
}

// says returns what a State has to say.
func (m *model) says(rows []int64) said {
	v := m.said
	slices.SortFunc(v.Slices, func(a, b Slice) int { return cmp.Compare(a.From, b.From) })
	for _, n := range rows {
		r := m.row(n)
		v.Attempts = append(v.Attempts, r.attempts)
		if r.open > 0 {
			v.Open = append(v.Open, n)
		}
		if r.fate == nil {
			continue
		}
		v.Fates = append(v.Fates, *r.fate)
		switch r.fate.Kind {
		case Created:
			v.Counts.Created++
		case Existing:
			v.Counts.Existing++
		case Refused:
			v.Counts.Refused++
		case InDoubt:
			v.Counts.InDoubt++
		}
	}
	return v
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Rows lie where the pages of both tables end.
		base := rapid.SampledFrom([]int64{0, pageRows - 15, indexRows - 15}).Draw(t, "base")
		const width = 30
		anyRow := rapid.Int64Range(base+1, base+width)
		someRows := rapid.SliceOfNDistinct(anyRow, 0, 8, rapid.ID[int64])
		anyFate := rapid.Custom(func(t *rapid.T) Fate {
			return Fate{
				Row:      anyRow.Draw(t, "row"),
				Kind:     rapid.SampledFrom([]Kind{Created, Created, Existing, Refused, InDoubt, InDoubt}).Draw(t, "kind"),
				ID:       strconv.FormatInt(rapid.Int64Range(1000, 1200).Draw(t, "id"), 10),
				Code:     rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "code"),
				Message:  rapid.SampledFrom([]string{"", `,"crc":"00000000"}`, "line\nend", "é\u2028"}).Draw(t, "message"),
				Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"),
			}
		})
		rows := make([]int64, width)
		for i := range rows {
			rows[i] = base + 1 + int64(i)
		}

		f := &memFile{}
		j, err := create(f, testHeader)
		if err != nil {
			t.Fatal(err)
		}
		m := &model{said: said{Header: testHeader}, rows: map[int64]*modelRow{}, live: map[int64]bool{}}
		agree := func(what string, ok bool, err error) {
			if ok != (err == nil) {
				t.Fatalf("%s: the model says %v, the journal %v", what, ok, err)
			}
		}
		fates := func(from []int64) []Fate {
			list := rapid.SliceOfNDistinct(anyFate, 0, 8, func(f Fate) int64 { return f.Row }).Draw(t, "fates")
			for i := range list {
				if len(from) > 0 && rapid.IntRange(0, 9).Draw(t, "mostly of these") > 0 {
					list[i].Row = from[i%len(from)]
				}
			}
			return list
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				var read []Slice
				if rapid.Bool().Draw(t, "reads") {
					from := anyRow.Draw(t, "from")
					read = []Slice{{Span{from, min(from+rapid.Int64Range(0, 4).Draw(t, "more"), base+width)}, rapid.Uint32().Draw(t, "crc")}}
				}
				var refused []Fate
				if rapid.IntRange(0, 3).Draw(t, "refuses") == 0 {
					refused = fates(nil)
					for i := range refused {
						refused[i].Kind = Refused
					}
				}
				send := someRows.Draw(t, "rows")
				if rapid.IntRange(0, 3).Draw(t, "only free rows") > 0 {
					send = slices.DeleteFunc(send, func(n int64) bool { return !m.row(n).undecided() || m.row(n).open > 0 })
				}
				attempt := rapid.IntRange(1, 300).Draw(t, "attempt")
				want, ok := m.begin(read, refused, send, attempt)
				n, err := j.Begin(read, refused, send, attempt)
				agree("begin", ok, err)
				if n != want {
					t.Fatalf("intent %d, want %d", n, want)
				}
			},
			"end": func(t *rapid.T) {
				n := rapid.Int64Range(1, max(1, m.Intents)).Draw(t, "n")
				var in []int64
				for _, row := range rows {
					if m.row(row).open == n {
						in = append(in, row)
					}
				}
				list := fates(in)
				agree("end", m.end(n, list), j.End(n, list))
			},
			"return": func(t *rapid.T) {
				n := rapid.Int64Range(1, max(1, m.Intents)).Draw(t, "n")
				ok := m.end(n, nil)
				if ok {
					m.Returns++
				}
				agree("return", ok, j.Return(n, "limited"))
			},
			"settle": func(t *rapid.T) {
				list := fates(nil)
				agree("settle", m.settle(list), j.Settle(list))
			},
			"complete": func(t *rapid.T) {
				n := rapid.Int64Range(base, base+width).Draw(t, "rows")
				agree("complete", m.complete(n), j.Complete(n))
			},
			"reopen": func(t *rapid.T) {
				clear(m.live)
				var err error
				if j, _, err = reopen(f); err != nil {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				s, _, err := readBytes(f.data)
				if err != nil {
					t.Fatal(err)
				}
				want := m.says(rows)
				for i := range want.Attempts {
					want.Attempts[i] = min(want.Attempts[i], 255)
				}
				if diff := gocmp.Diff(want, tell(t, s, rows), cmpopts.EquateEmpty()); diff != "" {
					t.Fatal(diff)
				}
			},
		})
	})
}
