// The input: where it comes from, what it is called, and what its bytes are.

package main

import (
	"context"
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
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// An input is the file that a command was given. What tells its content, asked's
// Size and SHA256, is known after look.
type input struct {
	asked
	name string // for the run directory and the mapping: without folder and extensions

	// spool is the temporary copy of standard input or of a pipe; create
	// moves it into the run directory.
	spool string

	header  []string
	dialect csvfile.Dialect

	origin *runDir // the run whose failures file this is, nil when it's none
}

// path is where the bytes are now.
func (in *input) path() string {
	if in.spool != "" {
		return in.spool
	}
	return in.Path
}

// takeInput finds out what path is, without reading a regular file. A pipe is copied to a file in folder first,
// for it can be read only once.
func (a *app) takeInput(ctx context.Context, path, folder string) (*input, error) {
	in := &input{name: inputName(path)}
	if path == "-" {
		in.Path, in.name = "-", "stdin"
		return in, in.spoolFrom(ctx, a.stdin, folder)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError{err}
	}
	if in.Path, err = filepath.Abs(path); err != nil {
		return nil, usageError{err}
	}
	switch {
	case info.Mode()&os.ModeNamedPipe != 0:
		f, err := os.Open(path)
		if err != nil {
			return nil, usageError{err}
		}
		defer f.Close()
		return in, in.spoolFrom(ctx, f, folder)
	case info.IsDir():
		return nil, usageError{withHint(fmt.Errorf("%s is a directory, not a CSV file", path), "name one file")}
	case !info.Mode().IsRegular():
		return nil, usageError{fmt.Errorf("%s is not a regular file", path)}
	}
	return in, nil
}

// identify tells the content of a regular file by its hash; of a copy it is known
// since the copying. The whole file is read, so it comes after everything for which
// a file is refused. A file that is still being written has no content to tell.
func (in *input) identify() error {
	if in.SHA256 != "" {
		return nil
	}
	f, err := os.Open(in.Path)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	return in.hash(f, f)
}

// hash reads content, which is that of f.
func (in *input) hash(f *os.File, content io.Reader) error {
	before, err := f.Stat()
	if err != nil {
		return usageError{err}
	}
	hash := sha256.New()
	if in.Size, err = io.Copy(hash, content); err != nil {
		return usageError{fmt.Errorf("reading %s: %w", in.Path, err)}
	}
	after, err := f.Stat()
	if err != nil || after.Size() != in.Size || before.Size() != in.Size || !after.ModTime().Equal(before.ModTime()) {
		return mismatchError{withHint(fmt.Errorf("%s: %w", in.Path, csvfile.ErrChanged), "wait until it is complete, and start again")}
	}
	in.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return nil
}

func (in *input) spoolFrom(ctx context.Context, r io.Reader, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".input.*")
	if err != nil {
		return err
	}
	in.spool, in.Spooled = f.Name(), true
	hash := sha256.New()
	// A read from a pipe can't be interrupted, but it can be left alone.
	copied := make(chan error, 1)
	go func() {
		var err error
		in.Size, err = io.Copy(io.MultiWriter(f, hash), r)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		in.discard()
		return context.Cause(ctx)
	}
	in.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		in.discard()
		return fmt.Errorf("copying the input into %s: %w", folder, err)
	}
	return nil
}

// moveInto gives the copy, if there is one, its place in the run directory.
func (in *input) moveInto(d *runDir) error {
	if in.spool == "" {
		return nil
	}
	if err := os.Rename(in.spool, d.file(spoolName)); err != nil {
		return err
	}
	in.spool = ""
	return nil
}

// discard removes the temporary copy, if there is one still.
func (in *input) discard() {
	if in.spool != "" {
		os.Remove(in.spool)
	}
}

// restored reports whether the input's cells stand for what report.Restore makes
// of them.
func (in *input) restored() bool {
	return in.origin != nil && (in.origin.ExcelSafe || in.origin.Restore)
}

// inputName is a file's name without folder and extensions: orders for
// dir/orders.csv.gz.
func inputName(path string) string {
	name := filepath.Base(path)
	for _, ext := range []string{".gz", ".zst", ".csv", ".tsv", ".txt"} {
		if cut, ok := strings.CutSuffix(strings.ToLower(name), ext); ok && cut != "" {
			name = name[:len(cut)]
		}
	}
	return name
}

// look opens the input with what is known of its form, reads its header, and then
// tells its content.
func (in *input) look(o csvfile.Options) (notes []string, err error) {
	r, err := csvfile.Open(in.path(), o)
	if err != nil {
		return nil, inputError(err)
	}
	defer r.Close()
	in.header, in.dialect = r.Header(), r.Dialect()
	if err := in.checkReport(); err != nil {
		return nil, err
	}
	return r.Notes(), in.identify()
}

// checkReport refuses reports whose rows must not be sent (again).
func (in *input) checkReport() error {
	has := func(column string) bool { return slices.Contains(in.header, column) }
	switch {
	case has("hubload_id") && has("hubload_status"):
		return usageError{withHint(errors.New("this is a results file: its rows are in HubSpot already"), "the rows to import again are in failures.csv")}
	case has("hubload_code") && filepath.Base(in.Path) == doubtName:
		return doubtInput(in.Path)
	}
	return nil
}

func doubtInput(path string) error {
	return usageError{withHint(
		errors.New("this is a file of rows in doubt: they may be in HubSpot already, and importing them could create them twice"),
		"look for them in the account, by hand or with: hubload resolve "+quoted(filepath.Dir(path)))}
}

// checkPositions refuses a failures file whose rows can't be numbered, before there
// is a run.
func (in *input) checkPositions(m *mapping.Mapper) error {
	if len(m.Numbered()) > 0 && slices.Contains(in.header, "hubload_row") && !slices.Contains(in.header, rows.PositionColumn) {
		return usageError{rows.ErrNoPositions}
	}
	return nil
}

// findOrigin finds the run that wrote a failures file: it lies beside it.
func (in *input) findOrigin() {
	if in.Spooled || !slices.Contains(in.header, "hubload_row") {
		return
	}
	if d, err := openRun(filepath.Dir(in.Path)); err == nil {
		in.origin = d
	}
}
