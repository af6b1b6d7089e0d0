// A file on its way: its state, and where it lies in each.

package watch

import (
	"crypto/rand"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/report"
)

// A State is how far a file is.
type State string

// The states of a file. In the first five it lies in inbox/ and the drop's next files
// wait for it; in the others hubload has done with it what it can.
const (
	Claiming State = "claiming" // it is being moved out of the drop
	Claimed  State = "claimed"
	Running  State = "running" // rows may have been sent
	Waiting  State = "waiting" // for the network, the quota or a token; goes on by itself
	Held     State = "held"    // until a person releases or drops it

	Done      State = "done"      // every row exists
	Duplicate State = "duplicate" // its content went in before
	Open      State = "open"      // rows were refused or are in doubt
	Rejected  State = "rejected"  // nothing was sent
	Dropped   State = "dropped"   // by a person, with what was sent until then
	void      State = "void"      // it was gone when it was to be moved
)

// Active reports whether hubload has something to do for a file still.
func (s State) Active() bool {
	switch s {
	case Claiming, Claimed, Running, Waiting, Held:
		return true
	}
	return false
}

// A File is what the ledger of a drop says of one file.
type File struct {
	ID      string    `json:"id"`   // begins with the time at which it was claimed
	Name    string    `json:"name"` // in the drop
	State   State     `json:"state"`
	Since   time.Time `json:"since"` // of the state
	Claimed time.Time `json:"claimed"`
	Size    int64     `json:"size"`

	// Why says in words without any cell why it isn't done, and Code is the exit code
	// of its last run. Next is when a file that waits is tried again, since First.
	Why   string    `json:"why,omitempty"`
	Code  int       `json:"code,omitempty"`
	Tries int       `json:"tries,omitempty"`
	First time.Time `json:"first,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	Again bool      `json:"again,omitempty"` // released to be sent once more
	Lift  bool      `json:"lift,omitempty"`  // released beyond max_failures
	Grown bool      `json:"grown,omitempty"` // released with what was added to it since it was taken

	Run    string `json:"run,omitempty"`    // the id of its run, as hubload_run says it
	Of     string `json:"of,omitempty"`     // the first file of the family of which it corrects rows
	Parent string `json:"parent,omitempty"` // the run that refused them
	Looks  int    `json:"looks,omitempty"`  // for rows in doubt
	Head   string `json:"header,omitempty"` // hash of its columns' names

	report.Counts
	Offer    offer   `json:"offer,omitzero"` // of its refused rows
	Requests int64   `json:"requests,omitempty"`
	Limited  int64   `json:"limited,omitempty"`
	Seconds  float64 `json:"seconds,omitempty"`

	Source identity  `json:"source"`          // as it was taken, under its name in the drop
	Marker *identity `json:"marker,omitzero"` // that was consumed with it
	Want   control   `json:"want,omitzero"`   // what the marker says of it
}

// The folders of a drop's state directory.
const (
	inboxDir    = "inbox"
	runsDir     = "runs"
	doneDir     = "done"
	failedDir   = "failed"
	rejectedDir = "rejected"
	fixDir      = "fix"
)

// newID is the time, so that ids sort by it, and six random digits.
func newID(now time.Time) string {
	var b [3]byte
	rand.Read(b[:])
	return now.UTC().Format("20060102T150405Z-") + hex.EncodeToString(b[:])
}

// maxStored is how many bytes of a name are kept: with the id in front and a suffix a
// name has to stay below the 255 of most file systems.
const maxStored = 180

// storedName is a file's name in the state directory. It is UTF-8, so that the ledger
// can hold it, and unique.
func (f *File) storedName() string {
	name := f.Name
	if len(name) > maxStored {
		name = strings.ToValidUTF8(name[len(name)-maxStored:], "")
	}
	return f.ID + "_" + name
}

// place is where the file lies, below the state directory.
func (f *File) place() string {
	switch f.State {
	case Done, Duplicate:
		return filepath.Join(doneDir, f.Claimed.UTC().Format("2006-01"), f.storedName())
	case Open:
		return filepath.Join(failedDir, f.storedName())
	case Rejected, Dropped:
		return filepath.Join(rejectedDir, f.storedName())
	}
	return filepath.Join(inboxDir, f.storedName())
}

// whySuffix ends the name of the text beside a file that says why it lies there. It may
// quote the file, so it goes with it; the ledger quotes nothing.
const whySuffix = ".why.txt"

// open is how many rows don't exist, or may not.
func (f *File) open() int64 { return f.Refused + f.InDoubt + f.Pending }
