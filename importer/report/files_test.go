// Files on a disk that fails, and in places where something else lies.

package report

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

var errDisk = errors.New("no space left on device")

// failing is a storage whose n-th operation fails, counted over all its files.
type failing struct {
	atomicfile.Storage
	n    int // 0: none
	done []string
}

func (f *failing) step(op string) error {
	f.done = append(f.done, op)
	if len(f.done) == f.n {
		return errDisk
	}
	return nil
}

func (f *failing) Create(name string) (atomicfile.StorageFile, error) {
	if err := f.step("create"); err != nil {
		return nil, err
	}
	w, err := f.Storage.Create(name)
	return failingFile{w, f}, err
}

func (f *failing) Rename(from, to string) error {
	if err := f.step("rename"); err != nil {
		return err
	}
	return f.Storage.Rename(from, to)
}

func (f *failing) Remove(name string) error {
	if strings.HasPrefix(name, ".") { // what clears up after a failure works
		return f.Storage.Remove(name)
	}
	if err := f.step("remove"); err != nil {
		return err
	}
	return f.Storage.Remove(name)
}

func (f *failing) Sync() error {
	if err := f.step("sync names"); err != nil {
		return err
	}
	return f.Storage.Sync()
}

type failingFile struct {
	atomicfile.StorageFile
	f *failing
}

func (w failingFile) Write(p []byte) (int, error) {
	if err := w.f.step("write"); err != nil {
		n, _ := w.StorageFile.Write(p[:len(p)/2])
		return n, err
	}
	return w.StorageFile.Write(p)
}

func (w failingFile) Sync() error {
	if err := w.f.step("sync"); err != nil {
		return err
	}
	return w.StorageFile.Sync()
}

// Each operation on the disk fails once: what is left are whole reports, old or
// new, and nothing else.
func TestFailingDisk(t *testing.T) {
	wide := strings.Repeat("x", 50_000) // two writes for each report of two rows
	input := "a\n" + strings.Repeat(wide+"\n", 6)
	doubt := func(row int64) journal.Fate { return journal.Fate{Row: row, Kind: journal.InDoubt, Code: "IN_DOUBT"} }
	for _, tc := range []struct {
		name   string
		fates  []journal.Fate
		expect string
	}{
		{
			"with rows in doubt",
			[]journal.Fate{created(1, "1"), created(2, "2"), refused(3, "", "m"), refused(4, "", "m"), doubt(5), doubt(6)},
			"create create create write write write write write create write sync rename sync names sync sync sync rename rename rename sync names",
		},
		{
			"without",
			[]journal.Fate{created(1, "1"), created(2, "2"), refused(3, "", "m")},
			"create create create write write write write create write sync rename sync names sync sync rename rename sync names remove sync names",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			state := t.TempDir()
			st := journalOf(t, state, tc.fates...)
			defer st.Close()
			src := source([]byte(input), csvfile.Options{})
			names := []string{resultsName, failuresName, inDoubtName}

			try := func(n int) (before, after map[string]string, done []string, err error) {
				dir := t.TempDir()
				before, after = map[string]string{}, map[string]string{}
				for _, name := range names {
					before[name] = "old " + name
					if err := os.WriteFile(filepath.Join(dir, name), []byte(before[name]), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				stamp, err := json.Marshal(stamp{Failures: []string{fmt.Sprintf("%x", sha256.Sum256([]byte("old "+failuresName)))}})
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, stampName), stamp, 0o600); err != nil {
					t.Fatal(err)
				}
				disk, err := atomicfile.OpenStorage(dir)
				if err != nil {
					t.Fatal(err)
				}
				defer disk.Close()
				f := &failing{Storage: disk, n: n}
				_, err = write(atomicfile.NewDir(f), src, st, Options{})
				entries, readErr := os.ReadDir(dir)
				if readErr != nil {
					t.Fatal(readErr)
				}
				for _, e := range entries {
					if e.Name() == stampName {
						continue
					}
					after[e.Name()] = content(t, dir, e.Name())
				}
				return before, after, f.done, err
			}

			_, whole, done, err := try(0)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(done, " "); got != tc.expect {
				t.Fatalf("the disk did\n%s, want\n%s", got, tc.expect)
			}
			for n := 1; n <= len(done); n++ {
				before, after, ops, err := try(n)
				op := ops[n-1]
				if !errors.Is(err, errDisk) {
					t.Errorf("%d, %s: got %v", n, op, err)
				}
				for name, text := range after {
					if old, ok := before[name]; !ok {
						t.Errorf("%d, %s: %s was left behind", n, op, name)
					} else if text != old && text != whole[name] {
						t.Errorf("%d, %s: %s is neither the old report nor the new one", n, op, name)
					} else if text != old && strings.Count(strings.Join(ops[:n], " "), "rename") < 2 { // the first is the stamp's
						t.Errorf("%d, %s: %s was replaced although the reports weren't complete", n, op, name)
					}
				}
				for _, name := range names {
					if _, ok := after[name]; !ok && whole[name] != "" {
						t.Errorf("%d, %s: %s is gone", n, op, name)
					}
				}
			}
		})
	}
}

