// The floor of an import's cost: the same work without the care.
//
// It reads a CSV, sends it in batches, syncs an intent before each request and an
// outcome after it, scans the answer for ids, and writes results.csv. It believes
// every answer, matches rows by position, checks nothing, and can't go on after a
// death. `make bench` measures hubload beside it.
package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	workers = 16
	rows    = 100 // of a batch
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		serve(os.Args[2])
		return
	}
	if len(os.Args) != 5 || os.Args[1] != "import" {
		log.Fatal("usage: floor serve ADDRESS | floor import FILE URL DIRECTORY")
	}
	if err := load(os.Args[2], os.Args[3], os.Args[4]); err != nil {
		log.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("allocations %d bytes %d\n", m.Mallocs, m.TotalAlloc)
}

// A batch is the body of a request, and the rows that stand in results.csv.
type batch struct {
	from   int
	body   []byte
	cells  []byte // of all rows, each with its line end
	ends   []int
	answer bytes.Buffer
	ids    [][]byte
}

func load(file, url, dir string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(dir, "results.csv"))
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "journal"))
	if err != nil {
		return err
	}
	j := newJournal(f)
	results := bufio.NewWriterSize(out, 256<<10)
	var mu sync.Mutex // of results

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers, MaxConnsPerHost: workers, DisableCompression: true}}
	free, todo := make(chan *batch, 2*workers), make(chan *batch, workers)
	for range 2 * workers {
		free <- new(batch)
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for b := range todo {
				j.add("i", b.from, len(b.ends), nil)
				post(client, url, b)
				j.add("o", b.from, len(b.ends), b.ids)
				mu.Lock()
				start := 0
				for i, end := range b.ends {
					results.Write(b.cells[start:end])
					results.WriteString(",created,")
					results.Write(b.ids[i])
					results.WriteByte('\n')
					start = end
				}
				mu.Unlock()
				free <- b
			}
		})
	}
	read(in, free, todo)
	close(todo)
	group.Wait()
	if err := results.Flush(); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	return out.Close()
}

// read slices the rows into batches and encodes them.
func read(in io.Reader, free, todo chan *batch) {
	r := csv.NewReader(bufio.NewReaderSize(in, 256<<10))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		log.Fatal(err)
	}
	var keys [][]byte
	for _, name := range header {
		key, _ := jsontext.AppendQuote(nil, name)
		keys = append(keys, append(key, ':'))
	}
	var b *batch
	for n := 1; ; n++ {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if b == nil {
			b = <-free
			b.from, b.body, b.cells, b.ends = n, append(b.body[:0], `{"inputs":[`...), b.cells[:0], b.ends[:0]
		}
		b.row(keys, record, n)
		if len(b.ends) == rows {
			b.body = append(b.body, `]}`...)
			todo <- b
			b = nil
		}
	}
	if b != nil {
		b.body = append(b.body, `]}`...)
		todo <- b
	}
}

func (b *batch) row(keys [][]byte, record []string, n int) {
	if len(b.ends) > 0 {
		b.body = append(b.body, ',')
	}
	b.body = append(b.body, `{"objectWriteTraceId":"`...)
	b.body = strconv.AppendInt(b.body, int64(n), 10)
	b.body = append(b.body, `","properties":{`...)
	last := len(record) - 1 // the deal
	for i, cell := range record {
		if i > 0 {
			b.cells = append(b.cells, ',')
		}
		b.cells = append(b.cells, cell...)
		if i == last {
			break
		}
		if i > 0 {
			b.body = append(b.body, ',')
		}
		b.body = append(b.body, keys[i]...)
		b.body, _ = jsontext.AppendQuote(b.body, cell)
	}
	b.body = append(b.body, `},"associations":[{"to":{"id":"`...)
	b.body = append(b.body, record[last]...)
	b.body = append(b.body, `"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]}`...)
	b.ends = append(b.ends, len(b.cells))
}

func post(client *http.Client, url string, b *batch) {
	req, err := http.NewRequest(http.MethodPost, url+"/crm/v3/objects/line_items/batch/create", bytes.NewReader(b.body))
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer floor")
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	b.answer.Reset()
	if _, err := b.answer.ReadFrom(io.LimitReader(res.Body, 16<<20)); err != nil {
		log.Fatal(err)
	}
	res.Body.Close()
	b.ids = b.ids[:0]
	rest := b.answer.Bytes()
	for {
		i := bytes.Index(rest, []byte(`{"id":"`))
		if i < 0 {
			break
		}
		rest = rest[i+len(`{"id":"`):]
		end := bytes.IndexByte(rest, '"')
		b.ids = append(b.ids, rest[:end])
	}
	if res.StatusCode != http.StatusCreated || len(b.ids) != len(b.ends) {
		log.Fatalf("status %d, %d ids for %d rows", res.StatusCode, len(b.ids), len(b.ends))
	}
}
