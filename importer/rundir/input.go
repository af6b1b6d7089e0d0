// The input: where it comes from, what it is called, and what its bytes are.

package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping/format"
)

// An Input is a file on its way into an account. Its size and hash are known after
// [Input.Look].
type Input struct {
	Identity

	Name       string // for the run directory and the mapping: without folder and extensions
	Header     []string
	HeaderLine int64 // physical line
	Dialect    csvfile.Dialect

	spool  string // the temporary copy of standard input or of a pipe; create moves it into the run directory
	origin *Dir   // the run whose failures file this is, or nil
}

// TakeInput finds out what path is, without reading a regular file. Standard input
// ("-") and a pipe are first copied to a file in folder, because they can be read
// only once; [Input.Close] removes it. It returns [context.Cause] when ctx ends
// meanwhile; its other errors are an [*Error], or those of the copy.
func TakeInput(ctx context.Context, path string, stdin io.Reader, folder string) (*Input, error) {
	in := &Input{Name: inputName(path)}
	if path == "-" {
		in.Path, in.Name = "-", "stdin"
		return in, in.spoolFrom(ctx, stdin, folder)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Reason: NoInput, Path: path, Err: fmt.Errorf("there is no file %s", path)}
	}
	if err != nil {
		return nil, badInput(err)
	}
	if in.Path, err = filepath.Abs(path); err != nil {
		return nil, badInput(err)
	}
	switch {
	case info.Mode()&os.ModeNamedPipe != 0:
		f, err := os.Open(path)
		if err != nil {
			return nil, badInput(err)
		}
		defer f.Close()
		return in, in.spoolFrom(ctx, f, folder)
	case info.IsDir():
		return nil, &Error{Reason: NotOneFile, Path: path, Err: fmt.Errorf("%s is a directory, not a CSV file", path)}
	case !info.Mode().IsRegular():
		return nil, badInput(fmt.Errorf("%s is not a regular file", path))
	}
	return in, nil
}

// File is the path at which the bytes are now.
func (in *Input) File() string {
	if in.spool != "" {
		return in.spool
	}
	return in.Path
}

// Close removes the temporary copy, if there is one still.
func (in *Input) Close() {
	if in.spool != "" {
		os.Remove(in.spool)
	}
}

func (in *Input) spoolFrom(ctx context.Context, r io.Reader, folder string) error {
	if err := atomicfile.MkdirAll(folder); err != nil {
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
		in.Close()
		return context.Cause(ctx)
	}
	in.SHA256 = hex.EncodeToString(hash.Sum(nil))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		in.Close()
		return fmt.Errorf("copying the input into %s: %w", folder, err)
	}
	return nil
}

// moveInto gives the copy, if there is one, its place in the run directory.
func (in *Input) moveInto(d *Dir) error {
	if in.spool == "" {
		return nil
	}
	if err := os.Rename(in.spool, d.file(spoolName)); err != nil {
		return err
	}
	in.spool = ""
	return nil
}

// inputName is a file's name without folder and extensions: orders for
// dir/orders.csv.gz.
func inputName(path string) string {
	name := filepath.Base(path)
	for _, ext := range []string{".gz", ".zst", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".jsonl", ".ndjson"} {
		// By bytes: lower-casing changes the length of some names.
		if at := len(name) - len(ext); at > 0 && strings.EqualFold(name[at:], ext) {
			name = name[:at]
		}
	}
	return name
}

// MappingBeside is the path at which the mapping of a file is looked for.
func MappingBeside(path string) string {
	return filepath.Join(filepath.Dir(path), inputName(path)+".mapping.yaml")
}

// Look opens the input with what is known of its form, reads its header, and then
// all of it for its hash: that comes after everything for which a file is refused.
// The notes are those of [csvfile.Reader.Notes], and one about text that a program has read in the wrong encoding. It returns [context.Cause] when ctx
// ends meanwhile; its other errors are an [*Error].
func (in *Input) Look(ctx context.Context, o csvfile.Options) (notes []string, err error) {
	r, err := in.Open(o)
	if err != nil {
		return nil, inputError(err)
	}
	defer r.Close()
	in.Header, in.HeaderLine, in.Dialect = r.Header(), r.HeaderLine(), r.Dialect()
	if err := in.refuseReport(); err != nil {
		return nil, err
	}
	notes = append(r.Notes(), mojibakeIn(r)...)
	if in.SHA256 == "" || in.Sheet != "" {
		in.Size, in.SHA256, err = fingerprint(ctx, in.File(), in.Sheet)
	}
	return notes, err
}

// mojibakeIn returns a note about the first name or cell of the first rows that looks like
// UTF-8 which was read in another encoding.
func mojibakeIn(r *csvfile.Reader) (notes []string) {
	const firstRows = 100
	cells, line := r.Header(), r.HeaderLine()
	for range firstRows {
		for _, cell := range cells {
			if fixed := format.Mojibake(cell); fixed != "" {
				return []string{fmt.Sprintf("Line %d looks like UTF-8 that was read in another encoding once: %s may be %s. Export the table again as UTF-8, from where it still looks right.", line, quotedShort(cell), quotedShort(fixed))}
			}
		}
		rec, err := r.Read()
		if err != nil {
			return nil
		}
		cells, line = rec.Fields, rec.Line
	}
	return nil
}

func quotedShort(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}

// inputError is an [*Error] for what is wrong with the file itself.
func inputError(err error) error {
	if file, ok := errors.AsType[*csvfile.FileError](err); ok && file != nil {
		return badInput(err)
	}
	return err
}
