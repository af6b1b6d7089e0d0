package rows_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

func sourceOf(csv string) func() (rows.Source, error) {
	return func() (rows.Source, error) { return csvfile.NewReader(strings.NewReader(csv), csvfile.Options{}) }
}

func mapperOf(t *testing.T, text, csv string) *mapping.Mapper {
	t.Helper()
	m, err := mapping.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	src, err := sourceOf(csv)()
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.Compile(src.Header())
	if err != nil {
		t.Fatal(err)
	}
	return mapper
}

// codes are the codes of the rows of an input that are refused, "" for the others.
func codes(t *testing.T, csv string, c rows.Config) (list []string) {
	t.Helper()
	var rec mapping.Record
	err := rows.Each(t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
		code := ""
		if refused := row.Map(&rec); refused != nil {
			code = refused.Code
		}
		list = append(list, code)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

const itemMapping = "properties: { name: Name, price: Price }\n"

// cat a.csv b.csv loads no row made of the second header.
func TestHeadersOfJoinedFilesAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		csv  string
		want []string
	}{
		"joined":               {"Name,Price\na,1\nName,Price\nb,2\n", []string{"", rows.CodeRepeatedHeader, ""}},
		"quoted in one file":   {"Name,Price\na,1\n\"Name\",\"Price\"\nb,2\n", []string{"", rows.CodeRepeatedHeader, ""}},
		"with a mark":          {"\ufeffName,Price\na,1\n\ufeffName,Price\nb,2\n", []string{"", rows.CodeRepeatedHeader, ""}},
		"in a failures file":   {"Name,Price,hubload_row,hubload_code\nName,Price,3,REPEATED_HEADER\nb,2,4,X\n", []string{rows.CodeRepeatedHeader, ""}},
		"two failures files":   {"Name,Price,hubload_row,hubload_code\nb,2,4,X\nName,Price,hubload_row,hubload_code\n", []string{"", rows.CodeRepeatedHeader}},
		"a value like a name":  {"Name,Price\nName,1\n", []string{""}},
		"letters differ":       {"Name,Price\nname,price\n", []string{""}},
		"columns without name": {"Name,Price,\nName,Price,\nName,Price,x\n", []string{rows.CodeRepeatedHeader, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, codes(t, tt.csv, rows.Config{Mapper: mapperOf(t, itemMapping, tt.csv)})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Ctrl-C is heard in each pass, also before the first request.
func TestPassesEndWithTheirContext(t *testing.T) {
	var b strings.Builder
	b.WriteString("Name,Price,Deal\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "r%d,1,2\n", i)
	}
	text := b.String()
	numbered := mapperOf(t, positionMapping, text)
	keyed := mapperOf(t, itemMapping+"key: { property: k, columns: [Name] }\n", text)
	stop := errors.New("stopped")
	for name, pass := range map[string]func(context.Context, func() (rows.Source, error)) error{
		"positions": func(ctx context.Context, open func() (rows.Source, error)) error {
			_, err := rows.FindPositions(ctx, open, numbered)
			return err
		},
		"duplicates": func(ctx context.Context, open func() (rows.Source, error)) error {
			_, err := rows.FindDuplicates(ctx, open, keyed)
			return err
		},
		"rows": func(ctx context.Context, open func() (rows.Source, error)) error {
			return rows.Each(ctx, open, rows.Config{}, func(*rows.Row) error { return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			src := &counted{cancelAt: 1000, cancel: func() { cancel(stop) }}
			err := pass(ctx, func() (rows.Source, error) {
				from, err := sourceOf(text)()
				src.Source = from
				return src, err
			})
			if err != stop || src.read > 1300 {
				t.Errorf("%v, after %d rows", err, src.read)
			}
		})
	}
}

// counted cancels something after some rows.
type counted struct {
	rows.Source
	read, cancelAt int
	cancel         func()
}

func (c *counted) Read() (*csvfile.Record, error) {
	if c.read++; c.read == c.cancelAt {
		c.cancel()
	}
	return c.Source.Read()
}
