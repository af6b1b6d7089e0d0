//go:build unix

package watch

import (
	"errors"
	"os"
	"syscall"
)

// inodeOf returns a file's number in its file system, and how many names it has.
func inodeOf(info os.FileInfo) (inode, links uint64) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return stat.Ino, uint64(stat.Nlink)
	}
	return 0, 1
}

// crossesDevice reports whether a rename failed because the file systems differ.
func crossesDevice(err error) bool { return errors.Is(err, syscall.EXDEV) }
