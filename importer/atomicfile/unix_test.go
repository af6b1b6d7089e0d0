//go:build unix && !aix && !solaris

package atomicfile

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The files of a writer that was killed go, those of a live one stay.
func TestSweep(t *testing.T) {
	if dir := os.Getenv("TEST_SWEEP_DIR"); dir != "" {
		d, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Create("dead"); err != nil {
			t.Fatal(err)
		}
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSweep$")
	cmd.Env = append(os.Environ(), "TEST_SWEEP_DIR="+dir)
	if err := cmd.Run(); err == nil {
		t.Fatal("the process was not killed")
	}
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	live, err := d.Create("live")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Discard()
	if err := os.WriteFile(filepath.Join(dir, ".other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if names := list(t, dir); len(names) != 3 {
		t.Fatalf("before: %v", names)
	}
	if err := d.Sweep(); err != nil {
		t.Fatal(err)
	}
	if names := list(t, dir); len(names) != 2 || strings.Contains(strings.Join(names, " "), "dead") {
		t.Errorf("after: %v", names)
	}
	if err := d.Publish(live); err != nil {
		t.Error(err)
	}
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// What somebody else could have put there is refused and stays as it is.
func TestPlanted(t *testing.T) {
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plant := range []struct {
		name string
		make func(path string) error
	}{
		{"symbolic link", func(path string) error { return os.Symlink(precious, path) }},
		{"dangling link", func(path string) error { return os.Symlink(precious+".absent", path) }},
		{"hard link", func(path string) error { return os.Link(precious, path) }},
		{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }},
		{"directory", func(path string) error { return os.Mkdir(path, 0o700) }},
	} {
		path := filepath.Join(t.TempDir(), "planted")
		if err := plant.make(path); err != nil {
			t.Skip(err)
		}
		if f, err := OpenOwn(path); err == nil {
			f.Close()
			t.Errorf("%s: opened", plant.name)
		}
		if plant.name == "pipe" || plant.name == "directory" {
			if _, err := ReadFile(path, 100); err == nil {
				t.Errorf("%s: read", plant.name)
			}
		}
	}
	if _, err := os.Lstat(precious + ".absent"); err == nil {
		t.Error("the target of a dangling link was made")
	}
	if os.Geteuid() == 0 {
		path := filepath.Join(t.TempDir(), "foreign")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 1234, 1234); err != nil {
			t.Skip(err)
		}
		if f, err := OpenOwn(path); err == nil {
			f.Close()
			t.Error("a file of another user was opened")
		}
	}
}

func TestModeWhateverTheUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		path := filepath.Join(t.TempDir(), "name")
		old := syscall.Umask(umask)
		err := WriteFile(path, nil)
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("umask %03o: mode %v, %v", umask, info.Mode(), err)
		}
	}
}

func TestPrivate(t *testing.T) {
	for _, c := range []struct {
		mode      fs.FileMode
		own, root bool
		want      bool
	}{
		{0o600, true, false, true},
		{0o400, true, false, true},
		{0o640, true, false, false},
		{0o440, true, false, false}, // a group of the user's own
		{0o600, false, false, false},
		{0o440, false, true, true}, // a credential of systemd, a secret of Kubernetes
		{0o400, false, true, true},
		{0o444, false, true, false},
		{0o640, false, true, false},
	} {
		if err := private("token", c.mode, c.own, c.root); (err == nil) != c.want {
			t.Errorf("mode %o, own %t, of root %t: %v", c.mode, c.own, c.root, err)
		}
	}
}
