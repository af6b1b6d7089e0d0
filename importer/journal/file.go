// The file below a journal.

package journal

import (
	"io"
	"os"
)

// source is what a State needs of its file.
type source interface {
	io.ReaderAt
	io.Closer
}

// file is what a Journal needs of its file. It is never asked again after a failure.
type file interface {
	source
	io.WriterAt
	Truncate(size int64) error
	Sync() error
}

var _ file = (*os.File)(nil)

// A File is what a Journal asks of its file, for tests of whole runs.
type File = file

// Wrap puts a test's own file in front of j's, to see what is asked of it, to fail, or
// to die there. It has to come before the first record is appended.
func (j *Journal) Wrap(wrap func(File) File) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file = wrap(j.file)
}
