// The input: where it comes from, what it is called, and what its bytes are.

package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// An Identity tells an input from others.
type Identity struct {
	Path    string // absolute; "-" is standard input
	Size    int64
	SHA256  string // of the bytes as they are, in hex
	Spooled bool   // standard input or a pipe: the run directory holds a copy
}

type identityJSON struct {
	Path    diskPath `json:"path"`
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"`
	Spooled bool     `json:"spooled,omitempty"`
}

// MarshalJSON keeps a path that is not UTF-8.
func (i Identity) MarshalJSON() ([]byte, error) {
	return json.Marshal(identityJSON{diskPath(i.Path), i.Size, i.SHA256, i.Spooled})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *Identity) UnmarshalJSON(data []byte) error {
	var v identityJSON
	err := json.Unmarshal(data, &v)
	*i = Identity{string(v.Path), v.Size, v.SHA256, v.Spooled}
	return err
}

// A diskPath is a path in JSON. One that is not UTF-8 is written as {"bytes":
// base64}: a string of JSON would lose it.
type diskPath string

func (p diskPath) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(p)) {
		return json.Marshal(string(p))
	}
	return json.Marshal(struct {
		Bytes []byte `json:"bytes"`
	}{[]byte(p)})
}

func (p *diskPath) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '{' {
		return json.Unmarshal(data, (*string)(p))
	}
	var raw struct{ Bytes []byte }
	err := json.Unmarshal(data, &raw)
	*p = diskPath(raw.Bytes)
	return err
}

// An Input is a file on its way into an account. Its size and hash are known after
// [Input.Look].
type Input struct {
	Identity

	Name    string // for the run directory and the mapping: without folder and extensions
	Header  []string
	Dialect csvfile.Dialect

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
	for _, ext := range []string{".gz", ".zst", ".csv", ".tsv", ".txt"} {
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
// The notes are those of [csvfile.Reader.Notes]. It returns [context.Cause] when ctx
// ends meanwhile; its other errors are an [*Error].
func (in *Input) Look(ctx context.Context, o csvfile.Options) (notes []string, err error) {
	r, err := csvfile.Open(in.File(), o)
	if err != nil {
		return nil, inputError(err)
	}
	defer r.Close()
	in.Header, in.Dialect = r.Header(), r.Dialect()
	if err := in.refuseReport(); err != nil {
		return nil, err
	}
	if in.SHA256 == "" {
		in.Size, in.SHA256, err = fingerprint(ctx, in.Path)
	}
	return r.Notes(), err
}

// inputError is an [*Error] for what is wrong with the file itself.
func inputError(err error) error {
	if file, ok := errors.AsType[*csvfile.FileError](err); ok && file != nil {
		return badInput(err)
	}
	return err
}

// fingerprint reads all of a regular file. One that is still being written has no
// content to tell.
func fingerprint(ctx context.Context, path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", badInput(err)
	}
	defer f.Close()
	return fingerprintOf(f, cancellable{ctx, f})
}

// fingerprintOf reads content, which is that of f.
func fingerprintOf(f *os.File, content io.Reader) (size int64, sum string, err error) {
	before, err := f.Stat()
	if err != nil {
		return 0, "", badInput(err)
	}
	hash := sha256.New()
	if size, err = io.Copy(hash, content); err != nil {
		if c, ok := content.(cancellable); ok && c.ctx.Err() != nil {
			return 0, "", context.Cause(c.ctx)
		}
		return 0, "", badInput(fmt.Errorf("reading %s: %w", f.Name(), err))
	}
	after, err := f.Stat()
	if err != nil || after.Size() != size || before.Size() != size || !after.ModTime().Equal(before.ModTime()) {
		return 0, "", &Error{Reason: InputChanging, Path: f.Name(), Err: fmt.Errorf("%s: %w", f.Name(), csvfile.ErrChanged)}
	}
	return size, hex.EncodeToString(hash.Sum(nil)), nil
}

// cancellable is a reader that ends with its context.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}

// refuseReport refuses reports whose rows must not be sent (again).
func (in *Input) refuseReport() error {
	has := func(column string) bool { return slices.Contains(in.Header, column) }
	switch {
	case has("hubload_id") && has("hubload_status"):
		return &Error{Reason: InputIsResult, Path: in.Path, Err: errors.New("this is a results file: its rows are in HubSpot already")}
	case has("hubload_code") && filepath.Base(in.Path) == doubtName:
		return &Error{Reason: InputInDoubt, Path: filepath.Dir(in.Path), Err: errors.New("this is a file of rows in doubt: they may be in HubSpot already, and importing them could create them twice")}
	}
	return nil
}

// checkPositions refuses a failures file whose rows can't be numbered, before there is
// a run.
func (in *Input) checkPositions(m *mapping.Mapper) error {
	if len(m.Numbered()) > 0 && slices.Contains(in.Header, rowColumn) && !slices.Contains(in.Header, rows.PositionColumn) {
		return badInput(rows.ErrNoPositions)
	}
	return nil
}

const rowColumn = "hubload_row" // by which a failures file is known

// findOrigin finds the run that wrote a failures file, which lies beside it, and takes
// the header back to what it means.
func (in *Input) findOrigin() {
	if in.Spooled || !slices.Contains(in.Header, rowColumn) {
		return
	}
	if d, err := open(filepath.Dir(in.Path)); err == nil {
		in.origin = d
	}
	if in.restored() {
		restoreAll(in.Header)
	}
}

// restored reports whether the input's cells stand for what report.Restore makes of
// them.
func (in *Input) restored() bool {
	return in.origin != nil && (in.origin.ExcelSafe || in.origin.Restore)
}

// restoreAll undoes --excel-safe, in place.
func restoreAll(cells []string) {
	for i, c := range cells {
		cells[i] = report.Restore(c)
	}
}
