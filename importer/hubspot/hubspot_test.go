// What the tests share: a client of a handler, of a raw connection, and inputs.

package hubspot_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/mapping"
)

// canary is the token of every test. Nothing that a test prints may hold it.
const canary = "pat-na1-canary0c-1234-5678-9abc-def012345678"

func newClient(t testing.TB, c hubspot.Config) *hubspot.Client {
	t.Helper()
	if c.Credentials == nil {
		c.Credentials = hubspot.Static(canary)
	}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	client, err := hubspot.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// serve returns a client of an account that h plays.
func serve(t testing.TB, h http.HandlerFunc) *hubspot.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(t, hubspot.Config{BaseURL: s.URL, KeyProperty: "row_key"})
}

// says returns a handler that gives one answer.
func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// raw returns a client of a server that is one function over a connection, and
// the number of connections that it had.
func raw(t testing.TB, c hubspot.Config, serve func(net.Conn)) (*hubspot.Client, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	c.BaseURL = "http://" + l.Addr().String()
	return newClient(t, c), &conns
}

// request reads one request whole.
func request(conn net.Conn) string {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return ""
	}
	body, _ := io.ReadAll(r.Body)
	return string(body)
}

// answerWith returns a server for raw that reads a request and writes text.
func answerWith(text string) func(net.Conn) {
	return func(conn net.Conn) {
		request(conn)
		io.WriteString(conn, text)
	}
}

func lineItem(trace string, properties ...string) api.Input {
	rec := &mapping.Record{}
	for i := 0; i < len(properties); i += 2 {
		rec.Properties = append(rec.Properties, mapping.Property{Name: properties[i], Value: properties[i+1]})
	}
	return api.Input{Trace: trace, Record: rec}
}

func lineItems(n int) []api.Input {
	inputs := make([]api.Input, n)
	for i := range inputs {
		inputs[i] = lineItem(fmt.Sprintf("run-%d", i+1),
			"name", fmt.Sprintf("Hosting, yearly %d", i), "quantity", "2", "price", "10.50", "hs_sku", fmt.Sprintf("SKU-%06d", i),
			"recurringbillingfrequency", "annually", "hs_line_item_currency_code", "EUR", "row_key", fmt.Sprintf("k%07d", i))
		inputs[i].Record.Associations = []mapping.Association{{To: "deals", ID: "3141592653", Category: "HUBSPOT_DEFINED", TypeID: 20}}
	}
	return inputs
}

// created is the answer 201 for n inputs of lineItems, in another order, in the
// size that HubSpot's have.
func created(n int) string {
	var b strings.Builder
	b.WriteString(`{"completedAt":"2026-06-24T09:00:00.140Z","status":"COMPLETE","startedAt":"2026-06-24T09:00:00.000Z","results":[`)
	for i := n - 1; i >= 0; i-- {
		fmt.Fprintf(&b, `{"id":"%d","properties":{"createdate":"2026-06-24T09:00:00.012Z","hs_lastmodifieddate":"2026-06-24T09:00:00.012Z",`+
			`"hs_object_id":"%d","hs_object_source":"INTEGRATION","hs_object_source_id":"1234567","hs_object_source_label":"INTEGRATION",`+
			`"name":"Hosting, yearly %d","quantity":"2","price":"10.50","hs_line_item_currency_code":"EUR","row_key":"k%07d"},`+
			`"createdAt":"2026-06-24T09:00:00.012Z","updatedAt":"2026-06-24T09:00:00.012Z","archived":false,"objectWriteTraceId":"run-%d",`+
			`"url":"https://app.hubspot.com/contacts/123/record/0-8/%d"}`, 900000000+i, 900000000+i, i, i, i+1, 900000000+i)
		if i > 0 {
			b.WriteByte(',')
		}
	}
	b.WriteString(`]}`)
	return b.String()
}

var ctx = context.Background()
