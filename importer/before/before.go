// What was overwritten: a file of old values that only grows.

// Package before keeps the values that a run is about to overwrite in records that exist:
// before.csv. A line is durable before the request leaves that overwrites its value, so
// whatever a run has overwritten stands there, and perhaps more: the request may have
// been refused, or may not have left.
//
// The columns are hubload_row, hubload_id, property, old and new. The values are as
// HubSpot gave them back and as they were sent, whatever is in them: the file is for
// programs. An old value that is empty says that the record had none. The first line of a
// row and a property has the value from before the run. There are later ones where
// somebody else wrote between two attempts of the run. The file is UTF-8 without a byte
// order mark; each field is in quotes, quotes in it are doubled, and lines end in LF.
package before

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"

	"github.com/hubload/hubload/importer/atomicfile"
)

// Name is the file's name in a run directory.
const Name = "before.csv"

// A Value is one value that is about to be overwritten.
type Value struct {
	Row      int64  // of the input
	ID       string // of the record
	Property string
	Old, New string
}

// A File is a before.csv that is being written. Its methods may be called by many
// goroutines at once. When a write or a sync fails it has failed for good: Add returns
// that error from then on.
type File struct {
	path    string
	earlier map[int64]map[string]string

	mu  sync.Mutex
	out *os.File // nil until the first value
	err error
}

// Open goes on with the file at path, which is made when there is a first value. It has
// cut off a torn last line, as after a death. wanted says of which rows [File.Earlier] is
// asked.
func Open(path string, wanted func(row int64) bool) (*File, error) {
	f := &File{path: path, earlier: map[int64]map[string]string{}}
	out, err := atomicfile.OpenRegular(path, os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	whole, err := scan(out, func(v Value) bool {
		if wanted(v.Row) {
			if f.earlier[v.Row] == nil {
				f.earlier[v.Row] = map[string]string{}
			}
			f.earlier[v.Row][v.Property] = v.Old
		}
		return true
	})
	if err == nil {
		err = out.Truncate(whole)
	}
	if err == nil {
		_, err = out.Seek(whole, 0)
	}
	if err == nil {
		err = out.Sync() // what a killed process wrote is acted on from now on
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), out.Close())
	}
	f.out = out
	return f, nil
}

// Earlier returns the old values that the file held of a row when it was opened, the last
// one of each property; nil when there were none. It must be one of the wanted rows.
func (f *File) Earlier(row int64) map[string]string { return f.earlier[row] }

// Add appends values, and returns when they are durable.
func (f *File) Add(values []Value) error {
	if len(values) == 0 {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = f.add(values)
	}
	return f.err
}

func (f *File) add(values []Value) error {
	if f.out == nil {
		if err := atomicfile.WriteNewFile(f.path, []byte(header)); err != nil {
			return err
		}
		out, err := atomicfile.OpenRegular(f.path, os.O_RDWR)
		if err != nil {
			return err
		}
		f.out = out
		if _, err := out.Seek(0, 2); err != nil {
			return err
		}
	}
	var text []byte
	for _, v := range values {
		text = appendLine(text, strconv.FormatInt(v.Row, 10), v.ID, v.Property, v.Old, v.New)
	}
	if _, err := f.out.Write(text); err != nil {
		return fmt.Errorf("writing old values: %w", err)
	}
	if err := f.out.Sync(); err != nil {
		return fmt.Errorf("syncing %s: %w", f.path, err)
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = os.ErrClosed
	}
	if f.out == nil {
		return nil
	}
	return f.out.Close()
}

// Read calls yield for each value of the file at path, in the order in which they were
// written, until yield returns false. A torn last line is left out. The error matches
// [fs.ErrNotExist] when there is no file: the run has overwritten nothing.
func Read(path string, yield func(Value) bool) error {
	in, err := atomicfile.OpenRegular(path, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err := scan(in, yield); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

var header = string(appendLine(nil, "hubload_row", "hubload_id", "property", "old", "new"))

func appendLine(dst []byte, fields ...string) []byte {
	for i, field := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, bytes.ReplaceAll([]byte(field), []byte(`"`), []byte(`""`))...)
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}
