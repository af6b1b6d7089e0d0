// Which rows of an input other runs have sent, and what becomes of an import that has some.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A Seen says what to do about rows that another run has sent, unless a key tells the
// account that they exist.
type Seen string

const (
	SeenStop Seen = "stop" // send nothing
	SeenSkip Seen = "skip" // leave them out: they are existing, with the id that they have
	SendSeen Seen = "again"
)

// A larger input may hold a few rows that look like others by chance. From
// fewRows rows on, less than seenPercent of them is a warning.
const (
	fewRows     = 4096
	seenPercent = 1
)

// remembers reports whether the ledger keeps the run's rows. It need not where HubSpot
// itself knows them by a key, but they may come once more without one, or with another.
// Mode update creates no record.
func (s *session) remembers() bool {
	return !s.dir.Sandbox && !s.NoLedger && s.mapping.Mode != mapping.Update
}

// mustRemember reports whether the import can't go on without the ledger.
func (s *session) mustRemember() bool { return s.remembers() && s.dir.Key == "" }

// accountPatience is how long another process may compare its input: 10 million rows
// take 20 s of CPU (2026-11), and more where others use it.
const accountPatience = 5 * time.Minute

// holdAccount keeps other processes from comparing and noting rows of the same account at
// the same time.
func (s *session) holdAccount() (release func(), err error) {
	if !s.remembers() {
		return func() {}, nil
	}
	l := s.ledger()
	err = l.make()
	if err == nil {
		err = atomicfile.MkdirAll(l.sentDir(&s.dir.Run))
	}
	if err != nil {
		return func() {}, s.noLedger(err)
	}
	for deadline := time.Now().Add(accountPatience); ; time.Sleep(20 * time.Millisecond) {
		guard, err := journal.Lock(filepath.Join(l.sentDir(&s.dir.Run), "lock"))
		if err == nil {
			return func() { guard.Release() }, nil
		}
		if _, locked := errors.AsType[*journal.LockedError](err); !locked || time.Now().After(deadline) {
			return nil, err
		}
	}
}

// noLedger says that there is no place for the ledger, or that its disk fails, which may
// pass. With a key the import goes on without it.
func (s *session) noLedger(err error) error {
	err = fmt.Errorf("what goes into the account can't be remembered: %w", err)
	switch {
	case !s.mustRemember():
		return nil
	case s.ledger().dir == "" || errors.Is(err, fs.ErrPermission):
		return s.dir.fail(NoLedger, err)
	}
	return err
}

// A noting is the ledger's new entry of the run, to be published when its journal exists.
type noting struct {
	*sentWriter
	s *session
}

func (n *noting) close() {
	if n != nil {
		n.sentWriter.close()
	}
}

func (n *noting) publish() error {
	if n.sentWriter == nil {
		return nil
	}
	if err := n.sentWriter.publish(); err != nil {
		return n.s.noLedger(err)
	}
	return nil
}

