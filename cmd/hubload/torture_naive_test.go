// An importer as they are usually written, to see whether the harness finds out.

//go:build unix

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

const naiveEnv = "HUBLOAD_TEST_NAIVE"

// The test binary with naiveEnv in its environment is the naive importer. It has to
// be asked before TestMain, which would run the tests.
func init() {
	if os.Getenv(naiveEnv) != "" {
		if err := naiveImport(os.Args[1:]); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(exitFailed)
		}
		os.Exit(exitOK)
	}
}

// A naive importer takes its results file for a checkpoint, and repeats what got no
// answer or a 5xx, as HubSpot's own SDKs do.
type naive struct {
	url      string
	mu       sync.Mutex
	results  *csv.Writer
	failures *csv.Writer
}

type naiveRow struct {
	cells []string // of the report: the input's, number and line
	trace string
}

func naiveImport(args []string) error {
	fs := flag.NewFlagSet("naive", flag.ContinueOnError)
	url := fs.String("base-url", "", "")
	run := fs.String("run", "", "")
	workers := fs.Int("workers", 4, "")
	size := fs.Int("batch-size", 100, "")
	if err := fs.Parse(args[2:]); err != nil {
		return err
	}
	if err := os.MkdirAll(*run, 0o700); err != nil {
		return err
	}
	n := &naive{url: *url + "/crm/v3/objects/line_items/batch/create"}
	done := map[string]bool{}
	var err error
	if n.results, err = n.open(filepath.Join(*run, "results.csv"), done, "status", "id", "warning"); err != nil {
		return err
	}
	if n.failures, err = n.open(filepath.Join(*run, "failures.csv"), done, "code", "property", "message", "retryable", "attempts", "correlation_id", "run"); err != nil {
		return err
	}
	in, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer in.Close()
	batches := make(chan []naiveRow)
	var group sync.WaitGroup
	for range *workers {
		group.Go(func() {
			for batch := range batches {
				n.load(batch)
			}
		})
	}
	r := csv.NewReader(in)
	_, _ = r.Read()
	var batch []naiveRow
	for number := 1; ; number++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		row := strconv.Itoa(number)
		if done[row] {
			continue
		}
		batch = append(batch, naiveRow{append(cells, row, strconv.Itoa(line)), "naive-" + row})
		if len(batch) == *size {
			batches <- batch
			batch = nil
		}
	}
	if len(batch) > 0 {
		batches <- batch
	}
	close(batches)
	group.Wait()
	return nil
}

// open opens a report to append to it, and notes which rows it holds.
func (n *naive) open(path string, done map[string]bool, own ...string) (*csv.Writer, error) {
	data, _ := os.ReadFile(path)
	r := csv.NewReader(bytes.NewReader(data))
	width := len(ordersHeader())
	for {
		cells, err := r.Read()
		if err != nil {
			break
		}
		done[cells[width]] = true
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	w := csv.NewWriter(f)
	if len(data) == 0 {
		header := append(ordersHeader(), "hubload_row", "hubload_line")
		for _, c := range own {
			header = append(header, "hubload_"+c)
		}
		_ = w.Write(header)
		w.Flush()
	}
	return w, w.Error()
}

// load sends a batch, up to three times.
func (n *naive) load(batch []naiveRow) {
	type input struct {
		Trace      string            `json:"objectWriteTraceId"`
		Properties map[string]string `json:"properties"`
	}
	var inputs []input
	for _, r := range batch {
		billing := map[string]string{"月次": "monthly", "yearly": "annually"}[r.cells[5]]
		p := map[string]string{"name": r.cells[0], "quantity": r.cells[1], "price": r.cells[2], whoProperty: r.cells[3], "description": r.cells[4]}
		if billing != "" {
			p["recurringbillingfrequency"] = billing
		}
		inputs = append(inputs, input{r.trace, p})
	}
	body, _ := json.Marshal(map[string]any{"inputs": inputs})
	for try := 1; ; try++ {
		answer, again, err := n.send(body)
		if again && try < 3 {
			continue
		}
		n.settle(batch, answer, err)
		return
	}
}

// A naiveAnswer is what it reads of an answer.
type naiveAnswer struct {
	Results []struct {
		ID    string `json:"id"`
		Trace string `json:"objectWriteTraceId"`
	} `json:"results"`
}

func (n *naive) send(body []byte) (answer naiveAnswer, again bool, err error) {
	req, err := http.NewRequest(http.MethodPost, n.url, bytes.NewReader(body))
	if err != nil {
		return answer, false, err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("HUBSPOT_ACCESS_TOKEN"))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer, true, err
	}
	defer res.Body.Close()
	if code := res.StatusCode; code == 408 || code == 409 || code == 429 || code >= 500 {
		return answer, true, errors.New(res.Status)
	}
	return answer, false, json.NewDecoder(res.Body).Decode(&answer)
}

// settle writes what became of a batch.
func (n *naive) settle(batch []naiveRow, answer naiveAnswer, err error) {
	ids := map[string]string{}
	for _, r := range answer.Results {
		ids[r.Trace] = r.ID
	}
	message := "HubSpot didn't create it"
	if err != nil {
		message = err.Error()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range batch {
		if id, ok := ids[r.trace]; ok {
			_ = n.results.Write(append(r.cells, "created", id, ""))
		} else {
			_ = n.failures.Write(append(r.cells, "FAILED", "", message, "false", "1", "", ""))
		}
	}
	n.results.Flush()
	n.failures.Flush()
}
