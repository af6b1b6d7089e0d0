// A preview: what Run would do to records that exist, found by reading them alone.

package importer

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// A Preview says which rows to compare with their records. Source, Rows with a Key,
// Rows.Mapper, API and Limiter are needed. It writes nothing, and sends one read for each
// hundred rows.
type Preview struct {
	Source rows.Source
	Rows   rows.Config // prepared, as for an [Import]

	API     api.API
	Limiter *ratelimit.Limiter

	Mode     mapping.Mode
	WriteAll bool // as in [Import], like the next four

	Workers    int // most reads in flight; 0 is 16
	Patience   time.Duration
	DailyReset func(context.Context) (time.Time, error)
	Logger     *slog.Logger // may be nil
}

// Previewed is what [Run] would do, if nobody wrote in between. Rows that the mapping leaves
// out don't count.
type Previewed struct {
	Rows      int64 `json:"rows"`
	Created   int64 `json:"created"`   // their record doesn't exist
	Updated   int64 `json:"updated"`   // their record has other values
	Unchanged int64 `json:"unchanged"` // their record has these values
	Existing  int64 `json:"existing"`  // in mode create: their record is left as it is
	Refused   int64 `json:"refused"`   // without being sent
	NotFound  int64 `json:"not_found"` // of Refused: mode update creates none

	// Differences are by property, the most frequent first: in which records would be
	// changed, or in mode create, differ from the file.
	Differences []Difference `json:"differences"`
}

// A Difference is a property whose value in the file isn't that of the record.
type Difference struct {
	Property string              `json:"property"`
	Rows     int64               `json:"rows"`
	Examples []DifferenceExample `json:"examples"` // of the first rows, up to three
}

// A DifferenceExample is a value in the account and in the file, as HubSpot gives it and as
// it would be sent.
type DifferenceExample struct {
	Row int64  `json:"row"`
	Old string `json:"old"`
	New string `json:"new"`
}

const (
	// previewWorkers reads at a time keep 19 requests a second going while an answer
	// takes up to 0.8 s.
	previewWorkers = 16

	maxExamples = 3
)

// Run reads the source to its end and compares. Its error is that of the source, one of
// [call.Read], or [context.Cause] when ctx ends.
func (p *Preview) Run(ctx context.Context) (Previewed, error) {
	c := &courier{
		im:    &Import{Rows: p.Rows, Mode: p.Mode, WriteAll: p.WriteAll},
		calls: call.New(call.Options{API: p.API, Limiter: p.Limiter, Patience: p.Patience, DailyReset: p.DailyReset, Logger: cmp.Or(p.Logger, slog.New(slog.DiscardHandler))}),
	}
	t := tally{differences: map[string]*Difference{}}
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(cmp.Or(p.Workers, previewWorkers))
	var batch []*row
	compare := func() {
		all := batch
		batch = nil
		g.Go(func() error {
			records, err := c.readRecords(inner, all)
			if err == nil {
				t.add(c.im, all, records)
			}
			return err
		})
	}
	var readErr error
	for in, err := range rows.NewReader(p.Source, p.Rows).All(inner) {
		if err != nil {
			readErr = err
			break
		}
		rw := &row{n: in.Row}
		if r := in.Map(&rw.rec); r != nil {
			if r.Code != rows.CodeLeftOut {
				t.refuse()
			}
			continue
		}
		if batch = append(batch, rw); len(batch) == api.MaxBatch {
			compare()
		}
	}
	if len(batch) > 0 && readErr == nil {
		compare()
	}
	err := g.Wait()
	if cause := context.Cause(ctx); cause != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return Previewed{}, cause
	}
	return t.previewed(), cmp.Or(err, readErr)
}

// A tally counts what would become of rows. Its methods are safe for concurrent use.
type tally struct {
	mu          sync.Mutex
	sum         Previewed
	differences map[string]*Difference
}

func (t *tally) refuse() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Rows++
	t.sum.Refused++
}

func (t *tally) add(im *Import, all []*row, records map[string]api.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, rw := range all {
		t.sum.Rows++
		record, exists := records[api.Folded(rw.rec.Key)]
		var c *change
		if exists {
			c = rw.differences(im, record)
		}
		switch {
		case !exists && im.Mode == mapping.Update:
			t.sum.Refused++
			t.sum.NotFound++
		case !exists:
			t.sum.Created++
		case im.Mode == mapping.Create:
			t.sum.Existing++
		case c == nil:
			t.sum.Unchanged++
		default:
			t.sum.Updated++
		}
		if c == nil {
			continue
		}
		for _, v := range c.old {
			d := t.differences[v.Property]
			if d == nil {
				d = &Difference{Property: v.Property}
				t.differences[v.Property] = d
			}
			d.add(DifferenceExample{rw.n, v.Old, v.New})
		}
	}
}

// add counts a row. Rows come in any order.
func (d *Difference) add(e DifferenceExample) {
	d.Rows++
	i, _ := slices.BinarySearchFunc(d.Examples, e.Row, func(e DifferenceExample, row int64) int { return cmp.Compare(e.Row, row) })
	d.Examples = slices.Insert(d.Examples, i, e)
	d.Examples = d.Examples[:min(maxExamples, len(d.Examples))]
}

func (t *tally) previewed() Previewed {
	t.sum.Differences = []Difference{}
	for _, d := range t.differences {
		t.sum.Differences = append(t.sum.Differences, *d)
	}
	slices.SortFunc(t.sum.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Property, b.Property))
	})
	return t.sum
}

// Exceeds reports whether n rows of all are more than the threshold allows; the zero value
// allows all.
func (t Threshold) Exceeds(n, all int64) bool {
	return t.Rows > 0 && n > t.Rows || t.Percent > 0 && float64(n)*100 > t.Percent*float64(all)
}
