// How a run uses its journal, and how the next process goes on with it.

package journal_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/journal"
)

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	guard, err := journal.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		log.Fatal(err)
	}
	defer guard.Release()

	path := filepath.Join(dir, "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Run: "1a2b3c4d", Started: time.Now()})
	if err != nil {
		log.Fatal(err)
	}
	read := journal.Slice{Span: journal.Span{From: 1, To: 4}, CRC: 0x7a61ce21}
	bad := journal.Fate{Row: 3, Kind: journal.Refused, Code: "REQUIRED_EMPTY", Message: "the cell is empty"}
	n, err := j.Begin([]journal.Slice{read}, []journal.Fate{bad}, []int64{1, 2, 4}, 1)
	if err != nil {
		log.Fatal(err)
	}
	// Here the request leaves. Its answer names rows 1 and 2.
	err = j.End(n, []journal.Fate{
		{Row: 1, Kind: journal.Created, ID: "51234567890", Attempts: 1},
		{Row: 2, Kind: journal.Created, ID: "51234567891", Attempts: 1},
		{Row: 4, Kind: journal.InDoubt, Code: "NOT_NAMED", Message: "the answer doesn't name the row", Attempts: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := j.Close(); err != nil {
		log.Fatal(err)
	}

	j, state, err := journal.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	defer state.Close()
	rows, _ := state.Rows()
	for row := int64(1); row <= rows; row++ {
		fate, _, err := state.Fate(row)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(fate.Row, fate.Kind, fate.ID+fate.Code)
	}
	// Output:
	// 1 created 51234567890
	// 2 created 51234567891
	// 3 refused REQUIRED_EMPTY
	// 4 in_doubt NOT_NAMED
}
