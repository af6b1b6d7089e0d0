// What tells an input from others: its path, its size and its hash.

package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/csvfile"
)

// An Identity tells an input from others.
type Identity struct {
	Path    string // absolute; "-" is standard input
	Size    int64
	SHA256  string // of the bytes as they are, in hex; with a Sheet, of its name too
	Spooled bool   // standard input or a pipe: the run directory holds a copy
	Sheet   string // of an Excel workbook, where one is named
}

type identityJSON struct {
	Path    diskPath `json:"path"`
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"`
	Spooled bool     `json:"spooled,omitempty"`
	Sheet   string   `json:"sheet,omitempty"`
}

// MarshalJSON keeps a path that is not UTF-8.
func (i Identity) MarshalJSON() ([]byte, error) {
	return json.Marshal(identityJSON{diskPath(i.Path), i.Size, i.SHA256, i.Spooled, i.Sheet})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (i *Identity) UnmarshalJSON(data []byte) error {
	var v identityJSON
	err := json.Unmarshal(data, &v)
	*i = Identity{string(v.Path), v.Size, v.SHA256, v.Spooled, v.Sheet}
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

// fingerprint reads all of a regular file. One that is still being written has no
// content to tell. The sheets of a workbook differ although their bytes are the same.
func fingerprint(ctx context.Context, path, sheet string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", badInput(err)
	}
	defer f.Close()
	size, sum, err = fingerprintOf(f, cancellable{ctx, f})
	if err == nil && sheet != "" {
		sum = digest(sum, sheet)
	}
	return size, sum, err
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
