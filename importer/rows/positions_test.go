package rows_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const positionMapping = `
properties: { name: Name, n: { position: deals } }
associations: [ { to: deals, column: Deal, optional: true } ]
`

// positions are the numbers that rows are sent with, "-" for refused rows, and what
// a failures file holds of each row.
func positions(t *testing.T, text, csv string) (sent, columns []string) {
	t.Helper()
	mapper := mapperOf(t, text, csv)
	p, err := rows.FindPositions(t.Context(), sourceOf(csv), mapper)
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	err = rows.Each(t.Context(), sourceOf(csv), rows.Config{Mapper: mapper, Positions: p}, func(row *rows.Row) error {
		number := "-"
		if row.Map(&rec) == nil {
			number = ""
			for _, p := range rec.Properties {
				if p.Name != "name" {
					number += p.Value
				}
			}
		}
		sent, columns = append(sent, number), append(columns, row.Position())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent, columns
}

func TestPositionsOfASourceFile(t *testing.T) {
	const csv = "Name,Deal\nr1,1\nr2,1\nr3,2\nr4,x\nr5,1,x\nr6,001\nr7,\nr8,2\nr9,1\n"
	sent, columns := positions(t, positionMapping, csv)
	if diff := cmp.Diff([]string{"1", "2", "1", "-", "-", "3", "", "2", "4"}, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	// Rows without a group come last if they get one: 9 rows and their own number.
	if diff := cmp.Diff([]string{"1", "2", "1", "1", "14", "3", "16", "2", "4"}, columns); diff != "" {
		t.Errorf("hubload_position (-want +got):\n%s", diff)
	}
}

func TestPositionsOfAFailuresFile(t *testing.T) {
	const csv = "Name,Deal,hubload_row,hubload_position\n" +
		"as it was,1,2,2\nmoved,7,4,1\nlast,1,5,14\nwithout,,7,16\nempty,1,9,\nno number,1,9,two\nzero,1,9,0\nempty and without,,9,\n"
	sent, columns := positions(t, positionMapping, csv)
	if diff := cmp.Diff([]string{"2", "1", "14", "", "-", "-", "-", ""}, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2", "1", "14", "16", "", "two", "0", ""}, columns); diff != "" {
		t.Errorf("the column (-want +got):\n%s", diff)
	}
}

func TestPositionsBySeveralRules(t *testing.T) {
	const text = `
properties: { name: Name, n: { position: deals }, m: { position: quotes } }
associations: [ { to: deals, column: Deal }, { to: quotes, column: Quote } ]
`
	_, columns := positions(t, text, "Name,Deal,Quote\na,1,1\nb,1,2\nc,,2\n")
	if diff := cmp.Diff([]string{"n=1 m=1", "n=2 m=1", "n=6 m=2"}, columns); diff != "" {
		t.Errorf("the column (-want +got):\n%s", diff)
	}
	sent, _ := positions(t, text, "Name,Deal,Quote,hubload_row,hubload_position\na,1,1,1,m=4 n=3\nb,,1,2,m=5\nc,1,1,3,m=5\nd,1,1,4,7\n")
	if diff := cmp.Diff([]string{"34", "5", "-", "-"}, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// A row of a failures file has the number that it has in the source file, and no
// other row has it, however rows without a group are corrected.
func TestPositionsAreGivenOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		n := 2 + rng.IntN(30)
		source, deals := "Name,Deal\n", make([]string, n)
		for i := range deals {
			if deals[i] = fmt.Sprint(1 + rng.IntN(4)); rng.IntN(4) == 0 {
				deals[i] = ""
			}
			source += fmt.Sprintf("r,%s\n", deals[i])
		}
		sent, columns := positions(t, positionMapping, source)
		given := map[string]bool{} // deal and number
		give := func(deal, number string) {
			if key := deal + "/" + number; number != "" && given[key] {
				t.Fatalf("%s is given twice; the source file:\n%s", key, source)
			} else {
				given[key] = true
			}
		}
		failures := "Name,Deal,hubload_row,hubload_position\n"
		var corrected []string
		for i, deal := range deals {
			if deal != "" && rng.IntN(3) > 0 {
				give(deal, sent[i])
				continue
			}
			if deal == "" {
				deal = fmt.Sprint(1 + rng.IntN(4))
			}
			corrected = append(corrected, deal)
			failures += fmt.Sprintf("r,%s,%d,%s\n", deal, i+1, columns[i])
		}
		sent, _ = positions(t, positionMapping, failures)
		for i, number := range sent {
			give(corrected[i], number)
		}
	}
}

func TestPositionsOfManyGroups(t *testing.T) {
	// A quarter of a million groups, some of which come back once.
	var b strings.Builder
	b.WriteString("Name,Deal\n")
	for i := range 250_000 {
		fmt.Fprintf(&b, "a,%d\n", i+1)
		if i%1000 == 999 {
			fmt.Fprintf(&b, "b,%d\n", i-500)
		}
	}
	mapper := mapperOf(t, positionMapping, b.String())
	p, err := rows.FindPositions(t.Context(), sourceOf(b.String()), mapper)
	if err != nil {
		t.Fatal(err)
	}
	apart := 0
	err = rows.Each(t.Context(), sourceOf(b.String()), rows.Config{Positions: p}, func(row *rows.Row) error {
		apart += len(row.Apart())
		if want := map[string]string{"a": "1", "b": "2"}[row.Fields[0]]; row.Position() != want {
			return fmt.Errorf("row %d is %s, want %s", row.Row, row.Position(), want)
		}
		return nil
	})
	if err != nil || apart != 250 {
		t.Errorf("%v; the rows of %d groups don't follow each other, want 250", err, apart)
	}
}

func TestPositionsThatAreNotAskedFor(t *testing.T) {
	const failures = "Name,Price,Deal,hubload_row\na,1,2,3\n"
	never := func() (rows.Source, error) { panic("the input is read") }
	if p, err := rows.FindPositions(t.Context(), never, mapperOf(t, itemMapping, failures)); p != nil || err != nil || p.Start() != nil {
		t.Errorf("%v, %v", p, err)
	}
	// A failures file of an earlier version doesn't say which positions its rows have.
	_, err := rows.FindPositions(t.Context(), sourceOf(failures), mapperOf(t, positionMapping, failures))
	if !errors.Is(err, rows.ErrNoPositions) {
		t.Errorf("%v", err)
	}
}
