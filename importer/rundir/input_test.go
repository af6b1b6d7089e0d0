// The input: its names, and what happens while it is read.

package rundir

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

// TestFileGrowsWhileItIsRead: a file that is still being written has no content that a
// run could be known by.
func TestFileGrowsWhileItIsRead(t *testing.T) {
	for _, grows := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "grows.csv")
		if err := os.WriteFile(path, []byte("name\na\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, sum, err := fingerprintOf(f, readerFunc(func(p []byte) (int, error) {
			n, err := f.Read(p)
			if grows && err == io.EOF {
				if err := os.WriteFile(path, []byte("name\na\nb\n"), 0o600); err != nil {
					t.Error(err)
				}
			}
			return n, err
		}))
		if got := errors.Is(err, csvfile.ErrChanged) && reasonOf(err) == InputChanging; got != grows {
			t.Errorf("grows %t: the error is %v", grows, err)
		}
		if known := sum != ""; known == grows {
			t.Errorf("grows %t: the hash is %q", grows, sum)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

const noReason = Reason(255)

func reasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return noReason
}

// TestFingerprintEndsWithItsContext: a file of gigabytes is read for minutes.
func TestFingerprintEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("name\na\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	why := errors.New("Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, _, err := fingerprint(ctx, path, ""); err != why {
		t.Errorf("the error is %v", err)
	}
}

func TestInputName(t *testing.T) {
	for path, want := range map[string]string{
		"dir/orders.csv.gz": "orders", "ORDERS.CSV": "ORDERS", "orders.tsv.zst": "orders", ".csv": ".csv", "orders": "orders",
		// Their lower-case forms have other lengths.
		"İHRACAT.csv": "İHRACAT", "ẞẞẞ.CSV": "ẞẞẞ", "ȺȺȺȺ.csv": "ȺȺȺȺ",
		// Not UTF-8.
		"\xff.csv": "\xff", "caf\xe9.CSV.GZ": "caf\xe9",
	} {
		if got := inputName(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// TestMappingIsFoundBesideAnyName: a mapping that isn't found silently is worse than an error.
func TestMappingIsFoundBesideAnyName(t *testing.T) {
	for _, name := range []string{"orders", "İHRACAT", "caf\xe9", "a[1]*"} {
		dir := t.TempDir()
		file := filepath.Join(dir, name+".csv")
		if os.WriteFile(file, nil, 0o600) != nil || os.WriteFile(filepath.Join(dir, name+".mapping.yaml"), []byte("properties: { name: name }\n"), 0o600) != nil {
			t.Logf("the file system has no name %q", name)
			continue
		}
		in, err := TakeInput(t.Context(), file, nil, dir)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := new(Options).findMapping(in); err != nil || m == nil {
			t.Errorf("%q: the mapping is %v, error %v", name, m, err)
		}
	}
}

// TestPathsSurviveJSON: run.json and the ledger keep what a file system takes for a name.
func TestPathsSurviveJSON(t *testing.T) {
	for _, path := range []string{"/data/orders.csv", "/data/請求書.csv", "/data/caf\xe9.csv", "/\xff\xfe", `/a{"bytes"}`} {
		data, err := json.Marshal(Run{Input: Identity{Path: path, Size: 3, SHA256: "ab"}})
		if err != nil {
			t.Fatal(err)
		}
		var got Run
		if err := json.Unmarshal(data, &got); err != nil || got.Input != (Identity{Path: path, Size: 3, SHA256: "ab"}) {
			t.Errorf("%q: %+v, error %v", path, got.Input, err)
		}
		var e entry
		data, err = json.Marshal(entry{Run: diskPath(path)})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &e); err != nil || string(e.Run) != path {
			t.Errorf("%q in the ledger: %q, error %v", path, e.Run, err)
		}
	}
}
