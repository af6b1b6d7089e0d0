// Files that are none, files that change, and bounds on memory.

package csvfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "items.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpen(t *testing.T) {
	path := write(t, "name,qty\na,1\n")
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if rec, err := r.Read(); err != nil || seen(rec) != "1/2 a|1" {
		t.Errorf("Read() = %v, %v", rec, err)
	}
	for range 2 {
		if _, err := r.Read(); err != io.EOF {
			t.Errorf("at the end Read gives %v", err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close Read gives %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	loop := filepath.Join(dir, "loop.csv")
	hasLoop := os.Symlink(loop, loop) == nil
	secret := write(t, "name\na\n")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		want       string
		skip       bool
	}{
		{"unreadable", secret, "can't be opened", runtime.GOOS == "windows" || os.Geteuid() == 0},
		{"directory", dir, "directory", false},
		{"nothing", filepath.Join(dir, "none.csv"), "can't be opened", false},
		{"device", os.DevNull, "not a regular file", runtime.GOOS == "windows"},
		{"symlink loop", loop, "can't be opened", !hasLoop},
		{"no header", write(t, ""), "no header", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.skip {
				t.Skip("this system has none")
			}
			_, err := Open(c.path, Options{})
			checkFileError(t, err, []string{c.path + ": ", c.want})
		})
	}
}

func TestChangedFile(t *testing.T) {
	for _, change := range []func(path string) error{
		func(path string) error { return os.WriteFile(path, []byte("name\na\nb\n"), 0o600) },
		func(path string) error { return os.Truncate(path, 7) },
		func(path string) error { // and the time put back
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte("name\na\nb\n"), 0o600); err != nil {
				return err
			}
			return os.Chtimes(path, info.ModTime(), info.ModTime())
		},
	} {
		path := write(t, "name\na\n")
		r, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = r.Read()
		}
		checkFileError(t, err, []string{path, "changed"})
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%v is no ErrChanged", err)
		}
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("the disk is on fire")
	src := io.MultiReader(strings.NewReader("name\n"+strings.Repeat("a\n", sampleSize)+"tor"), iotest.ErrReader(broken))
	_, got, err := readAll(t, src, Options{})
	checkFileError(t, err, []string{"line 65538", "on fire"})
	if !errors.Is(err, broken) || len(got) != 1+sampleSize {
		t.Errorf("%d records before %v, want all %d that are complete", len(got)-1, err, sampleSize)
	}
	_, _, err = readAll(t, iotest.ErrReader(broken), Options{})
	checkFileError(t, err, []string{"on fire"})
	_, _, err = readAll(t, idle{}, Options{})
	checkFileError(t, err, nil)
}

// idle gives nothing, and no error.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// TestMemory reads 64 MiB of each of the inputs that would fill memory.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 320 MiB")
	}
	const size = 64 << 20
	row := []byte("name,qty,price\n")
	long := strings.Repeat("x", 500)
	unclosed := []byte("a,b,\"" + long + "\nd,\"\"," + long + "\n")
	for _, c := range []struct {
		name   string
		header string
		rest   []byte
		rows   int64 // 0 = the file is refused
	}{
		{"unclosed quote", "name,qty,price\na,\"1,2\n", row, size/int64(len(row)) + 1},
		{"unclosed quotes", "name,qty,price\n", unclosed, 2 * (size / int64(len(unclosed)))},
		{"no line end", "", []byte("xxxxxxxx"), 0},
		{"one line of a record", "name,qty,price\n", []byte("xxxxxxxx"), 1},
		{"commas", "", []byte(",,,,,,,,"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			chunk := bytes.Repeat(c.rest, 1+(1<<20)/len(c.rest))
			src := io.MultiReader(strings.NewReader(c.header), io.LimitReader(&repeat{chunk: chunk}, size/int64(len(c.rest))*int64(len(c.rest))))
			peak := func() uint64 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				return m.Sys
			}
			before := peak()
			r, err := NewReader(src, Options{})
			if c.rows == 0 {
				checkFileError(t, err, nil)
			} else if err != nil {
				t.Fatal(err)
			} else {
				var rows int64
				for {
					rec, err := r.Read()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					rows = rec.Row
				}
				if rows != c.rows {
					t.Errorf("%d records, want %d", rows, c.rows)
				}
			}
			if grown := peak() - before; grown > 32<<20 {
				t.Errorf("memory grew by %d MiB", grown>>20)
			}
		})
	}
}

// repeat gives the same bytes again and again.
type repeat struct {
	chunk []byte
	pos   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.chunk[r.pos:])
	r.pos = (r.pos + n) % len(r.chunk)
	return n, nil
}

func TestGzipBomb(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, io.LimitReader(&repeat{chunk: []byte(strings.Repeat("x", 4096))}, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	size := b.Len()
	left := bytes.NewReader(b.Bytes())
	_, err := NewReader(left, Options{})
	checkFileError(t, err, []string{"1 MiB"})
	if left.Len() == 0 && size > 2*sampleSize {
		t.Error("the whole bomb was read")
	}
}
