// The page for people: one file that opens in any browser.

package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

const (
	pageName = "report.html"

	// maxListed is how many refused rows the page lists: a browser still searches in them
	// at once, and they take some 3 MB.
	maxListed  = 10_000
	maxReasons = 200
)

//go:embed page.html
var pageSource string

// Findings are what [Write] saw of the rows that are not in the account, and of warnings:
// what report.html says beside the numbers. The zero value is ready to use.
type Findings struct {
	refused, doubtful, warned []*Reason
	odd                       []*Reason
	rows                      []listedRow
}

// A Reason is why rows were refused, are in doubt, or have a warning, with the first of
// them as an example. Its message may hold a value of that row, and isn't marshalled.
type Reason struct {
	Count    int64  `json:"rows"`
	Code     string `json:"code"`
	Property string `json:"property,omitempty"`
	Row      int64  `json:"row"`  // the example
	Line     int64  `json:"line"` // on which it starts
	Message  string `json:"-"`
}

// Refusals are why rows were refused, the most frequent reason first.
func (f *Findings) Refusals() []Reason { return byCount(f.refused) }

// Warned are what HubSpot warned about, the most frequent first.
func (f *Findings) Warned() []Reason { return byCount(f.warned) }

// Odd are the cells that most likely are a mistake although they could be sent, the most
// frequent kind first.
func (f *Findings) Odd() []Reason { return byCount(f.odd) }

// AddOdd counts a warning of [mapping.Linter] about a row, with the cell.
func (f *Findings) AddOdd(row, line int64, w mapping.Warning, value string) {
	for _, known := range f.odd { // most have a kind that is known, and need no text
		if known.Code == w.Code && known.Property == w.Property {
			known.Count++
			return
		}
	}
	message := strings.ReplaceAll(w.Message, "{value}", `"`+shorten(value, maxValue)+`"`)
	if w.Column != "" {
		message = "column " + shorten(w.Column, maxValue) + ": " + message
	}
	f.odd = count(f.odd, Reason{Code: w.Code, Property: oneLine(w.Property), Row: row, Line: line, Message: oneLine(message)})
}

