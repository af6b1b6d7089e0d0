// The question before the first import into an account.

package rundir

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
)

// A FirstImport is what [Options].Confirm decides about.
type FirstImport struct {
	Rows    int64       // that would be sent
	Object  string      // type of the records
	Name    string      // how messages name the account
	Account api.Account // zero where the token can't read it
}

// confirm asks before records of a type go into an account for the first time, as far as
// the ledger knows. Nothing was written to the account before.
func (s *session) confirm(ctx context.Context) error {
	d := s.dir
	if s.Confirm == nil || s.Sandbox || s.ledger().has(&d.Run) {
		return nil
	}
	n, err := s.countRows(ctx)
	if err != nil || n == 0 {
		return err
	}
	return s.Confirm(ctx, FirstImport{Rows: n, Object: d.Object, Name: d.AccountName(), Account: s.conn.account})
}

// has reports whether an entry of the account and object type is there.
func (l ledger) has(r *Run) bool {
	entries, _ := os.ReadDir(l.sentDir(r))
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), sentExt) {
			return true
		}
	}
	return false
}

// countRows reads the input once. What can't be read of it counts nothing: the import says
// it.
func (s *session) countRows(ctx context.Context) (n int64, err error) {
	src, err := s.source()
	if err != nil {
		return 0, err
	}
	defer src.Close()
	for ; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		_, err := src.Read()
		if _, cut := errors.AsType[*csvfile.FileError](err); cut || errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// makeKey creates the key's property, if that is still to be done.
func (s *session) makeKey(ctx context.Context) error {
	if !s.conn.keyDue {
		return nil
	}
	s.conn.keyLater, s.conn.keyDue = false, false
	if err := s.conn.makeKey(ctx); err != nil {
		return err
	}
	s.noteKey(s.conn)
	return nil
}
