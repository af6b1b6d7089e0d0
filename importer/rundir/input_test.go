// The input while it changes.

package rundir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

// TestFileGrowsWhileItIsRead: a file that is still being written has no content that a
// run could be known by.
func TestFileGrowsWhileItIsRead(t *testing.T) {
	for _, grows := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "grows.csv")
		if err := os.WriteFile(path, []byte("name\na\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, sum, err := fingerprintOf(f, readerFunc(func(p []byte) (int, error) {
			n, err := f.Read(p)
			if grows && err == io.EOF {
				if err := os.WriteFile(path, []byte("name\na\nb\n"), 0o600); err != nil {
					t.Error(err)
				}
			}
			return n, err
		}))
		if got := errors.Is(err, csvfile.ErrChanged) && reasonOf(err) == InputChanging; got != grows {
			t.Errorf("grows %t: the error is %v", grows, err)
		}
		if known := sum != ""; known == grows {
			t.Errorf("grows %t: the hash is %q", grows, sum)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func reasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return 255
}
