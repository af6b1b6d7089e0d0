package before_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/before"
)

// awkward values are those that a CSV could lose.
var awkward = []before.Value{
	{Row: 1, ID: "51", Property: "price", Old: "1.50", New: "1.75"},
	{Row: 1, ID: "51", Property: "description", Old: "a \"quoted\"\r\nline\rand\nanother, with commas", New: ""},
	{Row: 2, ID: "52", Property: "price", Old: "", New: "=1+1"},
	{Row: 7, ID: "57", Property: "name", Old: "\ufeff\x00\xff\"", New: "\""},
}

func open(t testing.TB, path string) *before.File {
	t.Helper()
	f, err := before.Open(path, func(row int64) bool { return row < 7 })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func read(t testing.TB, path string) (all []before.Value) {
	t.Helper()
	err := before.Read(path, func(v before.Value) bool {
		all = append(all, v)
		return true
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return all
}

func TestValuesComeBackToTheLetter(t *testing.T) {
	path := filepath.Join(t.TempDir(), before.Name)
	f := open(t, path)
	if err := f.Add(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file without a value: %v", err)
	}
	for i := range awkward {
		if err := f.Add(awkward[i : i+1]); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	if err := f.Add(awkward); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if got := read(t, path); !reflect.DeepEqual(got, awkward) {
		t.Errorf("%+v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	f = open(t, path)
	defer f.Close()
	want := map[string]string{"price": "1.50", "description": awkward[1].Old}
	if got := f.Earlier(1); !reflect.DeepEqual(got, want) || f.Earlier(7) != nil || f.Earlier(3) != nil {
		t.Errorf("%q, %q, %q", got, f.Earlier(7), f.Earlier(3))
	}
}

// Wherever a death cuts the file, what was whole stays, and the file goes on.
func TestATornEndIsCutOff(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, before.Name)
	f := open(t, path)
	if err := f.Add(awkward); err != nil {
		t.Fatal(err)
	}
	f.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := strings.IndexByte(string(whole), '\n') + 1
	more := before.Value{Row: 9, ID: "59", Property: "price", Old: "3", New: "4"}
	for n := header; n <= len(whole); n++ {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		left := read(t, path)
		if len(left) > len(awkward) || !reflect.DeepEqual(left, append([]before.Value(nil), awkward[:len(left)]...)) && len(left) > 0 {
			t.Fatalf("%d bytes: %+v", n, left)
		}
		f := open(t, path)
		if err := f.Add([]before.Value{more}); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if got := read(t, path); !reflect.DeepEqual(got, append(left, more)) {
			t.Fatalf("%d bytes: %+v", n, got)
		}
	}
}

func TestDamageIsNotSkipped(t *testing.T) {
	const header = `"hubload_row","hubload_id","property","old","new"` + "\n"
	for _, text := range []string{
		"row,id\n",
		header + `1,"51","price","1","2"` + "\n",
		header + `"1","51","price","1"` + "\n" + `"1","51","price","1","2"` + "\n",
		header + `"0","51","price","1","2"` + "\n",
		header + `"1","51","price","1","2","3"` + "\n",
		header + "\n",
	} {
		path := filepath.Join(t.TempDir(), before.Name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var damage *before.DamageError
		if _, err := before.Open(path, func(int64) bool { return true }); !errors.As(err, &damage) {
			t.Errorf("%q: %v", text, err)
		}
		if err := before.Read(path, func(before.Value) bool { return true }); !errors.As(err, &damage) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestManyGoroutinesAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), before.Name)
	f := open(t, path)
	var wg sync.WaitGroup
	for row := int64(1); row <= 20; row++ {
		wg.Go(func() {
			if err := f.Add([]before.Value{{Row: row, ID: "5", Property: "a", Old: "1"}, {Row: row, ID: "5", Property: "b", Old: "2"}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	f.Close()
	if got := read(t, path); len(got) != 40 {
		t.Errorf("%d values", len(got))
	}
}
