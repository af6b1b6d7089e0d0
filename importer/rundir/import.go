// The recipe: a file becomes a run, or goes on with one.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// Import imports a file: it finds its mapping, chooses the run that it belongs to,
// asks the account what must be known before the first write, sends every row that
// has no result yet, and writes the reports. The same call given twice is safe: an
// unfinished run goes on, and of a finished one [Result].Done says that nothing was
// sent.
//
// Rows that are refused or in doubt are not an error: see [Result.Complete]. With an
// error the result is nil, or has the reports as they are; unless the error is an
// [*Error], the same call goes on. Besides that, errors are those of [importer.Run],
// a [*LockedError], those of Connect and of disks, or [context.Cause] when ctx ends.
// One process works on a run at a time, and Import may be called for several runs at
// once.
func Import(ctx context.Context, o Options) (*Result, error) {
	if o.Again {
		o.Seen = SendSeen
	}
	result, err := importInto(ctx, o)
	e, ok := errors.AsType[*Error](err)
	if !ok || o.File == "-" {
		return result, err
	}
	switch {
	case e.Reason == SeenUnfinished && o.Dir == "":
		o.note("the same content has an unfinished run in another place")
		o.Dir = e.Path
		return importInto(ctx, o)
	case e.Reason == SeenRows && e.whole != "" && !o.OwnRun:
		return o.continueIn(ctx, e)
	}
	return result, err
}

// continueIn goes on in the run of which the input holds all rows, if it begins with them.
func (o Options) continueIn(ctx context.Context, seen *Error) (*Result, error) {
	o.Dir = seen.whole
	result, err := importInto(ctx, o)
	_, refused := errors.AsType[*Error](err)
	_, changed := errors.AsType[*rows.MismatchError](err)
	if refused || changed {
		return nil, seen
	}
	return result, err
}

// importInto is Import that chooses among the runs here.
func importInto(ctx context.Context, o Options) (*Result, error) {
	in, m, err := o.prepare(ctx, cmp.Or(o.Dir, Root))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	d, exists, err := o.chooseRun(ctx, in, m != nil && m.KeyProperty() != "")
	if err != nil {
		return nil, err
	}
	if exists {
		// Before anything slow: who comes second has to know at once.
		if err := d.lock(); err != nil {
			return nil, err
		}
	}
	defer d.unlock()

	object, key := o.objectAndKey(m)
	conn, err := o.connect(ctx, o.endpoint(object, key))
	if err != nil {
		return nil, err
	}
	defer conn.close()
	known, m, err := o.definitions(ctx, conn, d, exists, in, m)
	if err != nil {
		return nil, err
	}
	if err := conn.checkPinned(m, o.AccountID); err != nil {
		return nil, err
	}
	want := Run{
		Program: o.Program, ID: runID(), Started: time.Now(), Input: in.Identity,
		Object: object, Account: conn.number, BaseURL: conn.BaseURL, APIVersion: conn.Version,
		Sandbox: o.Sandbox, NoLedger: o.NoLedger, ExcelSafe: o.ExcelSafe,
		Restore: in.restored(), Key: key,
	}
	if exists {
		if err := d.matches(want, m); err != nil {
			return nil, err
		}
	}
	mapper, err := o.compile(in, m, known.rules(), conn.name())
	if err != nil {
		return nil, err
	}
	if !exists || !d.covers(in) {
		if err := in.checkPercent(ctx, m, mapper); err != nil {
			return nil, err
		}
	}
	s := &session{Options: &o, dir: d, conn: conn, mapping: m, mapper: mapper, input: in.Identity}
	if exists {
		if err := s.makeKey(ctx); err != nil {
			return nil, err
		}
		return s.goOn(ctx, in)
	}
	d.Run, d.schema = want, known
	d.Seen, d.First = o.Seen, o.First
	return s.start(ctx, in)
}

// definitions are what the input is checked by, and the mapping that the run keeps. A
// run that goes on has those that it was begun with, whatever properties the account
// has got since.
func (o *Options) definitions(ctx context.Context, conn *connection, d *Dir, exists bool, in *Input, m *mapping.Mapping) (known *savedSchema, _ *mapping.Mapping, err error) {
	if exists {
		known, err = d.loadSchema()
	} else {
		known, err = o.readSchema(ctx, conn, m)
	}
	if err == nil && exists && m == nil {
		m, err = d.mapping()
	}
	if err == nil {
		m, err = o.complete(in, m, known.rules())
	}
	return known, m, err
}

// start begins a new run.
func (s *session) start(ctx context.Context, in *Input) (*Result, error) {
	if err := in.checkPositions(s.mapper); err != nil {
		return nil, err
	}
	corrects, err := in.findCorrects(s.mapper, s.FailuresOf)
	if err != nil {
		return nil, err
	}
	s.dir.Corrects = diskPath(corrects)
	if slices.Contains(in.Header, rowColumn) && !in.Spooled {
		if s.dir.CorrectsRuns, _, err = FailuresRuns(in.Path); err != nil {
			return nil, inputError(err)
		}
	}
	if err := s.conn.checkLookups(ctx, s.mapper); err != nil {
		return nil, err
	}
	s.dir.spool = in.spool
	if err := s.confirm(ctx); err != nil {
		return nil, err
	}
	if err := s.makeKey(ctx); err != nil {
		return nil, err
	}
	if done, err := s.enter(ctx, in); done != nil || err != nil {
		return done, err
	}
	if s.dir.Key == "" && !s.Sandbox {
		s.note("the mapping has no key: rows whose answer is lost stay in doubt, and a file with rows that came before is refused. To rule both out, add key: { property: hubload_key, auto: true } to it, and import with --create-key")
	}
	return s.execute(ctx)
}

