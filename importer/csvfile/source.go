// Where the bytes come from: files, and what is compressed.

package csvfile

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// Of zstd frames the window is held in memory. zstd's levels up to 19 need 8 MiB.
const maxWindow = 32 << 20

// Open opens a regular file, compressed or not, and reads up to the end of the
// header. What Read finds at the end is checked against the file's size and
// modification time at the start; see [ErrChanged]. An error is a [*FileError].
func Open(path string, o Options) (*Reader, error) {
	// Opening a FIFO waits for a writer, so look first.
	if err := regular(path, func() (os.FileInfo, error) { return os.Stat(path) }); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	r := &Reader{path: path, file: f, line: 1}
	err = regular(path, func() (info os.FileInfo, err error) {
		r.opened, err = f.Stat()
		return r.opened, err
	})
	if err == nil {
		err = r.start(f, o)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// regular returns a [*FileError] unless stat says that path is a regular file.
func regular(path string, stat func() (os.FileInfo, error)) error {
	info, err := stat()
	switch {
	case err != nil:
		return unreadable(path, err)
	case info.IsDir():
		return &FileError{Path: path, Message: "this is a directory", Hint: "Name a CSV file in it."}
	case !info.Mode().IsRegular():
		return &FileError{Path: path, Message: "this is a device, a pipe or a socket, not a regular file", Hint: "Copy its content into a file, or pipe it in and name - as the file."}
	}
	return nil
}

func unreadable(path string, err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err // the message names the path already
	}
	e := &FileError{Path: path, Message: "the file can't be opened", Err: err}
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.Hint = "Check the name and the directory."
	case errors.Is(err, os.ErrPermission):
		e.Hint = "Give this user the right to read it."
	}
	return e
}

// changed reports whether an opened file isn't what it was when it was opened.
func (r *Reader) changed() bool {
	if r.file == nil {
		return false
	}
	now, err := r.file.Stat()
	return err != nil || now.Size() != r.opened.Size() || !now.ModTime().Equal(r.opened.ModTime())
}

// A source yields the bytes of a file, decompressed.
type source struct {
	count counter
	kind  string // gzip, zstd or ""
	zstd  *zstd.Decoder
	bytes *bufio.Reader // decompressed; at least sampleSize can be peeked at
	text  io.Reader     // the same after the byte order mark, UTF-16 as UTF-8
}

// open recognises compression by its first bytes.
func (s *source) open(src io.Reader) (err error) {
	s.count.r = src
	s.bytes = bufio.NewReaderSize(&s.count, sampleSize)
	start, err := s.bytes.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	var content io.Reader
	switch magic := string(start); {
	case len(magic) >= 3 && magic[:3] == "\x1F\x8B\x08":
		s.kind = "gzip"
		content, err = gzip.NewReader(s.bytes)
	case len(magic) == 4 && (magic == "\x28\xB5\x2F\xFD" || magic[0]&0xF0 == 0x50 && magic[1:] == "\x2A\x4D\x18"):
		s.kind = "zstd"
		s.zstd, err = zstd.NewReader(s.bytes, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(1<<62))
		content = s.zstd
	default:
		return nil
	}
	if err != nil {
		return err
	}
	s.bytes = bufio.NewReaderSize(content, sampleSize)
	return nil
}

func (s *source) close() {
	if s.zstd != nil {
		s.zstd.Close()
	}
}

// explain makes a [*FileError] without path and line of what reading said.
func (s *source) explain(err error) *FileError {
	e := &FileError{Message: "reading failed", Hint: "Check the disk or the connection, and start again.", Err: err}
	switch {
	case s.count.err != nil && s.count.err != io.EOF, s.kind == "":
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		e.Message, e.Hint = "the zstd file needs more than 32 MiB of memory to decompress", "Decompress it first, with zstd -d --long=31."
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Message, e.Hint = "the "+s.kind+" file is cut off", "Get the whole file again."
	default:
		e.Message, e.Hint = "the "+s.kind+" file is damaged", "Get the file again."
	}
	return e
}

// counter counts the bytes that pass, and repeats an error.
type counter struct {
	r   io.Reader
	n   atomic.Int64
	err error
}

func (c *counter) Read(p []byte) (n int, err error) {
	if c.err != nil {
		return 0, c.err
	}
	n, c.err = c.r.Read(p)
	c.n.Add(int64(n))
	return n, c.err
}

// Decompress returns the content of src, which may be compressed with gzip or zstd; close
// releases what that holds. Errors, of the result too, are a [*FileError].
func Decompress(src io.Reader) (content io.Reader, close func(), err error) {
	s := &source{}
	if err := s.open(src); err != nil {
		s.close()
		return nil, nil, s.explain(err)
	}
	return explained{s}, s.close, nil
}

// explained reads a source whose errors say what they mean.
type explained struct{ *source }

func (e explained) Read(p []byte) (int, error) {
	n, err := e.bytes.Read(p)
	if err != nil && err != io.EOF {
		err = e.explain(err)
	}
	return n, err
}
