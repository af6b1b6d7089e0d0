// Earlier runs of the same file: what has become of it since.
//
// A file that changes under its name may be tomorrow's delivery, with rows of its
// own. Or it's the same table once more, with rows added or mended, and importing
// it anew would create the others twice. Its rows tell.

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// runsOf returns the runs of the input's path, the latest first, whatever the file
// held then.
func runsOf(in *input) []*runDir {
	if in.Spooled {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(runsDir, globEscape(in.name)+"-*"))
	var runs []*runDir
	for _, path := range paths {
		if d, err := openRun(path); err == nil && !d.Sandbox && d.Input.Path == in.Path {
			runs = append(runs, d)
		}
	}
	slices.SortFunc(runs, func(a, b *runDir) int { return b.Started.Compare(a.Started) })
	return runs
}

func globEscape(s string) string {
	return strings.NewReplacer("*", "\\*", "?", "\\?", "[", "\\[", "\\", "\\\\").Replace(s)
}

// earlierOf finds the run of the same path that goes on with the file as it is
// now; nil when there is none. That is an unfinished one, whose journal can tell
// whether the change matters: starting anew would create its rows a second time.
// Or it's a finished one that has taken the file in as it is now, or of which the
// file is the continuation: then the rows that were appended are new.
func earlierOf(in *input) (*runDir, error) {
	for _, d := range runsOf(in) {
		st, err := journal.Load(d.file(journalName))
		if err != nil {
			continue
		}
		// An intent is enough: its rows may exist although no fate says so.
		begun, finished := st.Intents() > 0, progressOf(st).finished()
		st.Close()
		if !begun {
			continue
		}
		if !finished || d.covers(in) {
			return d, nil
		}
		if grown, err := in.continues(d.latest()); grown || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// continues reports whether the input begins with all that another one was.
func (in *input) continues(other asked) (bool, error) {
	if other.Size == 0 || other.Size >= in.Size {
		return false, nil
	}
	f, err := os.Open(in.path())
	if err != nil {
		return false, usageError{err}
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.CopyN(hash, f, other.Size); err != nil {
		return false, usageError{fmt.Errorf("reading %s: %w", in.Path, err)}
	}
	return hex.EncodeToString(hash.Sum(nil)) == other.SHA256, nil
}

// latest is the input as the run's last process found it.
func (d *runDir) latest() asked {
	if d.Grown != nil {
		return *d.Grown
	}
	return d.Input
}

// covers reports whether the run is about the input's content as it is.
func (d *runDir) covers(in *input) bool {
	return in.SHA256 == d.Input.SHA256 || in.SHA256 == d.latest().SHA256
}

// grow notes that the run has taken in what the file has become. The content that
// it was begun with stays: automatic keys are made of it.
func (a *app) grow(d *runDir, in *input) error {
	d.Grown = &in.asked
	if err := d.save(); err != nil {
		return err
	}
	now := *d
	now.Input = in.asked
	if err := memoryOf(a.getenv).remember(&now); err != nil {
		a.ui.note("imports can't be remembered: %v", err)
	}
	return nil
}

// earlierRuns is how many runs of a path are compared with what it holds now.
const earlierRuns = 3

// sameRowsBefore returns an error when rows of the input stood at the same place
// of the same file in an earlier run into the account, and were created then.
// Whoever mends a few rows in the file itself, and not in failures.csv, must not
// get all others twice.
func sameRowsBefore(d *runDir, in *input, m *mapping.Mapping) error {
	runs := slices.DeleteFunc(runsOf(in), func(r *runDir) bool {
		// Of the very same content something else is known; see claim.
		return r.BaseURL != d.BaseURL || r.Account != d.Account || r.Object != d.Object || r.covers(in)
	})
	for _, r := range runs[:min(len(runs), earlierRuns)] {
		n, err := r.rowsAgain(in, m)
		if err != nil {
			return err
		}
		if n > 0 {
			return mismatchError{withHint(
				fmt.Errorf("at least %s rows of %s went into this account already, on %s, from %s", grouped(n), shown(in.Path), r.Started.Local().Format("2006-01-02 15:04"), r.path),
				"rows that were refused then are mended in "+r.file(failedName)+", and that file is imported; "+
					"to import all rows of this one, as new records: --again; a key in the mapping makes it safe to import changed files")}
		}
	}
	return nil
}

// rowsAgain counts rows of the input that the run has created or may have, by the
// checksums in its journal.
func (d *runDir) rowsAgain(in *input, m *mapping.Mapping) (n int64, err error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer st.Close()
	r, err := csvfile.Open(in.path(), csvfile.Options{Encoding: m.CSV.Encoding, Delimiter: m.CSV.Delimiter, Columns: m.Columns()})
	if err != nil {
		return 0, inputError(err)
	}
	defer r.Close()
	crc, exist := uint32(0), int64(0)
	for ahead := st.Slices(); ahead.Len() > 0; {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, inputError(err)
		}
		s := ahead.First()
		if rec.Row < s.From {
			continue
		}
		if rec.Row == s.From {
			crc, exist = 0, 0
		}
		crc = journal.Checksum(crc, rec.Raw)
		if kind, ok := st.Kind(rec.Row); ok && kind != journal.Refused {
			exist++
		}
		if rec.Row == s.To {
			if crc == s.CRC {
				n += exist
			}
			ahead = ahead.Rest()
		}
	}
	return n, nil
}
