package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "name")
	for _, text := range []string{"first", "", "third"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadFile(path, 5); err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if _, err := ReadFile(path, 4); err == nil {
		t.Error("a file over the limit was read")
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if err := WriteFile(filepath.Dir(path), nil); err == nil {
		t.Error("a directory was replaced")
	}
}

func TestWriteNewFileReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "name")
	if err := WriteNewFile(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := WriteNewFile(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if got, err := ReadFile(path, 100); err != nil || string(got) != "first" {
		t.Errorf("got %q, %v", got, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// A temporary name that is taken is an error, whatever has it.
func TestCreateTakesNoName(t *testing.T) {
	dir := t.TempDir()
	d, err := OpenStorage(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := []string{"file"}
	if os.Symlink(target, filepath.Join(dir, "link")) == nil { // not everybody may on Windows
		names = append(names, "link")
	}
	for _, name := range names {
		if f, err := d.Create(name); err == nil {
			f.Close()
			t.Errorf("%s was opened", name)
		}
	}
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link's target: %v", err)
	}
}

func TestMkdirAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "c")
	for range 2 {
		if err := MkdirAll(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteFile(filepath.Join(dir, "file"), nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "file"), filepath.Join(dir, "file", "a")} {
		if err := MkdirAll(path); err == nil {
			t.Errorf("%s was made", path)
		}
	}
}
