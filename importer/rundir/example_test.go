package rundir_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

// A whole import of a file, with progress, reports, and the certainty that a second
// call goes on with the first.
func Example() {
	server := httptest.NewServer(hubspottest.New(hubspottest.Config{})) // instead of HubSpot
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("name,quantity,price,deal_id\nHosting,12,9.90,9002100472\nBackup,1,150,9002100472\nSupport,two,49,9002100472\n"), 0o600); err != nil {
		log.Fatal(err)
	}

	o := rundir.Options{
		File: file, Dir: filepath.Join(dir, "run"), StateDir: filepath.Join(dir, "state"), BaseURL: server.URL,
		Connect: func(_ context.Context, e rundir.Endpoint) (rundir.Account, error) {
			return hubspot.New(hubspot.Config{
				BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key,
				Credentials: hubspot.Static("pat-na1-a-token"),
			})
		},
		Watch: func(live rundir.Live) (stop func()) { // at work; another goroutine could show it now and then
			return func() { fmt.Println(live.Progress.Now().Requests, "request") }
		},
	}
	for range 2 {
		result, err := rundir.Import(context.Background(), o)
		if err != nil {
			log.Fatal(err) // after Ctrl-C or a lost network, the same call goes on
		}
		fmt.Println(result.Summary.Created, "created,", result.Summary.Refused, "refused; finished before:", result.Done)
	}
	// Output:
	// 1 request
	// 2 created, 1 refused; finished before: false
	// 2 created, 1 refused; finished before: true
}

// A run is undone: its records are archived, unless somebody has changed them since.
func ExampleUndo() {
	account := hubspottest.New(hubspottest.Config{})
	server := httptest.NewServer(account) // instead of HubSpot
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("name,quantity,price\nHosting,12,9.90\nBackup,1,150\nSupport,2,49\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	o := rundir.Options{
		File: file, Dir: filepath.Join(dir, "run"), StateDir: filepath.Join(dir, "state"), BaseURL: server.URL, Unassociated: true,
		Connect: func(_ context.Context, e rundir.Endpoint) (rundir.Account, error) {
			return hubspot.New(hubspot.Config{
				BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key,
				Credentials: hubspot.Static("pat-na1-a-token"),
			})
		},
	}
	if _, err := rundir.Import(context.Background(), o); err != nil {
		log.Fatal(err)
	}
	for item := range account.Objects("line_items") {
		if item.Properties["name"] == "Backup" {
			if err := account.Edit("line_items", item.ID, map[string]string{"price": "140"}); err != nil {
				log.Fatal(err)
			}
		}
	}

	undone, err := rundir.Undo(context.Background(), o.Dir, rundir.UndoOptions{
		Confirm: func(p rundir.UndoPlan) error {
			fmt.Println(p.Records, "records")
			return nil
		},
	}, o)
	if err != nil {
		log.Fatal(err) // the same call goes on
	}
	fmt.Println(undone.Fates.Archived, "archived,", undone.Fates.Changed, "kept; complete:", undone.Complete())
	// Output:
	// 3 records
	// 2 archived, 1 kept; complete: false
}
