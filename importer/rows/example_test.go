package rows_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// A LineItem names its columns by tags.
type LineItem struct {
	Product  string `csv:"Product"`
	Quantity int    `csv:"Qty"`
	Price    string `csv:"Unit price"`
	Deal     int64  `csv:"Deal ID"`
}

// A Go program imports a slice of its own structs.
func ExampleTyped() {
	account := hubspottest.New(hubspottest.Config{})
	if _, err := account.AddRecord("deals", "17000000001", nil); err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(account)
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	items := []LineItem{
		{"Hosting", 12, "9.90", 17000000001},
		{"Backup", 1, "150", 17000000001},
		{"", 1, "1", 17000000001}, // has no name, and is refused
	}
	src, err := rows.Typed(slices.Values(items))
	if err != nil {
		log.Fatal(err)
	}
	defer src.Close()
	m, err := mapping.Parse([]byte(`
properties:
  name:     { column: Product, required: true }
  quantity: Qty
  price:    Unit price
associations: [ { to: deals, column: Deal ID } ]
`))
	if err != nil {
		log.Fatal(err)
	}
	mapper, err := m.Compile(src.Header())
	if err != nil {
		log.Fatal(err)
	}
	client, err := hubspot.New(hubspot.Config{BaseURL: server.URL, Credentials: hubspot.Static("a-token")})
	if err != nil {
		log.Fatal(err)
	}
	j, err := journal.Create(filepath.Join(dir, "journal.jsonl"), journal.Header{Run: "1a2b3c4d", Started: time.Now()})
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	var progress importer.Progress
	err = importer.Run(context.Background(), importer.Import{
		Source: src, Rows: rows.Config{Mapper: mapper}, API: client, Limiter: ratelimit.New(ratelimit.Options{}),
		Journal: j, Name: "1a2b3c4d", Progress: &progress,
	})
	if err != nil {
		log.Fatal(err)
	}
	c := progress.Counts()
	fmt.Println("created", c.Created, "refused", c.Refused)
	for item := range account.Objects("line_items") {
		fmt.Println(item.Properties["quantity"], item.Properties["name"])
	}
	// Output:
	// created 2 refused 1
	// 12 Hosting
	// 1 Backup
}