func byCount(list []*Reason) []Reason {
	var all []Reason
	for _, r := range list {
		all = append(all, *r)
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

type listedRow struct {
	Row, Line               int64
	Code, Property, Message string
}

// count adds a row to a list of reasons. What comes after the first 200 different ones is
// counted with the last.
func count(list []*Reason, r Reason) []*Reason {
	for _, known := range list {
		if known.Code == r.Code && known.Property == r.Property {
			known.Count++
			return list
		}
	}
	if len(list) == maxReasons {
		list[maxReasons-1].Count++
		return list
	}
	r.Count = 1
	return append(list, &r)
}

func (f *Findings) add(row, line int64, fate *journal.Fate, message string) {
	if f == nil {
		return
	}
	r := Reason{Code: oneLine(fate.Code), Property: oneLine(fate.Property), Message: oneLine(message), Row: row, Line: line}
	switch fate.Kind {
	case journal.Refused:
		f.refused = count(f.refused, r)
		if len(f.rows) < maxListed {
			f.rows = append(f.rows, listedRow{row, line, r.Code, r.Property, r.Message})
		}
	case journal.InDoubt:
		f.doubtful = count(f.doubtful, r)
	default:
		f.warned = count(f.warned, r)
	}
}

// A Moment is how far a run was at some time. Seconds count from the start of the
// process, rows those that it settled, and limited the answers that the rate limit
// refused.
type Moment struct {
	Seconds float64 `json:"seconds"`
	Rows    int64   `json:"rows"`
	Limited int64   `json:"limited_429"`
}

// A Place is where the rows went, and the commands that go on from there.
type Place struct {
	Account       string // as messages name it
	Redo, Resolve string // the imports of failures.csv, and the look for rows in doubt
}

// A page is what the template shows.
type page struct {
	Summary
	Name                      string // of the input, without its folder
	Stands                    int64  // rows that exist
	Verdict                   string
	Bar                       []segment
	Refusals, Doubts, Warned  []Reason
	Listed                    []listedRow
	More                      int64 // refused rows that aren't listed
	Line                      timeline
	Where, Redo, Resolve      string
	StartedText, FinishedText string
}

// A segment is a part of the bar, in percent of its width.
type segment struct {
	Class, Name string
	Count       int64
	X, Width    float64
}

// WritePage writes report.html into dir: what went where and when, the counts, why rows
// were refused with an example of each reason, up to 10,000 refused rows, and the rows per
// second. It needs no network and no script. All texts are escaped; it holds values of
// refused rows, as failures.csv does, and is readable for its owner alone. Findings are
// those of the [Write] before it.
func WritePage(dir string, where Place, s Summary, found *Findings) error {
	t, err := template.New(pageName).Funcs(template.FuncMap{"n": grouped}).Parse(pageSource)
	if err != nil {
		return err
	}
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := d.Create(pageName)
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := t.Execute(f, newPage(where, s, found)); err != nil {
		return fmt.Errorf("writing %s: %w", pageName, err)
	}
	return d.Publish(f)
}

func newPage(where Place, s Summary, found *Findings) *page {
	if found == nil {
		found = &Findings{}
	}
	s.Run, s.Input, s.Object = oneLine(s.Run), oneLine(s.Input), oneLine(s.Object)
	p := &page{
		Summary: s, Name: s.Input[strings.LastIndexAny(s.Input, `/\`)+1:], Stands: s.In(),
		Refusals: byCount(found.refused), Doubts: byCount(found.doubtful), Warned: byCount(found.warned),
		Listed: found.rows, More: s.Refused - int64(len(found.rows)), Line: newTimeline(s.Timeline),
		Where: oneLine(where.Account), Redo: oneLine(where.Redo), Resolve: oneLine(where.Resolve),
		StartedText: timeText(s.Started), FinishedText: timeText(s.Finished),
	}
	switch left := s.Rows - p.Stands; {
	case left == 0:
		p.Verdict = "Every row is in " + p.Where + "."
	case s.Pending > 0:
		p.Verdict = "The import has not ended: " + grouped(s.Pending) + " of " + grouped(s.Rows) + " rows are still to come."
	default:
		p.Verdict = grouped(p.Stands) + " of " + grouped(s.Rows) + " rows are in " + p.Where + "."
	}
	x := 0.0
	for _, part := range []segment{
		{Class: "created", Name: "created", Count: s.Created},
		{Class: "updated", Name: "updated", Count: s.Updated},
		{Class: "unchanged", Name: "unchanged", Count: s.Unchanged},
		{Class: "existing", Name: "existed already", Count: s.Existing},
		{Class: "refused", Name: "refused", Count: s.Refused},
		{Class: "doubt", Name: "in doubt", Count: s.InDoubt},
		{Class: "pending", Name: "to come", Count: s.Pending},
	} {
		if part.Count > 0 && s.Rows > 0 {
			part.X, part.Width = x, max(0.4, 100*float64(part.Count)/float64(s.Rows))
			x += part.Width
			p.Bar = append(p.Bar, part)
		}
	}
	return p
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}

// grouped writes a number with commas.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// A timeline is the rows per second as a line in a field of 600 by 120.
type timeline struct {
	Points  string // of an SVG polyline
	Most    string // rows per second at the top
	Seconds string
	Limited []string // where the rate limit refused requests, on the same axis
}

func newTimeline(moments []Moment) (t timeline) {
	const least = 2 // seconds: less is over before there is anything to see
	if len(moments) < 3 || moments[len(moments)-1].Seconds < least {
		return t
	}
	last := moments[len(moments)-1].Seconds
	if n := len(moments); moments[n-1].Seconds-moments[n-2].Seconds < last/float64(2*n) {
		moments = append(slices.Clone(moments[:n-2]), moments[n-1]) // a rate over a few milliseconds says nothing
	}
	rates := make([]float64, len(moments)-1)
	most := 0.0
	for i := range rates {
		took := moments[i+1].Seconds - moments[i].Seconds
		rates[i] = float64(moments[i+1].Rows-moments[i].Rows) / max(took, 0.001)
		most = max(most, rates[i])
	}
	if most == 0 || last <= 0 {
		return t
	}
	var b strings.Builder
	for i, rate := range rates {
		x := 600 * moments[i+1].Seconds / last
		fmt.Fprintf(&b, "%.1f,%.1f ", x, 120-115*rate/most)
		if moments[i+1].Limited > moments[i].Limited {
			t.Limited = append(t.Limited, strconv.FormatFloat(x, 'f', 1, 64))
		}
	}
	t.Points, t.Most, t.Seconds = strings.TrimSpace(b.String()), grouped(int64(most+0.5)), strconv.FormatFloat(last, 'f', 0, 64)
	return t
}
