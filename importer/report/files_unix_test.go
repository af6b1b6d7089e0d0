// Modes and pipes, which only Unix has.

//go:build unix

package report

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

func TestModeWhateverTheUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		dir := t.TempDir()
		st := journalOf(t, dir, created(1, "1"))
		defer st.Close()
		old := syscall.Umask(umask)
		_, err := Write(dir, source([]byte("a\n1\n"), csvfile.Options{}), st, Options{})
		sumErr := WriteSummary(dir, Summary{})
		syscall.Umask(old)
		if err != nil || sumErr != nil {
			t.Fatal(err, sumErr)
		}
		for _, name := range []string{resultsName, failuresName, summaryName} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != 0o600 {
				t.Errorf("umask %03o: %s has mode %v", umask, name, info.Mode())
			}
		}
	}
}

func TestPipePlanted(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, created(1, "1"))
	defer st.Close()
	names := []string{resultsName, failuresName, inDoubtName, summaryName}
	for _, name := range names {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skip(err)
		}
	}
	if _, err := ReadSummary(dir); err == nil {
		t.Error("a pipe was read as summary.json")
	}
	mustWrite(t, dir, source([]byte("a\n1\n"), csvfile.Options{}), st, Options{})
	if err := WriteSummary(dir, Summary{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{resultsName, failuresName, summaryName} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s is still a pipe: %v", name, err)
		}
	}
}
