// The recipe: a file becomes a run, or goes on with one.

package rundir

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

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
	in, m, err := o.prepare(ctx, cmp.Or(o.Dir, Root))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	d, exists, err := o.chooseRun(ctx, in)
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
	if err := conn.checkPinned(m); err != nil {
		return nil, err
	}
	want := Run{
		Program: o.Program, ID: runID(), Started: time.Now(), Input: in.Identity,
		Object: object, Account: conn.number, BaseURL: conn.BaseURL, APIVersion: conn.Version,
		Sandbox: o.Sandbox, ExcelSafe: o.ExcelSafe,
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
	s := &session{Options: &o, dir: d, conn: conn, mapping: m, mapper: mapper}
	if exists {
		return s.goOn(ctx, in)
	}
	d.Run, d.schema = want, known
	return s.start(ctx, in)
}

// definitions are what the input is checked by, and the mapping that the run keeps. A
// run that goes on has those that it was begun with, whatever properties the account
// has got since.
func (o *Options) definitions(ctx context.Context, conn *connection, d *Dir, exists bool, in *Input, m *mapping.Mapping) (known *savedSchema, _ *mapping.Mapping, err error) {
	if exists {
		known, err = d.loadSchema()
	} else {
		known, err = o.readSchema(ctx, conn)
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
	if err := s.conn.checkLookups(ctx, s.mapper); err != nil {
		return nil, err
	}
	if done, err := s.begin(ctx, s.dir, in, s.mapping); done != nil || err != nil {
		return done, err
	}
	return s.execute(ctx)
}

// goOn goes on with a run, whose input may have grown.
func (s *session) goOn(ctx context.Context, in *Input) (*Result, error) {
	d := s.dir
	if d.covers(in) {
		if done, err := d.whenFinished(); done != nil || err != nil {
			return done, err
		}
	}
	if done, err := s.reclaim(d, s.mapping); done != nil || err != nil {
		return done, err
	}
	if d.covers(in) {
		s.note("going on with %s", d.Path)
		return s.execute(ctx)
	}
	s.note("%s has changed since %s; going on with that run: rows that it has read must be the same, and later ones are new", shown(in.Path), d.Path)
	result, err := s.execute(ctx)
	if err != nil {
		return result, err
	}
	return result, s.grow(d, in)
}

// Resume goes on with a run that was interrupted. It needs of o nothing but Connect:
// what BaseURL and Version don't say is as it was. A base URL that is neither
// HubSpot's nor known to the ledger is refused unless o.BaseURL names it: a run
// directory is a file near the input, and whoever plants one must not get the token.
// The input must be what it was, by size and hash. The rest is as with [Import].
func Resume(ctx context.Context, path string, o Options) (*Result, error) {
	s, err := o.reenter(ctx, path)
	if err != nil {
		return nil, err
	}
	defer s.dir.unlock()
	if done, err := s.dir.whenFinished(); done != nil || err != nil {
		return done, err
	}
	if err := s.reconnect(ctx); err != nil {
		return nil, err
	}
	defer s.conn.close()
	if done, err := o.reclaim(s.dir, s.mapping); done != nil || err != nil {
		return done, err
	}
	s.dir.ExcelSafe = s.dir.ExcelSafe || o.ExcelSafe
	return s.execute(ctx)
}

// reenter takes a run that was begun before, with all that its directory says. The
// caller unlocks it, unless there is an error.
func (o *Options) reenter(ctx context.Context, path string) (_ *session, err error) {
	d, err := Open(path)
	if err != nil {
		return nil, err
	}
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.unlock()
		}
	}()
	if d.Sandbox {
		return nil, d.fail(SandboxGone, fmt.Errorf("%s went into a throw-away account that ended with its process: it can't go on", d.Path))
	}
	m, err := d.mapping()
	if err != nil {
		return nil, err
	}
	r, err := d.input(m)
	if err != nil {
		return nil, inputError(err)
	}
	header := r.Header()
	if d.Restore {
		restoreAll(header)
	}
	r.Close()
	known, err := d.loadSchema()
	if err != nil {
		return nil, err
	}
	mapper, err := m.CompileFor(header, known.rules())
	if err != nil {
		return nil, d.fail(HeaderChanged, fmt.Errorf("the input no longer has the columns it had:\n%w", err))
	}
	return &session{Options: o, dir: d, mapping: m, mapper: mapper}, nil
}

// reconnect connects to the account that a run goes into, and to no other. Before the
// first request the input must be the one that the run was begun with, or what that
// has become: whoever plants a run directory could otherwise have any file sent.
func (s *session) reconnect(ctx context.Context) error {
	d := s.dir
	size, sum, err := fingerprint(ctx, d.inputPath())
	if err != nil {
		return err
	}
	if is := (Identity{Size: size, SHA256: sum}); !is.same(d.Input) && !is.same(d.latest()) {
		return &Error{Reason: ContentChanged, Path: d.inputPath(), Err: fmt.Errorf("%s has changed since %s was begun", shown(d.inputPath()), d.Path)}
	}
	e := s.endpoint(s.mapping.Object, d.Key)
	if s.BaseURL == "" {
		if !ofHubSpot(d.BaseURL) && !s.ledger().knows(d) {
			return &Error{Reason: UntrustedURL, Path: d.BaseURL, Err: fmt.Errorf("the run went to %s, which isn't HubSpot's own address, and isn't known here", shown(d.BaseURL))}
		}
		e.BaseURL = d.BaseURL
	}
	if s.Version == "" {
		e.Version = d.APIVersion
	}
	if s.conn, err = s.connect(ctx, e); err != nil {
		return err
	}
	want := d.Run
	want.BaseURL, want.Account = s.conn.BaseURL, s.conn.number
	if err := d.matches(want, s.mapping); err != nil {
		s.conn.close()
		return err
	}
	return nil
}

func (i Identity) same(other Identity) bool { return i.Size == other.Size && i.SHA256 == other.SHA256 }

// ofHubSpot reports whether a base URL is HubSpot's own.
func ofHubSpot(baseURL string) bool {
	u, err := url.Parse(baseURL)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" && (host == "hubapi.com" || strings.HasSuffix(host, ".hubapi.com"))
}
