// Which rows of an input are in the account already, by the sketches of earlier runs.

package rundir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/sketch"
)

// sharedPercent is the share of rows from which a large input is taken for one whose
// rows were sent before. Of an input that a sketch holds whole, one row is enough.
const sharedPercent = 1

// maxEntry bounds an entry with its sketch, of some 44 kB.
const maxEntry = 1 << 20

// A sent entry says which rows a run has sent, or is about to.
type sent struct {
	Run     diskPath  `json:"run"` // absolute path of the run directory
	Input   diskPath  `json:"input"`
	Started time.Time `json:"started"`
	SHA256  string    `json:"sha256"`
	Rows    []byte    `json:"rows"`    // a [sketch.Sketch] of those that exist or may; of a run under way, all of its input
	Settled bool      `json:"settled"` // the run has ended, and Rows are those that exist
}

// objectIDs are the type ids of the objects that are mostly meant by their names.
var objectIDs = map[string]string{"0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-7": "products", "0-8": "line_items", "0-14": "quotes"}

// accountOf names an account and an object type: by the account's number, whatever it
// is reached by, or by its address where the number can't be read.
func accountOf(r *Run) []string {
	object := strings.ToLower(r.Object)
	if name, ok := objectIDs[object]; ok {
		object = name
	}
	if r.Account != 0 {
		return []string{fmt.Sprint(r.Account), object}
	}
	return []string{r.BaseURL, object}
}

func (l ledger) sentDir(r *Run) string {
	return filepath.Join(l.sub("rows"), digest(accountOf(r)...))
}

func (l ledger) sentFile(r *Run) string { return filepath.Join(l.sentDir(r), r.ID+".json") }

// eachSent reads the run's input, and calls f for each row that can be sent, with the
// hash of what it sends. Where the input breaks off it ends: the run meets that when it
// comes to the place, and sends nothing that wasn't read here.
func (s *session) eachSent(ctx context.Context, f func(row *rows.Row, hash uint64)) error {
	err := rows.Each(ctx, func() (rows.Source, error) { return s.source() }, rows.Config{Mapper: s.mapper}, func(row *rows.Row) error {
		if row.Map(&s.record) == nil {
			f(row, sketch.Hash(rows.ContentOf(&s.record)))
		}
		return nil
	})
	if err != nil && ctx.Err() != nil {
		return err
	}
	return nil
}

// remembers reports whether the ledger must keep the run's rows: with a key HubSpot
// itself knows them.
func (s *session) remembers() bool { return !s.dir.Sandbox && s.dir.Key == "" && !s.NoLedger }

// noteSending notes, before the first request, that the rows of the input are about to
// be sent. The journal exists by then.
func (s *session) noteSending(ctx context.Context) error {
	if !s.remembers() {
		return nil
	}
	var all sketch.Sketch
	if err := s.eachSent(ctx, func(_ *rows.Row, hash uint64) { all.Add(hash) }); err != nil {
		return err
	}
	if err := s.ledger().writeSent(s.dir, &all, false); err != nil {
		return s.noLedger(err)
	}
	return nil
}

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
		return nil, s.noLedger(err)
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
// pass.
func (s *session) noLedger(err error) error {
	err = fmt.Errorf("what goes into the account can't be remembered: %w", err)
	if s.ledger().dir == "" || errors.Is(err, fs.ErrPermission) {
		return s.dir.fail(NoLedger, err)
	}
	return err
}

// accountPatience is how long another process may compare its input: 10 million rows
// take some 20 s.
const accountPatience = time.Minute

// checkSeen returns an [*Error] with SeenRows when rows of the input, from a row on, are
// in the account by an earlier run.
func (s *session) checkSeen(ctx context.Context, from int64) error {
	if !s.remembers() || s.Again {
		return nil
	}
	earlier, err := s.sentBefore()
	if err != nil || len(earlier) == 0 {
		return err
	}
	sketches := make([]*sketch.Sketch, len(earlier))
	for i := range earlier {
		sketches[i] = new(sketch.Sketch)
		if err := sketches[i].UnmarshalBinary(earlier[i].Rows); err != nil {
			return damagedLedger(string(earlier[i].Run), err)
		}
	}
	c := sketch.Compare(sketches...)
	err = s.eachSent(ctx, func(row *rows.Row, hash uint64) {
		if row.Row >= from {
			c.Add(row.Row, hash)
		}
	})
	if err != nil {
		return err
	}
	most := -1
	overlaps := c.Overlaps()
	for i, o := range overlaps {
		if o.Existing == 0 || o.Rows >= sketch.Size && 100*o.Share() < sharedPercent {
			continue
		}
		if most < 0 || o.Share() > overlaps[most].Share() {
			most = i
		}
	}
	if most < 0 {
		return nil
	}
	return s.seen(&earlier[most], overlaps[most])
}

