// Events: what became of a file, in counts, names and words, and without a cell.

package watch

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/report"
)

// The kinds of an [Event], besides the states done, duplicate, open, rejected, waiting,
// held and dropped.
const (
	eventMissing = "missing" // an expected file hasn't come
	eventDenied  = "denied"  // HubSpot refuses the token
	eventFailed  = "failed"  // the drop can't be looked at
)

// An Event is what people and programs are told. It holds no cell of a file and no token.
type Event struct {
	Time    time.Time      `json:"time"`
	Event   string         `json:"event"`
	Drop    string         `json:"drop"`
	Account string         `json:"account,omitempty"`
	File    string         `json:"file,omitempty"` // its name in the drop
	ID      string         `json:"id,omitempty"`   // its name for release and drop
	Code    int            `json:"code"`           // as an exit code
	Why     string         `json:"why,omitempty"`
	Counts  *report.Counts `json:"counts,omitempty"`
	Path    string         `json:"path,omitempty"` // where the file is now
	Run     string         `json:"run,omitempty"`  // the directory of its run
	Next    string         `json:"next,omitempty"` // what to do
	Text    string         `json:"text"`           // all of it on one line
}

// events are those of a look. They may be added by several goroutines.
type events struct {
	mu   sync.Mutex
	list []Event
	show func(Event)
}

func (l *events) add(e Event) {
	e.Time = time.Now().UTC()
	e.Text = e.line()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, e)
	if l.show != nil {
		l.show(e)
	}
}

// line is the event for a chat.
func (e *Event) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", e.Drop)
	if e.File != "" {
		fmt.Fprintf(&b, "%s ", e.File)
	}
	b.WriteString(e.Event)
	if e.Why != "" {
		fmt.Fprintf(&b, ": %s", e.Why)
	}
	if c := e.Counts; c != nil && c.Rows > 0 {
		fmt.Fprintf(&b, "; %d rows: %d created, ", c.Rows, c.Created)
		if c.Updated+c.Unchanged > 0 {
			fmt.Fprintf(&b, "%d updated, %d unchanged, ", c.Updated, c.Unchanged)
		}
		fmt.Fprintf(&b, "%d existing, %d refused, %d in doubt, %d pending", c.Existing, c.Refused, c.InDoubt, c.Pending)
	}
	if e.Next != "" {
		fmt.Fprintf(&b, "; next: %s", e.Next)
	}
	return b.String()
}

// report tells what became of a file, unless it was told before.
func (t *turn) report(f *File) {
	e := Event{
		Event: string(f.State), Drop: t.drop.Name, Account: t.drop.Account, File: f.Name, ID: f.ID,
		Code: f.Code, Why: f.Why, Path: t.path(f), Next: t.next(f),
	}
	if f.Rows > 0 {
		counts := f.Counts
		e.Counts, e.Run = &counts, t.runDir(f)
	}
	if f.State == Waiting {
		// A network that is away for a minute is no news, and a quota is news once.
		first := 1
		if f.Code == codeFailed {
			first = 2
		}
		if f.Tries != first {
			return
		}
		if f.Code == codeDenied {
			e.Event = eventDenied
		}
	}
	t.look.events.add(e)
}

// next is what a person does about a file.
func (t *turn) next(f *File) string {
	switch f.State {
	case Open:
		var parts []string
		if f.Refused > 0 {
			parts = append(parts, fmt.Sprintf("correct the refused rows in %s (hubload_message says why) and put that file into %s", t.fixPath(f), t.drop.Dir))
		}
		if f.InDoubt > 0 {
			parts = append(parts, "rows in doubt are looked up after 10 minutes and after 24 hours; sooner with: hubload resolve "+quoted(t.runDir(f)))
		}
		return strings.Join(parts, "; ")
	case Rejected:
		return "correct it and put it into the drop again"
	case Held:
		return fmt.Sprintf("read %s, then: hubload watch release %s (to go on) or hubload watch drop %s (to give it up)", quoted(t.whyPath(f)), f.ID, f.ID)
	case Waiting:
		if f.Code == codeDenied {
			return "give the account a token with the scopes that the import needs; the drop goes on by itself then"
		}
		return "nothing: it goes on by itself"
	}
	return ""
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
