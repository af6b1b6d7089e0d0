// Which records an undo is about, and where it keeps what it has done.

package rundir

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/undo"
)

const (
	undoReportName = "undo.csv"
	undoName       = "undo.json" // in a directory undo-N, beside the journal of the undo
)

// An undoBegun is undo.json: what was asked for.
type undoBegun struct {
	Started        time.Time      `json:"started"`
	Rows           []journal.Span `json:"rows,omitempty"`
	ArchiveChanged bool           `json:"archive_changed,omitempty"`
	Records        int64          `json:"records"`
	Source         string         `json:"source,omitempty"` // as in [undo.Options]
}

// An undoing is an undo that is planned, or under way.
type undoing struct {
	UndoOptions
	plan   UndoPlan
	source string // as in [undo.Options]

	run        *journal.State
	done       []*journal.State // of the undos before
	sourceRows map[int64]int64  // the numbers that people know rows by, where they aren't their own

	dir   string // undo-N; of a dry run "" until it begins
	begun bool   // by an earlier process
}

func (p *undoing) journal() string { return filepath.Join(p.dir, journalName) }

func (p *undoing) close() {
	p.run.Close()
	p.closeDone()
}

func (p *undoing) closeDone() {
	for _, st := range p.done {
		st.Close()
	}
}

// planUndo reads what the run created and what was undone of it. It finds the undo that
// was begun with the same request and not ended, or the place of a new one.
func (s *session) planUndo(ctx context.Context, u UndoOptions) (*undoing, error) {
	run, err := journal.Load(s.dir.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		err = s.dir.fail(NotARun, fmt.Errorf("%s has sent nothing that could be undone", s.dir.Path))
	}
	if err != nil {
		return nil, err
	}
	p := &undoing{UndoOptions: u, run: run}
	if err = p.findDir(s.dir); err == nil && s.mapper != nil {
		p.sourceRows, err = s.sourceRows(ctx)
	}
	if err != nil {
		p.close()
		return nil, err
	}
	p.count(s.dir)
	return p, nil
}

// findDir reads the run's undos.
func (p *undoing) findDir(d *Dir) error {
	for n := 1; ; n++ {
		p.dir = d.file(fmt.Sprintf("undo-%d", n))
		data, err := atomicfile.ReadFile(filepath.Join(p.dir, undoName), maxText)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		var b undoBegun
		if err == nil {
			err = json.Unmarshal(data, &b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.dir, err)
		}
		st, err := journal.Load(p.journal())
		if errors.Is(err, fs.ErrNotExist) {
			return nil // its process died before it sent anything
		}
		if err != nil {
			return err
		}
		p.done = append(p.done, st)
		_, ended := st.Rows()
		_, err = os.Lstat(d.file(fmt.Sprintf("undo-%d", n+1)))
		same := slices.Equal(b.Rows, p.Rows) && b.ArchiveChanged == p.ArchiveChanged
		if !ended && same && !p.DryRun && errors.Is(err, fs.ErrNotExist) {
			p.begun, p.plan.Records, p.source = true, b.Records, b.Source
			return nil
		}
	}
}

// checkPartlyUndone returns an [*Error] if some of a run's records were archived: "it was
// imported already" would be wrong, and so would be sending all rows once more.
func (d *Dir) checkPartlyUndone(t Tally) error {
	p := &undoing{UndoOptions: UndoOptions{DryRun: true}} // so that findDir looks at all
	defer p.closeDone()
	if err := p.findDir(d); err != nil {
		return err
	}
	archived := int64(0)
	for _, st := range p.done {
		archived += st.Counts().Archived + st.Counts().Gone + st.Counts().Restored
	}
	if archived == 0 {
		return nil
	}
	return d.fail(PartlyUndone, fmt.Errorf("%d of %d records that %s created or changed were undone; left: %d, in doubt: %d", archived, t.Created+t.Updated, d.Path, t.Created+t.Updated-archived, t.InDoubt))
}

// sourceRows are the numbers of the rows of a failures file in its source file.
func (s *session) sourceRows(ctx context.Context) (map[int64]int64, error) {
	src, err := s.source()
	if err != nil {
		return nil, err
	}
	isReport := slices.Contains(src.Header(), rowColumn)
	src.Close()
	if !isReport {
		return nil, nil
	}
	numbers := map[int64]int64{}
	err = rows.Each(ctx, func() (rows.Source, error) { return s.source() }, rows.Config{}, func(row *rows.Row) error {
		numbers[row.Row] = row.SourceRow()
		return nil
	})
	return numbers, err
}

