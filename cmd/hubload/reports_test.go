// Reading reports as anybody would.

package main

import (
	"encoding/csv"
	"os"
	"testing"
)

// readReport returns the rows of a CSV without its header.
func readReport(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}