func TestInputThatFails(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir)
	defer st.Close()
	src := Source{Open: func() (*csvfile.Reader, error) { return nil, errDisk }}
	if _, err := Write(dir, src, st, Options{}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
	if _, err := Write(filepath.Join(dir, "absent"), src, st, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A directory in the place of a report is refused before anything is replaced.
func TestDirectoryPlanted(t *testing.T) {
	for _, name := range []string{resultsName, failuresName, inDoubtName} {
		dir := t.TempDir()
		st := journalOf(t, dir, created(1, "1"))
		defer st.Close()
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Write(dir, source([]byte("a\n1\n"), csvfile.Options{}), st, Options{})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 2 { // the journal and the plant
			t.Errorf("%s: there is more than was: %v", name, entries)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, summaryName), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteSummary(dir, Summary{}); err == nil {
		t.Error("summary.json replaced a directory")
	}
	if _, err := ReadSummary(dir); err == nil {
		t.Error("a directory was read as summary.json")
	}
}

// A link in the place of a report is replaced; what it leads to isn't touched.
func TestLinkPlanted(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "precious")
	for _, link := range []struct {
		name string
		make func(from, to string) error
	}{{"symbolic", os.Symlink}, {"hard", os.Link}} {
		t.Run(link.name, func(t *testing.T) {
			if err := os.WriteFile(outside, []byte("precious"), 0o644); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			inside := filepath.Join(dir, "inside")
			if err := os.WriteFile(inside, []byte("precious"), 0o644); err != nil {
				t.Fatal(err)
			}
			for name, target := range map[string]string{resultsName: outside, failuresName: inside, inDoubtName: outside, summaryName: outside} {
				if err := link.make(target, filepath.Join(dir, name)); err != nil {
					t.Skip(err) // Windows lets not everybody make links
				}
			}
			st := journalOf(t, dir, created(1, "1"))
			defer st.Close()
			mustWrite(t, dir, source([]byte("a\n1\n"), csvfile.Options{}), st, Options{})
			if err := WriteSummary(dir, Summary{}); err != nil {
				t.Error(err)
			}
			for _, target := range []string{outside, inside} {
				if data, err := os.ReadFile(target); err != nil || string(data) != "precious" {
					t.Errorf("%s holds %q now: %v", target, data, err)
				}
			}
			for _, name := range []string{resultsName, failuresName, summaryName} {
				if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
					t.Errorf("%s is no file: %v %v", name, info.Mode(), err)
				}
			}
			if _, err := os.Lstat(filepath.Join(dir, inDoubtName)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("in_doubt.csv: %v", err)
			}
		})
	}
}
