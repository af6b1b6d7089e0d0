// What several tests of the program need.

package main

import (
	"encoding/csv"
	"net/http"
	"os"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
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

// current serves whatever account the pointer points at.
func current(account **hubspottest.Account) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*account).ServeHTTP(w, r) })
}

// ruled is a number that the account takes only from 0 on, as rules that its admins set
// do: the definition doesn't tell, so that rows with less are refused by the account
// and not before.
func ruled(name string) hubspottest.Property {
	return hubspottest.Property{Name: name, Label: name, Type: "number", NotNegative: true}
}
