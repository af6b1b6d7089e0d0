// What to watch: drops, accounts, channels.

package watch

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/ratelimit"
)

// A Config says what to watch. [Parse] reads one from YAML. State and Drops are needed.
type Config struct {
	State    string             `yaml:"state"`   // holds a directory for each drop
	Metrics  string             `yaml:"metrics"` // file in the text format of Prometheus; "" writes none
	Accounts map[string]Account `yaml:"accounts"`
	Drops    []Drop             `yaml:"drops"`
	Notify   []Channel          `yaml:"notify"`
}

// An Account is where the files of drops go. The zero value is the account that
// [Options].Connect knows by itself.
type Account struct {
	Name       string `yaml:"-"` // its key in [Config].Accounts
	ID         int64  `yaml:"id"`
	TokenFile  string `yaml:"token_file"`
	BaseURL    string `yaml:"base_url"`
	APIVersion string `yaml:"api_version"`
	Limit      Limit  `yaml:"limit"`
	Share      int    `yaml:"share"` // percent of the rate limit; 0 is 100
	WaitDaily  bool   `yaml:"wait_daily"`
}

// A Limit is a cap on the rate, such as 190/10s.
type Limit struct{ ratelimit.Limit }

// A Drop is a folder into which others put files.
type Drop struct {
	Name    string   `yaml:"name"`
	Account string   `yaml:"account"`
	Dir     string   `yaml:"dir"`
	Files   []string `yaml:"files"`   // globs of names; none is [DefaultFiles]
	Mapping string   `yaml:"mapping"` // never from Dir; "": columns named like properties
	Object  string   `yaml:"-"`

	Ready Ready  `yaml:"ready"`
	Order string `yaml:"order"` // of files that are ready together: name (default) or time
	Rows  string `yaml:"rows"`  // new (default), or growing: each file holds all rows of those before it
	Seen  string `yaml:"seen"`  // of rows that an earlier run created: stop (default), skip or again

	Guard       Guard     `yaml:"guard"`
	MaxFailures Threshold `yaml:"max_failures"` // stops a run, as [importer.Import].MaxRefused
	On          On        `yaml:"on"`
	Retry       Duration  `yaml:"retry"` // how long a failing file is tried again; 0 is 24 h
	Expect      *Expect   `yaml:"expect"`
	Retain      Retain    `yaml:"retain"`

	// State is the drop's own directory; "" is one of its name in [Config].State.
	State string `yaml:"-"`
}

// DefaultFiles are the names that a drop takes when it doesn't say which.
var DefaultFiles = []string{"*.csv", "*.csv.gz", "*.csv.zst", "*.tsv", "*.txt", "*.xlsx", "*.jsonl", "*.ndjson"}

// DefaultSettle is how long a file has to stand still when its drop doesn't say.
const DefaultSettle = time.Minute

// Ready says when a file is complete. One of its members may be given; none is a Settle
// of [DefaultSettle].
type Ready struct {
	Settle Duration // size, time and inode are the same at two looks this far apart
	Marker string   // name of another file, with {name} or {stem} of this one in it
	Rename bool     // files come under their names complete, renamed from others
}

// On says what to do about an outcome.
type On struct {
	Refused string `yaml:"refused"` // rows were refused: go on (default) or hold the drop's next files
}

// A Threshold is a number of rows, such as 50, or a percentage of them, such as 5%.
type Threshold struct{ importer.Threshold }

// A Duration is a time such as 60s, 24h or 30d.
type Duration struct{ time.Duration }

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// NameOf makes the name of a drop from the name of its folder.
func NameOf(dir string) string {
	return cmp.Or(strings.Trim(notInNames.ReplaceAllString(filepath.Base(dir), "-"), "-._"), "drop")
}

// validName is what names a directory on every system.
var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// Check returns what is wrong with a configuration, all of it, and nil when it is right.
func (c *Config) Check() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.State == "" {
		fail("state is missing: the directory in which hubload keeps what it has taken")
	}
	if len(c.Drops) == 0 {
		fail("drops is empty: it needs at least one { name: orders, dir: /srv/in }")
	}
	names, dirs := map[string]bool{}, map[string]string{}
	for i := range c.Drops {
		d := &c.Drops[i]
		for _, err := range d.check(c) {
			errs = append(errs, fmt.Errorf("drop %s: %w", cmp.Or(d.Name, fmt.Sprint(i+1)), err))
		}
		if folded := strings.ToLower(d.Name); names[folded] {
			fail("drop %s: the name is used twice; each drop has a state directory of that name", d.Name)
		} else {
			names[folded] = true
		}
		dir := filepath.Clean(d.Dir)
		if other, ok := dirs[dir]; ok && d.Dir != "" && overlap(d, c.drop(other)) {
			fail("drop %s: it takes the same files of %s as drop %s; give them different files", d.Name, d.Dir, other)
		}
		dirs[dir] = d.Name
	}
	for name, a := range c.Accounts {
		if a.Share < 0 || a.Share > 100 {
			fail("account %s: share %d is not a percentage from 1 to 100", name, a.Share)
		}
	}
	for i, n := range c.Notify {
		if err := n.check(); err != nil {
			fail("notify %d: %w", i+1, err)
		}
	}
	return errors.Join(errs...)
}

