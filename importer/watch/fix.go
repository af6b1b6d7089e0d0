// Refused rows are offered in fix/, to be corrected and dropped again.

package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/rundir"
)

// An offer is what was copied to fix/ of a file's refused rows.
type offer struct {
	Rows   int64     `json:"rows"`
	Time   time.Time `json:"time"`             // of the copy, until somebody edits it
	Number int       `json:"number,omitempty"` // of the copy, where it is not the first
}

// fixPath is where the refused rows of a file are to be corrected.
func (t *turn) fixPath(f *File) string {
	name := f.storedName()
	for _, ext := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, ext)
	}
	name = strings.TrimSuffix(name, filepath.Ext(name))
	name = strings.TrimSuffix(name, ".failures")
	if f.Offer.Number > 0 {
		name += fmt.Sprintf("-%d", f.Offer.Number+1)
	}
	return filepath.Join(t.dir, fixDir, name+".failures.csv")
}

// offerFix copies the refused rows of a file's run to where they can be corrected. When
// more rows are refused later, the copy is made anew; where somebody has edited it or
// taken it away, a second one is made beside it.
func (t *turn) offerFix(f *File) error {
	if f.Refused <= f.Offer.Rows {
		return nil
	}
	src, err := atomicfile.OpenRegular((&rundir.Dir{Path: t.runDir(f)}).Failures(), os.O_RDONLY)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	next := *f
	next.Offer.Rows, next.Offer.Time = f.Refused, info.ModTime()
	there, err := os.Lstat(t.fixPath(f))
	switch {
	case err == nil && there.ModTime().Equal(info.ModTime()): // copied by a process that died
	case f.Offer.Rows > 0 && (err != nil || !there.ModTime().Equal(f.Offer.Time)):
		next.Offer.Number++
		fallthrough
	default:
		if err := copyTo(src, t.fixPath(&next), info.ModTime()); err != nil {
			return err
		}
	}
	return t.save("offered", entry{File: &next})
}

// removeFix removes what was offered of a file.
func (t *turn) removeFix(f *File) error {
	for n := f.Offer.Number; n >= 0; n-- {
		earlier := *f
		earlier.Offer.Number = n
		if err := removeFile(t.fixPath(&earlier)); err != nil {
			return err
		}
	}
	return nil
}
