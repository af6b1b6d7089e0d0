// Files that never end.

//go:build unix

package rundir

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSmallFilesAreRegular: a pipe, a device or an endless file in the place of a
// mapping or of run.json is refused, and never waited for.
func TestSmallFilesAreRegular(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"a pipe":   func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a device": func(path string) error { return os.Symlink("/dev/zero", path) },
		"too long": func(path string) error { return os.WriteFile(path, []byte{maxText: ' '}, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, file := range []string{runName, mappingName} {
				if err := make(filepath.Join(dir, file)); err != nil {
					t.Fatal(err)
				}
			}
			ended := time.AfterFunc(10*time.Second, func() { panic("it is waited for") })
			defer ended.Stop()
			if _, err := Open(dir); reasonOf(err) != DamagedRun {
				t.Errorf("run.json: %v", err)
			}
			if _, err := readMapping(filepath.Join(dir, mappingName)); reasonOf(err) != BadMapping {
				t.Errorf("mapping.yaml: %v", err)
			}
			if _, err := (&Dir{Path: dir}).mapping(); err == nil {
				t.Error("the run's mapping is read")
			}
		})
	}
}
