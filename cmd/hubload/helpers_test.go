// What several tests of the program need.

package main

import (
	"context"
	"encoding/csv"
	"flag"
	"net/http"
	"os"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

var (
	everyFault = flag.Bool("faults.all", false, "each system call fails, and is the last; each size of disk and memory; otherwise some of them")
	raceAll    = flag.Bool("race.all", false, "with the race detector, run what is otherwise only sampled")
)

// The names that tests look for in run directories.
const (
	runsDir       = rundir.Root
	defaultObject = rundir.DefaultObject
	runName       = "run.json"
	journalName   = "journal.jsonl"
	resultsName   = "results.csv"
	failedName    = "failures.csv"
)

// run carries out one command line in the test's process.
func run(args []string, sys system) int { return execute(context.Background(), args, sys) }

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
