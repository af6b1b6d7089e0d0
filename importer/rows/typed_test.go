package rows_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
)

type typedItem struct {
	Name  string  `csv:"Name"`
	Price float64 `csv:"Unit price"`
	Count *int    `csv:"Qty"`
	Start day     `csv:"Start"`
	Note  string  `csv:"-"`
}

type day struct{ time.Time }

func (d day) MarshalCSV() (string, error) {
	if d.Year() < 1 {
		return "", errors.New("no day of our era")
	}
	return d.Format(time.DateOnly), nil
}

func typedItems() []typedItem {
	two := 2
	d := day{time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)}
	return []typedItem{
		{"010", 0.5, &two, d, "x"},
		{"a \"b\"\r\nc, ü", 1e7, nil, d, ""},
		{" ", 0, nil, d, ""},
	}
}

func TestTypedRows(t *testing.T) {
	want := [][]string{
		{"010", "0.5", "2", "2026-02-28"},
		{"a \"b\"\r\nc, ü", "10000000", "", "2026-02-28"},
		{" ", "0", "", "2026-02-28"},
	}
	items := typedItems()
	channel := make(chan *typedItem, len(items))
	for i := range items {
		channel <- &items[i]
	}
	close(channel)
	for name, open := range map[string]func() (*rows.TypedSource, error){
		"a slice":   func() (*rows.TypedSource, error) { return rows.Typed(slices.Values(items)) },
		"a channel": func() (*rows.TypedSource, error) { return rows.Typed(rows.Chan(channel)) },
	} {
		src, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Name", "Unit price", "Qty", "Start"}, src.Header()); diff != "" {
			t.Errorf("%s: header (-want +got):\n%s", name, diff)
		}
		var got [][]string
		lines := []int64{2, 3, 5} // the second record has two lines
		for {
			rec, err := src.Read()
			if err == io.EOF {
				break
			}
			if err != nil || rec.Problem != nil || rec.Row != int64(len(got)+1) || rec.Line != lines[len(got)] || len(rec.Raw) == 0 {
				t.Fatalf("%s: %+v, %v", name, rec, err)
			}
			got = append(got, slices.Clone(rec.Fields))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Every item is a row, whatever it holds, so that numbers are those of the slice.
func TestTypedRowsAreNeverBlank(t *testing.T) {
	type one struct {
		Name string `csv:"Name"`
	}
	src, err := rows.Typed(slices.Values([]one{{""}, {"  "}, {"\t"}, {"x"}, {"\n"}, {"bad \xff"}, {"Name"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got := []string{}
	for row, err := range rows.NewReader(src, rows.Config{}).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Problem != nil {
			got = append(got, row.Problem.Code)
			continue
		}
		got = append(got, row.Fields[0])
	}
	if diff := cmp.Diff([]string{"", "  ", "\t", "x", "\n", csvfile.CodeEncoding, rows.CodeRepeatedHeader}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTypedRowsThatCantBeWritten(t *testing.T) {
	if _, err := rows.Typed(slices.Values([]int{1})); err == nil {
		t.Error("numbers are taken for structs")
	}
	stopped := false
	src, err := rows.Typed(func(yield func(typedItem) bool) {
		defer func() { stopped = true }()
		good := typedItems()[0]
		good.Name = strings.Repeat("x", 100<<10)
		_ = yield(good) && yield(typedItem{Start: day{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}}) && yield(good)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Read(); err != nil {
		t.Fatal(err)
	}
	if _, err := src.Read(); err == nil || !strings.Contains(err.Error(), "no day of our era") {
		t.Errorf("%v", err)
	}
	if err := src.Close(); err != nil || !stopped {
		t.Errorf("%v; the iteration goes on: %t", err, !stopped)
	}
}
