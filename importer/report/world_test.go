// What the tests share: inputs, journals and the way back from a report.

package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// tester is what *testing.T, *testing.B and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// journalOf returns the state of a journal that holds the fates, in dir.
func journalOf(t tester, dir string, fates ...journal.Fate) *journal.State {
	t.Helper()
	path := filepath.Join(dir, "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Run: "1a2b3c4d", Started: time.Unix(1_700_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for len(fates) > 0 {
		n := min(1000, len(fates))
		if err := j.Settle(fates[:n]); err != nil {
			t.Fatal(err)
		}
		fates = fates[n:]
	}
	st, err := journal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// source is an input in memory.
func source(input []byte, o csvfile.Options) Source {
	return Source{Open: func() (*csvfile.Reader, error) { return csvfile.NewReader(bytes.NewReader(input), o) }}
}

// mapped adds a mapping to a source.
func mapped(t tester, src Source, yaml string) Source {
	t.Helper()
	m, err := mapping.Parse([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	src.Mapper = m.Compile
	return src
}

// content returns a file of dir, "" when there is none.
func content(t tester, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// parsed is a report read back.
type parsed struct {
	header []string
	rows   [][]string
	raw    [][][]byte // the cells of rows as they stand in the file
}

func parse(t tester, data string, o csvfile.Options) parsed {
	t.Helper()
	r, err := csvfile.NewReader(bytes.NewReader([]byte(data)), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	defer r.Close()
	p := parsed{header: r.Header()}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Problem != nil {
			t.Fatalf("line %d of a report: %s: %s", rec.Line, rec.Problem.Code, rec.Raw)
		}
		p.rows = append(p.rows, slices.Clone(rec.Fields))
		var cells [][]byte
		for _, c := range rec.AppendCells(nil, len(p.header)) {
			cells = append(cells, bytes.Clone(c))
		}
		p.raw = append(p.raw, cells)
	}
}

// column returns the fields under a name.
func (p parsed) column(t tester, name string) []string {
	t.Helper()
	for i, h := range p.header {
		if h == name {
			var out []string
			for _, row := range p.rows {
				out = append(out, row[i])
			}
			return out
		}
	}
	t.Fatalf("no column %q in %q", name, p.header)
	return nil
}

// mustWrite is Write where it must succeed.
func mustWrite(t testing.TB, dir string, src Source, st *journal.State, o Options) Counts {
	t.Helper()
	n, err := Write(dir, src, st, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func created(row int64, id string) journal.Fate {
	return journal.Fate{Row: row, Kind: journal.Created, ID: id, Attempts: 1}
}

func refused(row int64, property, message string) journal.Fate {
	return journal.Fate{Row: row, Kind: journal.Refused, Code: "INVALID", Property: property, Message: message, Attempts: 1}
}