// enter makes the run, unless its rows are in the account already. It returns the run
// that has sent the same content when there is nothing to do.
func (s *session) enter(ctx context.Context, in *Input) (done *Result, err error) {
	release, err := s.holdAccount()
	if err != nil {
		return nil, err
	}
	defer release()
	d := s.dir
	d.spool = in.spool
	var note *noting
	compare := func() (err error) {
		note, err = s.compare(ctx, journal.Slices{}, func(int64) bool { return true })
		return err
	}
	defer func() { note.close() }()
	if done, err := s.begin(d, in, s.mapping, compare); done != nil || err != nil {
		return done, err
	}
	d.spool = ""
	j, err := journal.Create(d.file(journalName), journal.Header{Run: d.ID, Started: d.Started})
	if err != nil {
		return nil, err
	}
	return nil, cmp.Or(j.Close(), note.publish())
}

// goOn goes on with a run, whose input may have grown.
func (s *session) goOn(ctx context.Context, in *Input) (*Result, error) {
	d := s.dir
	more, err := s.askFor(s.First)
	if err != nil {
		return nil, err
	}
	if d.covers(in) {
		if err := s.followInput(ctx, in); err != nil {
			return nil, err
		}
	}
	if d.covers(in) && !more {
		if done, err := d.whenFinished(); done != nil || err != nil {
			return done, err
		}
	}
	if done, err := s.reclaim(d, s.mapping); done != nil || err != nil {
		return done, err
	}
	if d.covers(in) {
		if err := s.admit(ctx); err != nil {
			return nil, err
		}
		if err := d.saveMore(); err != nil {
			return nil, err
		}
		s.note("going on with %s", d.Path)
		return s.execute(ctx)
	}
	was := d.Input.Path
	if err := s.checkChange(ctx, in); err != nil {
		return nil, err
	}
	if in.Path == was {
		s.note("%s has changed since %s; going on with that run: rows that it has read must be the same, and later ones are new", shown(in.Path), d.Path)
	} else {
		s.note("%s begins with all rows of %s; going on with the run of that: later rows are new", shown(in.Path), shown(was))
	}
	result, err := s.execute(ctx)
	if err != nil {
		return result, err
	}
	return result, s.grow(d, in)
}

// askFor says how many rows of a run that was begun are asked for now; 0 is all. It
// reports whether these are more than before. The error is an [*Error] where they are fewer
// and the run hasn't ended: it would send more than was asked for.
func (s *session) askFor(first int64) (more bool, err error) {
	d := s.dir
	if d.First == first {
		return false, nil
	}
	if d.First == 0 || first > 0 && first < d.First {
		st, err := journal.Load(d.file(journalName))
		if err == nil {
			defer st.Close()
			if tallyOf(st).Finished() {
				return false, nil
			}
		}
		return false, d.fail(OtherRequest, fmt.Errorf("%s was begun for more than the first %d rows and hasn't ended", d.Path, first))
	}
	d.First, d.More = first, true
	return true, nil
}

// checkChange refuses an input that a run can't go on with: another file, or one that
// doesn't begin with what the run has read. What follows must not be in the account.
func (s *session) checkChange(ctx context.Context, in *Input) error {
	d := s.dir
	if in.Path == d.Input.Path && !in.Spooled && !d.Input.Spooled {
		cut, err := s.findCut(ctx, in)
		if err != nil {
			return err
		}
		if err := s.admit(ctx); err != nil {
			return err
		}
		if cut {
			return d.save()
		}
		return d.saveMore()
	}
	other := d.fail(OtherInput, fmt.Errorf("%s belongs to another input: %s, which was imported on %s", d.Path, shown(d.Input.Path), d.Started.Local().Format("2006-01-02 15:04")))
	begins, err := d.beginsIn(ctx, in)
	if err != nil {
		return err
	}
	if !begins {
		return other
	}
	was, cut := d.Input, d.Cut
	if _, err := s.findCut(ctx, in); err != nil {
		return err
	}
	d.Input.Path, d.Input.Spooled, d.spool = in.Path, in.Spooled, in.spool
	err = s.admit(ctx)
	if _, changed := errors.AsType[*rows.MismatchError](err); changed {
		err = other
	}
	if err != nil {
		d.Input, d.Cut, d.spool = was, cut, ""
		return err
	}
	return d.takeInput(in)
}

// beginsIn reports whether an input of another place may begin with all that the run's own
// was: its bytes show it, or its rows will, where the run has read all of them.
func (d *Dir) beginsIn(ctx context.Context, in *Input) (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return false, nil // nothing was sent, or it isn't known what
	}
	defer st.Close()
	if t := tallyOf(st); t.Complete && t.Rows > 0 {
		return true, nil
	}
	return in.continues(ctx, d.latest())
}

// followInput notes where the run's input is now, where it isn't any more where it was.
func (s *session) followInput(ctx context.Context, in *Input) error {
	d := s.dir
	if in.Path == d.Input.Path && !in.Spooled || in.SHA256 != d.latest().SHA256 {
		return nil
	}
	err := s.checkInput(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	s.note("the input of %s is %s from now on", d.Path, shown(in.Path))
	return d.takeInput(in)
}

// takeInput makes an input that of the run.
func (d *Dir) takeInput(in *Input) error {
	d.Input.Path, d.Input.Spooled = in.Path, in.Spooled
	if d.Grown != nil {
		d.Grown.Path, d.Grown.Spooled = in.Path, in.Spooled
	}
	if err := in.moveInto(d); err != nil {
		return err
	}
	d.spool = ""
	return d.save()
}

// saveMore keeps that more rows are asked for, once nothing speaks against them.
func (d *Dir) saveMore() error {
	if !d.More {
		return nil
	}
	return d.save()
}
