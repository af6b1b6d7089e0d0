// Which files of a drop are complete, and why others aren't taken.

package watch

import (
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// An identity tells a file in a drop from what comes under the same name later.
type identity struct {
	Name  string    `json:"name"`
	Size  int64     `json:"size"`
	Time  time.Time `json:"time"` // of the last change
	Inode uint64    `json:"inode,omitempty"`
}

func identify(name string, info os.FileInfo) identity {
	inode, _ := inodeOf(info)
	return identity{Name: name, Size: info.Size(), Time: info.ModTime(), Inode: inode}
}

// same reports whether nothing was written to a file, and no other took its place.
func (i identity) same(other identity) bool {
	return i.Size == other.Size && i.Time.Equal(other.Time) && i.Inode == other.Inode
}

// A sighting is a file that was seen before, and since when it has been as it is.
type sighting struct {
	identity
	Since time.Time `json:"since"`
}

// A Candidate is a file in a drop.
type Candidate struct {
	Drop, Name string
	Size       int64
	Ready      bool
	Why        string    // it isn't ready, in words
	Due        time.Time // when it will be if it stands still; zero when nobody knows

	identity identity
	marker   *identity
	want     control
}

// A control is what a marker says of its file.
type control struct {
	Rows   int64  `json:"rows,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	Given  bool   `json:"given,omitempty"` // Rows was given, and may be 0
}

// temporary are names that programs give to files that aren't complete.
var temporary = []string{"*.part", "*.partial", "*.tmp", "*.filepart", "*.crdownload", ".sftpgo-upload.*"}

func matches(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		ok, _ := path.Match(g, name)
		return ok
	})
}

// isReturned reports whether a name is that of corrected rows: what fix/ holds is called
// so, and comes back under any name that keeps the word.
func isReturned(name string) bool { return strings.Contains(strings.ToLower(name), "failures") }

// takes reports whether a drop wants files of a name.
func (d *Drop) takes(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), matches(temporary, strings.ToLower(name)):
		return false
	case d.Ready.Marker != "" && matches([]string{strings.NewReplacer("{name}", "*", "{stem}", "*").Replace(d.Ready.Marker)}, name):
		return false
	}
	return matches(d.globs(), name) || isReturned(name)
}

// markerOf is the name of a file's marker.
func (d *Drop) markerOf(name string) string {
	stem := name
	for _, ext := range []string{".gz", ".zst"} {
		stem = strings.TrimSuffix(stem, ext)
	}
	stem = strings.TrimSuffix(stem, filepath.Ext(stem))
	return strings.NewReplacer("{name}", name, "{stem}", stem).Replace(d.Ready.Marker)
}

// candidates looks at a drop once. seen are the sightings of the looks before, and next
// those for the looks to come.
func (d *Drop) candidates(now time.Time, seen map[string]sighting) (list []Candidate, next map[string]sighting, err error) {
	entries, err := os.ReadDir(d.Dir)
	if err != nil {
		return nil, nil, err
	}
	next = map[string]sighting{}
	for _, e := range entries {
		if !d.takes(e.Name()) {
			continue
		}
		info, err := e.Info()
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		list = append(list, d.judge(e.Name(), info, now, seen, next))
	}
	d.sort(list)
	return list, next, nil
}

// judge says of one file whether it is ready.
func (d *Drop) judge(name string, info os.FileInfo, now time.Time, seen, next map[string]sighting) Candidate {
	c := Candidate{Drop: d.Name, Name: name, Size: info.Size(), identity: identify(name, info)}
	_, links := inodeOf(info)
	switch {
	case !info.Mode().IsRegular():
		c.Why = "it is not a regular file"
		return c
	case links > 1:
		c.Why = "it has a second name (a hard link)"
		return c
	}
	if d.Ready.Marker != "" {
		d.judgeMarker(&c)
		return c
	}
	settle := d.settle()
	if settle == 0 {
		c.Ready = true
		return c
	}
	s, ok := seen[name]
	if !ok || !s.same(c.identity) || s.Since.After(now) { // the clock was put back
		s = sighting{c.identity, now}
	}
	next[name] = s
	if now.Sub(s.Since) >= settle {
		c.Ready = true
		return c
	}
	c.Why, c.Due = "it may still be written", s.Since.Add(settle)
	return c
}

// judgeMarker reads the marker of a file, if it is there.
func (d *Drop) judgeMarker(c *Candidate) {
	name := d.markerOf(c.Name)
	path := filepath.Join(d.Dir, name)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		c.Why = "its marker " + name + " isn't there"
		return
	}
	f, err := atomicfile.OpenRegular(path, os.O_RDONLY)
	if err != nil {
		c.Why = "its marker " + name + " can't be read"
		return
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		c.Why = "its marker " + name + " can't be read"
		return
	}
	id := identify(name, info)
	c.marker, c.want, c.Ready = &id, controlOf(string(data)), true
}

// controlOf reads what a marker holds: on each line a number of rows, or a SHA-256 as
// sha256sum writes it. Anything else says nothing.
func controlOf(text string) (want control) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil && n >= 0 && len(fields[0]) < 64 {
			want.Rows, want.Given = n, true
		} else if len(fields[0]) == 64 && strings.Trim(strings.ToLower(fields[0]), "0123456789abcdef") == "" {
			want.SHA256 = strings.ToLower(fields[0])
		}
	}
	return want
}

// sort orders files that are ready together.
func (d *Drop) sort(list []Candidate) {
	slices.SortStableFunc(list, func(a, b Candidate) int {
		if d.Order == "time" {
			if c := a.identity.Time.Compare(b.identity.Time); c != 0 {
				return c
			}
		}
		return strings.Compare(a.Name, b.Name)
	})
}

const sightingsName = "sightings.json"

// readSightings returns what was seen at the looks before. Where that can't be read all
// files are new: they only have to stand still once more.
func readSightings(dir string) map[string]sighting {
	var seen map[string]sighting
	data, err := os.ReadFile(filepath.Join(dir, sightingsName))
	if err == nil {
		_ = json.Unmarshal(data, &seen)
	}
	return seen
}

func writeSightings(dir string, seen map[string]sighting) error {
	path := filepath.Join(dir, sightingsName)
	if len(seen) == 0 {
		if err := os.Remove(path); !missing(err) {
			return err
		}
		return nil
	}
	data, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, data)
}