func (c *Config) drop(name string) *Drop {
	for i := range c.Drops {
		if c.Drops[i].Name == name {
			return &c.Drops[i]
		}
	}
	return &Drop{}
}

// overlap reports whether two drops of one folder share a glob.
func overlap(a, b *Drop) bool {
	for _, p := range a.globs() {
		for _, q := range b.globs() {
			if p == q {
				return true
			}
		}
	}
	return false
}

func (d *Drop) check(c *Config) (errs []error) {
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !validName.MatchString(d.Name) {
		fail("name %q names its state directory: use letters, digits, . _ and -", d.Name)
	}
	if d.Dir == "" {
		fail("dir is missing: the folder to look into")
	}
	if _, ok := c.Accounts[d.Account]; d.Account != "" && !ok {
		fail("account %q is not one of accounts", d.Account)
	}
	if d.Account == "" && len(c.Accounts) > 0 {
		fail("account is missing: the name of one of accounts")
	}
	for _, glob := range d.Files {
		if _, err := filepath.Match(glob, ""); err != nil || strings.ContainsAny(glob, `/\`) {
			fail("files: %q is not a pattern of file names such as orders*.csv", glob)
		}
	}
	if within(d.Mapping, d.Dir) {
		fail("mapping %s lies in the drop: whoever may put files there could change where they go; move it elsewhere", d.Mapping)
	}
	errs = append(errs, d.Ready.check()...)
	errs = append(errs, oneOf("order", d.Order, "name", "time")...)
	errs = append(errs, oneOf("on: refused", d.On.Refused, "go on", "hold")...)
	errs = append(errs, d.checkRows()...)
	errs = append(errs, d.Guard.check()...)
	if d.Expect != nil {
		errs = append(errs, d.Expect.check()...)
	}
	return errs
}

// checkRows refuses the ways of sending rows that aren't there yet.
func (d *Drop) checkRows() (errs []error) {
	errs = append(errs, oneOf("rows", d.Rows, "new", "growing", "snapshot")...)
	errs = append(errs, oneOf("seen", d.Seen, "stop", "skip", "again")...)
	if d.Rows == "snapshot" {
		errs = append(errs, errors.New("rows: snapshot needs the mode upsert, which this version doesn't have; with a key in the mapping, rows: new creates no row twice"))
	}
	if d.Rows == "growing" && d.Seen != "" && d.Seen != "skip" {
		errs = append(errs, fmt.Errorf("seen: %s contradicts rows: growing, which leaves out rows that went in before", d.Seen))
	}
	return errs
}

func oneOf(what, value string, choices ...string) []error {
	for _, c := range choices {
		if value == "" || value == c {
			return nil
		}
	}
	return []error{fmt.Errorf("%s: %q is not one of %s", what, value, strings.Join(choices, ", "))}
}

func (r *Ready) check() (errs []error) {
	if r.Marker == "" {
		return nil
	}
	if strings.ContainsAny(r.Marker, `/\`) || strings.Count(r.Marker, "{name}")+strings.Count(r.Marker, "{stem}") != 1 || r.Marker == "{name}" {
		errs = append(errs, fmt.Errorf("ready: marker %q is not a name such as {name}.ok or {stem}.done", r.Marker))
	}
	return errs
}

// within reports whether a path lies in a directory.
func within(path, dir string) bool {
	if path == "" || dir == "" {
		return false
	}
	path, errPath := filepath.Abs(path)
	dir, errDir := filepath.Abs(dir)
	rel, err := filepath.Rel(dir, path)
	return cmp.Or(errPath, errDir, err) == nil && filepath.IsLocal(rel)
}

func (d *Drop) globs() []string {
	if len(d.Files) == 0 {
		return DefaultFiles
	}
	return d.Files
}

// settle is how long a file has to stand still.
func (d *Drop) settle() time.Duration {
	switch {
	case d.Ready.Rename || d.Ready.Marker != "":
		return 0
	case d.Ready.Settle.Duration == 0:
		return DefaultSettle
	}
	return d.Ready.Settle.Duration
}