// sentBefore reads what the ledger says of the account's other runs.
func (s *session) sentBefore() ([]sent, error) {
	d, l := s.dir, s.ledger()
	names, err := os.ReadDir(l.sentDir(&d.Run))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, d.fail(NoLedger, err)
	}
	var all []sent
	for _, name := range names {
		path := filepath.Join(l.sentDir(&d.Run), name.Name())
		if !strings.HasSuffix(path, ".json") || path == l.sentFile(&d.Run) {
			continue
		}
		var e sent
		data, err := atomicfile.ReadFile(path, maxEntry)
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			return nil, damagedLedger(path, err)
		}
		// Of the same content claim knows more; the refused rows of a run are in its
		// sketch until it has ended.
		if e.SHA256 != d.Input.SHA256 && (e.Settled || string(e.Run) != s.origin) {
			all = append(all, e)
		}
	}
	return all, nil
}

func damagedLedger(path string, err error) error {
	return &Error{Reason: LedgerDamaged, Path: path, Err: fmt.Errorf("the ledger of what went into this account is damaged: %s: %w", path, err)}
}

// seen words which rows are in the account, with an example by which a person can judge.
func (s *session) seen(e *sent, o sketch.Overlap) error {
	about := fmt.Sprintf("%d of %d rows", o.Existing, o.Rows)
	if !o.Exact() {
		about = fmt.Sprintf("about %.0f %% of %d rows", 100*o.Share(), o.Rows)
	}
	state := "went into this account already"
	if !e.Settled {
		state = "are being sent, or may have been"
	}
	return &Error{Reason: SeenRows, Path: string(e.Run), Err: fmt.Errorf("%s of %s %s, from %s on %s (run %s); for example row %d",
		about, shown(s.dir.inputPath()), state, shown(string(e.Input)), e.Started.Local().Format("2006-01-02 15:04"), shown(string(e.Run)), o.Example)}
}

// endSending replaces what was about to be sent by the rows that exist now, or may.
func (s *session) endSending(ctx context.Context, st *journal.State) error {
	d, l := s.dir, s.ledger()
	if !s.remembers() || st == nil {
		return nil
	}
	t := tallyOf(st)
	if t.Pending > 0 || !t.Complete {
		return nil // it goes on some time: all of its rows stay noted
	}
	var exist sketch.Sketch
	err := s.eachSent(ctx, func(row *rows.Row, hash uint64) {
		if kind, ok := st.Kind(row.Row); ok && kind != journal.Refused {
			exist.Add(hash)
		}
	})
	if err != nil {
		return err
	}
	return l.writeSent(d, &exist, true)
}

func (l ledger) writeSent(d *Dir, rows *sketch.Sketch, settled bool) error {
	run, err := filepath.Abs(d.Path)
	if err != nil {
		return err
	}
	hashes, _ := rows.MarshalBinary() // which never fails
	data, err := json.Marshal(sent{diskPath(run), diskPath(d.Input.Path), d.Started, d.Input.SHA256, hashes, settled})
	if err != nil {
		return err
	}
	if err := l.make(); err != nil {
		return err
	}
	if err := atomicfile.MkdirAll(l.sentDir(&d.Run)); err != nil {
		return err
	}
	return atomicfile.WriteFile(l.sentFile(&d.Run), data)
}

// checkJournal compares the journal with what the reports and the ledger say before
// anything is sent: a journal that was deleted or cut would send rows once more.
func (s *session) checkJournal(ctx context.Context) error {
	d := s.dir
	st, err := journal.Load(d.file(journalName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	settled := int64(0)
	if st != nil {
		settled = st.Counts().Settled()
		st.Close()
	}
	sum, err := report.ReadSummary(d.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if reported := sum.Created + sum.Existing + sum.Refused + sum.InDoubt; reported > settled {
		return d.fail(JournalShort, fmt.Errorf("the journal of %s holds %d rows and its reports hold %d: it was deleted, cut or replaced by an older one", d.Path, settled, reported))
	}
	if !s.remembers() {
		return nil
	}
	_, err = os.Stat(s.ledger().sentFile(&d.Run))
	known := err == nil
	if st == nil && known {
		return d.fail(JournalShort, fmt.Errorf("the journal of %s is gone, and rows may have been sent", d.Path))
	}
	if !known && st != nil {
		return s.noteSending(ctx) // the ledger was lost, or is of an earlier version
	}
	return nil
}
