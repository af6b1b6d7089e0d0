package watch_test

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
	"github.com/hubload/hubload/importer/watch"
)

// A folder into which two files were put, one of them twice.
func Example() {
	server := httptest.NewServer(hubspottest.New(hubspottest.Config{})) // instead of HubSpot
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	drop := filepath.Join(dir, "orders")
	for name, text := range map[string]string{
		"orders/mon.csv":      "name,quantity\nHosting,12\nBackup,1\n",
		"orders/mon copy.csv": "name,quantity\nHosting,12\nBackup,1\n",
		"orders/tue.csv":      "name,quantity\nSupport,two\n",
	} {
		if err := os.MkdirAll(drop, 0o700); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	w, err := watch.New(watch.Options{
		Config: watch.Config{
			State: filepath.Join(dir, "state"),
			Drops: []watch.Drop{{Name: "orders", Dir: drop, Ready: watch.Ready{Rename: true}}},
		},
		Import: rundir.Options{StateDir: filepath.Join(dir, "account"), BaseURL: server.URL, Unassociated: true},
		Connect: func(_ context.Context, _ watch.Account, e rundir.Endpoint) (rundir.Account, error) {
			return hubspot.New(hubspot.Config{
				BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key,
				Credentials: hubspot.Static("pat-na1-a-token"),
			})
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	found, err := w.Once(context.Background())
	if err != nil {
		log.Fatal(err) // after Ctrl-C, the next look goes on
	}
	for _, e := range found.Events {
		fmt.Println(e.File, "is", e.Event)
	}
	fmt.Println("exit code", found.Code)
	// Output:
	// mon copy.csv is done
	// mon.csv is duplicate
	// tue.csv is open
	// exit code 3
}
