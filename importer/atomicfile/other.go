// Where files have no locks of this kind, links or owners.

//go:build !unix || aix || solaris

package atomicfile

import (
	"io/fs"
	"os"
	"time"
)

const noFollow, nonBlock = 0, 0

// tryLock tells whether the writer of f has probably died: no report takes a day.
func tryLock(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && time.Since(info.ModTime()) > 24*time.Hour
}

func lock(*os.File) {}

func links(fs.FileInfo) uint64     { return 1 }
func ownedByUser(fs.FileInfo) bool { return true }

func ownedByRoot(fs.FileInfo) bool { return false }
