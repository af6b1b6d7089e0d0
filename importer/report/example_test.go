// The reports of a small run.

package report_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/mapping"
)

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// A run has left a journal.
	path := filepath.Join(dir, "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Run: "1a2b3c4d", Started: time.Now()})
	if err != nil {
		log.Fatal(err)
	}
	err = j.Settle([]journal.Fate{
		{Row: 1, Kind: journal.Created, ID: "51234567890", Attempts: 1},
		{Row: 2, Kind: journal.Refused, Code: "INVALID_INTEGER", Property: "quantity", Message: "{value} is no whole number", Attempts: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := j.Close(); err != nil {
		log.Fatal(err)
	}
	state, err := journal.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	defer state.Close()

	// With the input it becomes reports.
	m, err := mapping.Parse([]byte("properties: { name: Product, quantity: Qty }"))
	if err != nil {
		log.Fatal(err)
	}
	input := "Product;Qty\n\"Bolt; M8\";200\nNut;a dozen\nWasher;5\n"
	source := report.Source{
		Open: func() (*csvfile.Reader, error) {
			return csvfile.NewReader(strings.NewReader(input), csvfile.Options{})
		},
		Mapper: m.Compile,
	}
	counts, err := report.Write(dir, source, state, report.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", counts)
	for _, name := range []string{"results.csv", "failures.csv"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s:\n%s", name, data)
	}
	// Output:
	// {Rows:3 Created:1 Updated:0 Unchanged:0 Existing:0 Refused:1 InDoubt:0 Pending:1 LeftOut:0 IDsUnknown:0 Warnings:0}
	// results.csv:
	// Product;Qty;hubload_row;hubload_line;hubload_status;hubload_id;hubload_warning
	// "Bolt; M8";200;1;2;created;51234567890;
	// failures.csv:
	// Product;Qty;hubload_row;hubload_line;hubload_code;hubload_property;hubload_message;hubload_retryable;hubload_attempts;hubload_correlation_id;hubload_run
	// Nut;a dozen;2;3;INVALID_INTEGER;quantity;"""a dozen"" is no whole number";false;1;;1a2b3c4d
}

func ExampleNeutralise() {
	for _, cell := range []string{"=1+1", "-1.5", "'=1+1", "plain"} {
		safe := report.Neutralise(cell)
		fmt.Println(safe, report.Restore(safe) == cell)
	}
	// Output:
	// '=1+1 true
	// -1.5 true
	// ''=1+1 true
	// plain true
}
