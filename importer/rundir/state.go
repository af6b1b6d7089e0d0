// The user's state directory: what outlives a run.

package rundir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/atomicfile"
)

// A state is the user's state directory. With dir "" nothing is remembered.
type state struct{ dir string }

func (o *Options) state() state { return state{o.StateDir} }

func (s state) sub(kind string) string { return filepath.Join(s.dir, kind) }

// file is the place of something in one account.
func (s state) file(kind, baseURL string, account int64, more ...string) string {
	return filepath.Join(s.sub(kind), digest(append([]string{baseURL, strconv.FormatInt(account, 10)}, more...)...))
}

// make makes the directory and all that it holds, so that their names are synced
// together and once.
func (s state) make() error {
	if s.dir == "" {
		return errors.New("there is no state directory")
	}
	if err := atomicfile.MkdirAll(s.dir); err != nil {
		return err
	}
	made := false
	for _, kind := range []string{"imports", "keys", "rows", "runs", "schemas", "windows"} {
		switch err := os.Mkdir(s.sub(kind), 0o700); {
		case err == nil:
			made = true
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	if !made {
		return nil
	}
	return atomicfile.SyncDir(s.dir)
}

func digest(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:16])
}

// keyChecked reports whether an earlier run found that the account keeps the values
// of the key.
func (s state) keyChecked(r *Run) bool {
	if s.dir == "" {
		return false
	}
	_, err := os.Stat(s.file("keys", r.BaseURL, r.Account, r.Object, r.Key))
	return err == nil
}

// rememberKey notes that the account keeps them. Failing does no harm.
func (s state) rememberKey(r *Run) {
	if s.make() == nil {
		_ = atomicfile.WriteFile(s.file("keys", r.BaseURL, r.Account, r.Object, r.Key), nil)
	}
}

// RememberKey notes in a state directory that the account of r is known to enforce the
// uniqueness of r's key, so that imports into it don't check that again.
func RememberKey(stateDir string, r *Run) { state{stateDir}.rememberKey(r) }
