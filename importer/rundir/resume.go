// A run that was begun before, by its directory alone.

package rundir

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Resume goes on with a run that was interrupted. It needs of o nothing but Connect:
// what BaseURL and Version don't say is as it was. A base URL that is neither
// HubSpot's nor known to the ledger is refused unless o.BaseURL names it: a run
// directory is a file near the input, and whoever plants one must not get the token.
// The input must be what it was, by size and hash. The rest is as with [Import].
func Resume(ctx context.Context, path string, o Options) (*Result, error) {
	s, err := o.reenter(path)
	if err != nil {
		return nil, err
	}
	defer s.dir.unlock()
	if !s.dir.Undone.IsZero() {
		return nil, s.dir.fail(RunUndone, fmt.Errorf("%s was undone on %s: it doesn't go on", s.dir.Path, s.dir.Undone.Local().Format("2006-01-02 15:04")))
	}
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
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	s.dir.ExcelSafe = s.dir.ExcelSafe || o.ExcelSafe
	return s.execute(ctx)
}

// reenter takes a run that was begun before, with all that its directory says. The
// caller unlocks it, unless there is an error.
func (o *Options) reenter(path string) (*session, error) {
	s, err := o.take(path)
	if err != nil {
		return nil, err
	}
	if err := s.bind(); err != nil {
		s.dir.unlock()
		return nil, err
	}
	return s, nil
}

// take takes a run for this process, and reads its mapping. The caller unlocks it,
// unless there is an error.
func (o *Options) take(path string) (_ *session, err error) {
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
	return &session{Options: o, dir: d, mapping: m, input: d.latest()}, nil
}

// bind makes the mapper of the run's input.
func (s *session) bind() error {
	d := s.dir
	r, err := d.input(s.mapping)
	if err != nil {
		return inputError(err)
	}
	header := r.Header()
	if d.Restore {
		restoreAll(header)
	}
	r.Close()
	known, err := d.loadSchema()
	if err != nil {
		return err
	}
	if s.mapper, err = s.mapping.CompileFor(header, known.rules()); err != nil {
		return d.fail(HeaderChanged, fmt.Errorf("the input no longer has the columns it had:\n%w", err))
	}
	return nil
}

// reconnect connects to the account that a run goes into, and to no other. Before the
// first request the input must be the one that the run was begun with, or what that
// has become: whoever plants a run directory could otherwise have any file sent.
func (s *session) reconnect(ctx context.Context) error {
	if err := s.checkInput(ctx); err != nil {
		return err
	}
	return s.reach(ctx)
}

// checkInput compares the input with the one that the run was begun with, or what that
// has become.
func (s *session) checkInput(ctx context.Context) error {
	d := s.dir
	size, sum, err := fingerprint(ctx, d.inputPath(), d.Input.Sheet)
	if err != nil {
		return err
	}
	if is := (Identity{Size: size, SHA256: sum}); !is.same(d.Input) && !is.same(d.latest()) {
		return &Error{Reason: ContentChanged, Path: d.inputPath(), Err: fmt.Errorf("%s has changed since %s was begun", shown(d.inputPath()), d.Path)}
	}
	return nil
}

// reach connects to the account that the run goes into.
func (s *session) reach(ctx context.Context) (err error) {
	d := s.dir
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