// shown is the number by which people know a row.
func (p *undoing) shown(row int64) int64 { return cmp.Or(p.sourceRows[row], row) }

// selected reports whether a row that the run created is to be undone, unless this undo
// has done that already.
func (p *undoing) selected(row int64) bool {
	if p.Rows != nil && !slices.ContainsFunc(p.Rows, func(sp journal.Span) bool { return sp.From <= p.shown(row) && p.shown(row) <= sp.To }) {
		return false
	}
	before := p.done
	if p.begun {
		before = before[:len(before)-1]
	}
	return !undoneIn(before, row)
}

// isUndone reports whether the record of a row was archived, or didn't exist any more.
func (p *undoing) isUndone(row int64) bool { return undoneIn(p.done, row) }

func undoneIn(undos []*journal.State, row int64) bool {
	return slices.ContainsFunc(undos, func(st *journal.State) bool {
		kind, _ := st.Kind(row)
		return kind == journal.Archived || kind == journal.Gone || kind == journal.Restored
	})
}

// count fills in how many records the plan is about.
func (p *undoing) count(d *Dir) {
	last, _ := p.run.Rows()
	for row := int64(1); row <= last; row++ {
		made, _ := p.run.Kind(row)
		if !undo.Undoes(made) || !p.selected(row) {
			continue
		}
		if p.begun {
			if kind, settled := p.done[len(p.done)-1].Kind(row); settled && kind != journal.InDoubt {
				continue
			}
		}
		p.plan.Left++
		if made == journal.Updated {
			p.plan.Updated++
		}
	}
	if !p.begun {
		p.plan.Records = p.plan.Left
	}
	c := p.run.Counts()
	p.plan.Dir, p.plan.Existing, p.plan.IDsUnknown = d, c.Existing, c.Unidentified
	p.plan.InDoubt = tallyOf(p.run).InDoubt
	for _, row := range p.run.OpenRows() {
		if kind, _ := p.run.Kind(row); kind != journal.InDoubt {
			p.plan.InDoubt++
		}
	}
}

// leaves reports whether the account holds, or may hold, rows of the run that would be
// created once more if the input was imported again.
func (p *undoing) leaves(d *Dir) bool {
	if p.plan.InDoubt+p.plan.IDsUnknown > 0 || p.plan.Existing > 0 && d.Key == "" {
		return true
	}
	last, _ := p.run.Rows()
	made := false
	for row := int64(1); row <= last; row++ {
		kind, _ := p.run.Kind(row)
		made = made || undo.Undoes(kind)
		if undo.Undoes(kind) && !p.isUndone(row) {
			return true
		}
	}
	return !made // there was nothing to undo
}

// progress returns what counts the records that get a fate.
func (p *undoing) progress() func(int64) {
	if p.Progress == nil {
		return nil
	}
	var settled atomic.Int64
	settled.Store(p.plan.Records - p.plan.Left)
	return func(n int64) { p.Progress(settled.Add(n), p.plan.Records) }
}

// openUndo opens the journal of an undo, and begins it if need be. remove ends what a dry
// run has begun.
func (s *session) openUndo(ctx context.Context, p *undoing) (j *journal.Journal, st *journal.State, remove func(), err error) {
	remove = func() {}
	if p.DryRun {
		dir, err := os.MkdirTemp("", "hubload-undo-")
		if err != nil {
			return nil, nil, remove, err
		}
		p.dir, remove = dir, func() { os.RemoveAll(dir) }
	}
	if !p.begun {
		if err := s.beginUndo(ctx, p); err != nil {
			return nil, nil, remove, err
		}
	}
	j, st, err = journal.Open(p.journal())
	return j, st, remove, err
}

func (s *session) beginUndo(ctx context.Context, p *undoing) (err error) {
	if p.source, err = undo.FindSource(ctx, s.conn.Account, s.conn.limiter, p.run); err != nil {
		return err
	}
	data, err := json.MarshalIndent(undoBegun{time.Now(), p.Rows, p.ArchiveChanged, p.plan.Records, p.source}, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.MkdirAll(p.dir); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(p.dir, undoName), append(data, '\n')); err != nil {
		return err
	}
	j, err := journal.Create(p.journal(), journal.Header{Run: s.dir.ID, Started: time.Now()})
	if err != nil {
		return err
	}
	return j.Close()
}