// compare reads the input, notes all of its rows as about to be sent, and compares those
// that are to be sent with what other runs have sent. known is what the run has read; the
// error is a [*rows.MismatchError] where the input isn't that any more, and an [*Error]
// with SeenRows or SeenRemapped where rows were sent. The caller holds the account.
func (s *session) compare(ctx context.Context, known journal.Slices, toSend func(row int64) bool) (*noting, error) {
	n := &noting{s: s}
	if !s.remembers() || s.ledger().dir == "" {
		return n, nil
	}
	before, err := s.rowsBefore(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.registerNearby(ctx); err != nil {
		return nil, err
	}
	c, err := s.others(ctx)
	if err != nil && (s.mustRemember() || ctx.Err() != nil) {
		return nil, err
	}
	if err != nil {
		s.note("%v", err)
		c = &comparison{views: []*view{{mapper: s.mapper}}}
	}
	defer c.close()
	w, err := createSent(s.ledger().sentDir(&s.dir.Run), s.entry())
	if err != nil {
		w.close()
		return n, s.noLedger(err)
	}
	n.sentWriter = w
	err = s.eachRow(ctx, c, known, func(row int64, hashes []uint64) error {
		if _, exists := before[row]; hashes[0] == 0 || exists || !toSend(row) {
			clear(hashes[1:])
			c.skip(row)
		} else if err := c.add(row, hashes); err != nil {
			return err
		}
		return w.add(hashes[0])
	})
	if err == nil {
		err = c.flush()
	}
	if err == nil {
		err = s.judgeSeen(c)
	}
	if err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

// entry describes the run, whose rows are about to be sent.
func (s *session) entry() *sent {
	d := s.dir
	run, err := filepath.Abs(d.Path)
	if err != nil {
		run = d.Path
	}
	return &sent{
		ID: d.ID, Run: diskPath(run), Input: diskPath(s.input.Path), SHA256: s.input.SHA256, Started: d.Started,
		Account: d.AccountName(), BaseURL: d.BaseURL, Object: d.Object, Key: keyOf(s.mapping), Mapping: string(contentOf(s.mapping)), Corrects: d.CorrectsRuns,
	}
}

// keyOf names the property of a key and what its values are made of, "" without a key.
func keyOf(m *mapping.Mapping) string {
	if m.Key == nil {
		return ""
	}
	return fmt.Sprintf("%s %q", m.Key.Property, m.Key.Columns)
}

// contentOf is a mapping without what doesn't change what a row sends.
func contentOf(m *mapping.Mapping) []byte {
	content := *m
	content.CSV, content.Account, content.Seen = mapping.CSV{Empty: m.CSV.Empty}, 0, ""
	content.Unassociated, content.Nameless, content.Rows.Where = false, false, nil
	return content.Encode()
}

// admit compares what a run may still send with the rows of other runs, and notes it,
// unless it has been noted all along: nothing of it was sent so far, it had ended, or its
// input has grown.
func (s *session) admit(ctx context.Context) error {
	d := s.dir
	release, err := s.holdAccount()
	if err != nil {
		return err
	}
	defer release()
	if !s.remembers() {
		return nil
	}
	if err := s.checkJournal(); err != nil {
		return err
	}
	j, st, err := d.journal()
	if err != nil {
		return err
	}
	defer j.Close()
	var known journal.Slices
	if st != nil {
		defer st.Close()
		known = st.Slices()
		e, err := openSent(s.ledger().sentFile(&d.Run))
		if err == nil && !e.Settled && e.SHA256 == s.input.SHA256 && !isIdle(st) {
			return nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && s.mustRemember() {
			return err
		}
	}
	sent := sentRows(st)
	n, err := s.compare(ctx, known, func(row int64) bool { return !sent(row) })
	if err != nil {
		return err
	}
	defer n.close()
	return n.publish()
}

// eachRow reads the run's input, and calls f for each row with its hashes by the mappings
// of the comparison, 0 where the row can't be sent. The first is by the run's own. Where
// the input breaks off it ends: the run meets that when it comes to the place, and sends
// nothing that wasn't read here.
func (s *session) eachRow(ctx context.Context, c *comparison, known journal.Slices, f func(row int64, hashes []uint64) error) error {
	var failed error
	var hasher rows.Hasher
	hashes := make([]uint64, max(len(c.views), 1))
	err := rows.Each(ctx, func() (rows.Source, error) { return s.source() }, rows.Config{Mapper: s.mapper, Known: known}, func(row *rows.Row) error {
		clear(hashes)
		if row.Map(&s.record) == nil {
			hashes[0] = rowHash(hasher.ContentOf(&s.record))
		}
		for i := 1; i < len(hashes); i++ {
			fields := c.views[i].fill(row)
			if hashes[0] != 0 && len(c.views[i].mapper.Map(fields, &s.record)) == 0 {
				hashes[i] = rowHash(hasher.ContentOf(&s.record))
			}
		}
		failed = f(row.Row, hashes)
		return failed
	})
	_, changed := errors.AsType[*rows.MismatchError](err)
	if failed != nil || changed || ctx.Err() != nil {
		return err
	}
	return nil
}

// judgeSeen decides about the rows that the comparison has found.
func (s *session) judgeSeen(c *comparison) error {
	if len(c.others) == 0 {
		return nil
	}
	// Less than half of a run is no earlier file that somebody has put into this one.
	isFew := func(o *candidate) bool {
		return c.rows >= fewRows && 100*o.existing < seenPercent*c.rows && 2*o.existing < o.sentRows
	}
	most, whole := c.others[0], ""
	for _, o := range c.others {
		if isFew(most) && !isFew(o) || isFew(most) == isFew(o) && o.existing > most.existing {
			most = o
		}
		if whole == "" && o.existing > 0 && o.existing >= o.sentRows {
			whole = string(o.Run) // the latest
		}
	}
	if most.existing == 0 || s.seen() == SendSeen {
		return nil
	}
	state := "went into this account already"
	if !most.Settled {
		state = "are being sent, or may have been"
	}
	from := fmt.Sprintf("from %s on %s (run %s)", shown(string(most.Input)), most.Started.Local().Format("2006-01-02 15:04"), shown(string(most.Run)))
	about := fmt.Sprintf("%d of %d rows of %s %s", most.existing, c.rows, shown(s.dir.inputPath()), state)
	example := fmt.Sprintf("for example row %d", most.example)
	few := isFew(most)
	switch {
	case few && most.remapped:
		s.warn("warning: %s, %s, with another mapping; %s. They are so few that they may be alike by chance, and are created", about, from, example)
		return nil
	case most.remapped:
		return &Error{Reason: SeenRemapped, Path: string(most.Run), Err: fmt.Errorf("%s, %s, with another mapping; %s: with this mapping they would be new records", about, from, example)}
	case few:
		s.warn("warning: %s, %s; %s. They are so few that they may be alike by chance, and are created again; --seen skip leaves them out", about, from, example)
		return nil
	}
	return &Error{Reason: SeenRows, Path: string(most.Run), Refused: most.Counts.Refused, Err: fmt.Errorf("%s, %s; %s", about, from, example), whole: whole}
}

// seen is what to do with rows that exist. With a key the account knows it of most.
func (s *session) seen() Seen {
	return cmp.Or(s.Seen, s.dir.Seen, Seen(s.mapping.Seen), SeenStop)
}

// settleSent notes that the run has ended: rows that it hasn't created are forgotten.
func (s *session) settleSent(st *journal.State) error {
	if !s.remembers() || st == nil {
		return nil
	}
	t := tallyOf(st)
	if !t.Finished() {
		return nil // it goes on some time: all of its rows stay noted
	}
	return s.forgetSent(func(e *sent) { e.Settled, e.Counts = true, t.Counts }, func(row int64) bool {
		kind, ok := st.Kind(row)
		return !ok || kind == journal.Refused
	})
}

// forgetSent changes the ledger's entry of the run, and forgets rows of it.
func (s *session) forgetSent(change func(*sent), forget func(row int64) bool) error {
	path := s.ledger().sentFile(&s.dir.Run)
	old, err := openSent(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	now := *old
	change(&now)
	w, err := createSent(filepath.Dir(path), &now)
	if err != nil {
		w.close()
		return err
	}
	defer w.close()
	err = old.hashes(func(row int64, hash uint64) {
		if forget(row) {
			hash = 0
		}
		w.add(hash)
	})
	if err != nil {
		return err
	}
	return w.publish()
}

// checkReported compares the journal, nil when there is none, with a summary that was
// written from it.
func (d *Dir) checkReported(sum report.Summary, st *journal.State) error {
	settled := int64(0)
	if st != nil {
		settled = st.Counts().Settled()
	}
	if reported := sum.In() + sum.Refused + sum.InDoubt; reported > settled {
		return d.fail(JournalShort, fmt.Errorf("the journal of %s holds %d rows and its reports hold %d: it was deleted, cut or replaced by an older one", d.Path, settled, reported))
	}
	return nil
}

// checkJournal compares the journal with what the reports and the ledger say before
// anything is sent: a journal that was deleted or cut would send rows once more.
func (s *session) checkJournal() error {
	d := s.dir
	st, err := journal.Load(d.file(journalName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if st != nil {
		defer st.Close()
	}
	sum, err := report.ReadSummary(d.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.checkReported(sum, st); err != nil {
		return err
	}
	if !s.remembers() {
		return nil
	}
	e, err := openSent(s.ledger().sentFile(&d.Run))
	if err != nil {
		return nil // lost or damaged: what comes next says so
	}
	if st == nil {
		return d.fail(JournalShort, fmt.Errorf("the journal of %s is gone, and rows may have been sent", d.Path))
	}
	if known, settled := e.Counts.In()+e.Counts.Refused+e.Counts.InDoubt, st.Counts().Settled(); known > settled {
		return d.fail(JournalShort, fmt.Errorf("the journal of %s holds %d rows, and the ledger says %d: it was cut or replaced by an older one", d.Path, settled, known))
	}
	return nil
}
