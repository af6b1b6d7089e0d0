// Rows that are numbered within their parents: by the input, or by the original file of a failures file.

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
	"strconv"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/mapping"
)

const rowColumn = "hubload_row"

// positions finds out how the rows of the run are numbered, nil when they aren't.
func (s *session) positions() (*importer.Positions, error) {
	if len(s.mapper.Numbered()) == 0 {
		return nil, nil
	}
	open := func() (importer.Source, error) { return s.source() }
	first, err := s.source()
	if err != nil {
		return nil, err
	}
	at := slices.Index(first.Header(), rowColumn)
	first.Close()
	var p *importer.Positions
	if at < 0 {
		p, err = importer.FindPositions(open, s.mapper)
	} else {
		var o *original
		if o, err = originalOf(s.dir.Input); err != nil {
			return nil, err
		}
		p, err = o.positions(open, s, at)
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("finding out how rows are numbered: %w", err)}
	}
	return p, nil
}

// An original is the input of the run that the rows of a failures file come from
// in the end.
type original struct {
	run     *runDir
	mapping *mapping.Mapping // that run's
}

// originalOf finds the original of a failures file, through the runs of failures
// files that lie between. Its content must be what it was: numbers by another one
// would be wrong.
func originalOf(in asked) (*original, error) {
	gone := func(err error) (*original, error) {
		return nil, usageError{withHint(
			fmt.Errorf("the mapping numbers rows within their parents, and the numbers of these rows are those that they have in the original file, which isn't to be found: %w", err),
			"import the failures file from the directory of its run, with the original file where it was; or take the rule with position out of the mapping, and number the rows by hand")}
	}
	for range 100 {
		if in.Spooled {
			return gone(errors.New("the rows came from standard input or a pipe"))
		}
		d, err := openRun(filepath.Dir(in.Path))
		if err != nil {
			return gone(err)
		}
		m, err := d.mapping()
		if err != nil {
			return gone(err)
		}
		r, err := d.open(m)
		if err != nil {
			return gone(err)
		}
		mended := slices.Contains(r.Header(), rowColumn)
		r.Close()
		if !mended {
			sum, err := sha256Of(d.inputPath())
			if err == nil && sum != d.Input.SHA256 {
				err = fmt.Errorf("%s has changed since %s", d.inputPath(), d.path)
			}
			if err != nil {
				return gone(err)
			}
			return &original{d, m}, nil
		}
		in = d.Input
	}
	return gone(errors.New("more than 100 failures files lie between"))
}

func sha256Of(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	return hex.EncodeToString(hash.Sum(nil)), err
}

// source opens the original from its start, in the form that its own mapping says.
func (o *original) source() (*source, error) {
	r, err := o.run.open(o.mapping)
	if err != nil {
		return nil, err
	}
	return &source{Reader: r, restore: o.run.Restore, unmended: report.Unmended(r.Header())}, nil
}

// positions numbers the rows of a session's input, whose column at names their
// rows in the original.
func (o *original) positions(open func() (importer.Source, error), s *session, at int) (*importer.Positions, error) {
	first, err := o.source()
	if err != nil {
		return nil, err
	}
	header := slices.Clone(first.Header())
	first.Close()
	if o.run.Restore {
		restoreAll(header)
	}
	mapper, err := s.mapping.Compile(header)
	if err != nil {
		return nil, fmt.Errorf("the mapping doesn't fit the original file %s, by which rows are numbered:\n%w", o.run.inputPath(), err)
	}
	row := func(rec *csvfile.Record) (int64, bool) {
		if rec.Problem != nil {
			return 0, false
		}
		n, err := strconv.ParseInt(rec.Fields[at], 10, 64)
		return n, err == nil && n > 0
	}
	return importer.FindMendedPositions(open, func() (importer.Source, error) { return o.source() }, s.mapper, mapper, row)
}

// checkNumbers refuses an input whose rows can't be numbered, before there is a run.
func (in *input) checkNumbers(m *mapping.Mapper) error {
	if len(m.Numbered()) == 0 || !slices.Contains(in.header, rowColumn) {
		return nil
	}
	_, err := originalOf(in.asked)
	return err
}
