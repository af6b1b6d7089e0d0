// The user's memory of imports: which content went into which account, and from where.

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/journal"
)

// A memory is the folder in the user's state directory. The same file under
// another name, or imported from another place, is noticed through it.
type memory struct{ imports, keys, schemas, windows string }

// An imported is what is remembered of one import.
type imported struct {
	Run     string    `json:"run"` // absolute path of the run directory
	Input   string    `json:"input"`
	Started time.Time `json:"started"`
}

// memoryOf finds the state directory; without a home there is none.
func memoryOf(getenv func(string) string) *memory {
	base := getenv("XDG_STATE_HOME")
	if base == "" && runtime.GOOS == "windows" {
		base = getenv("LocalAppData")
	}
	if base == "" {
		if home := getenv("HOME"); home != "" {
			base = filepath.Join(home, ".local", "state")
		}
	}
	if base == "" || !filepath.IsAbs(base) {
		return nil
	}
	base = filepath.Join(base, "hubload")
	return &memory{imports: filepath.Join(base, "imports"), keys: filepath.Join(base, "keys"), schemas: filepath.Join(base, "schemas"), windows: filepath.Join(base, "windows")}
}

// file is the place for one content in one account.
func (m *memory) file(d *runDir) string {
	return filepath.Join(m.imports, digest(d.BaseURL, strconv.FormatInt(d.Account, 10), d.Object, d.Input.SHA256)+".json")
}

// keyFile is the place of the key's property in one account.
func (m *memory) keyFile(d *runDir) string {
	return filepath.Join(m.keys, digest(d.BaseURL, strconv.FormatInt(d.Account, 10), d.Object, d.Key))
}

func digest(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:16])
}

// keyProved reports whether an earlier run found that the account keeps the
// values of d's key.
func (m *memory) keyProved(d *runDir) bool {
	if m == nil {
		return false
	}
	_, err := os.Stat(m.keyFile(d))
	return err == nil
}

// rememberKey notes that the account keeps them. Failing does no harm.
func (m *memory) rememberKey(d *runDir) {
	if m != nil && os.MkdirAll(m.keys, 0o700) == nil {
		_ = writeFile(m.keyFile(d), nil)
	}
}

// recall returns what is remembered of d's content in d's account.
func (m *memory) recall(d *runDir) (imported, bool) {
	var e imported
	if m == nil {
		return e, false
	}
	data, err := os.ReadFile(m.file(d))
	return e, err == nil && json.Unmarshal(data, &e) == nil
}

// remember notes that d's content goes into d's account.
func (m *memory) remember(d *runDir) error {
	if m == nil {
		return nil
	}
	run, err := filepath.Abs(d.path)
	if err != nil {
		return err
	}
	data, err := json.Marshal(imported{Run: run, Input: d.Input.Path, Started: d.Started})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.imports, 0o700); err != nil {
		return err
	}
	return writeFile(m.file(d), data)
}

// holdPatience is how long another process may take to make its run.
const holdPatience = 2 * time.Second

// hold takes d's content in d's account for this process. The error is a
// *journal.LockedError when another one keeps it.
func (m *memory) hold(d *runDir) (*journal.Guard, error) {
	if m == nil {
		return nil, errors.New("there is no home directory")
	}
	if err := os.MkdirAll(m.imports, 0o700); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(holdPatience); ; time.Sleep(5 * time.Millisecond) {
		guard, err := journal.Lock(m.file(d) + ".lock")
		var locked *journal.LockedError
		if !errors.As(err, &locked) || time.Now().After(deadline) {
			return guard, err
		}
	}
}
