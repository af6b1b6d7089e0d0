// A server that costs next to nothing: it believes every request, and answers with
// what a real one answers, about 390 bytes a row.

package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

func serve(addr string) {
	var next atomic.Int64
	next.Store(900_000_000)
	type room struct {
		body bytes.Buffer
		out  []byte
	}
	rooms := sync.Pool{New: func() any { return new(room) }}
	create := func(w http.ResponseWriter, r *http.Request) {
		room := rooms.Get().(*room)
		defer rooms.Put(room)
		room.body.Reset()
		if _, err := room.body.ReadFrom(r.Body); err != nil {
			return
		}
		room.out = appendAnswer(room.out[:0], room.body.Bytes(), &next)
		h := w.Header()
		h["Content-Type"] = []string{"application/json;charset=utf-8"}
		h["Content-Length"] = []string{strconv.Itoa(len(room.out))}
		h["X-Hubspot-Ratelimit-Max"] = []string{"100000"}
		h["X-Hubspot-Ratelimit-Interval-Milliseconds"] = []string{"1000"}
		w.WriteHeader(http.StatusCreated)
		w.Write(room.out)
	}
	http.HandleFunc("POST /crm/v3/objects/line_items/batch/create", create)
	http.HandleFunc("GET /account-info/v3/details", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"portalId":1,"timeZone":"UTC","companyCurrency":"EUR","accountType":"STANDARD"}`)
	})
	http.HandleFunc("GET /crm/v3/properties/line_items", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"results":[`)
		for i, p := range []struct{ name, kind string }{
			{"name", "string"},
			{"hs_sku", "string"},
			{"quantity", "number"},
			{"price", "number"},
			{"hs_recurring_billing_start_date", "date"},
			{"hs_line_item_currency_code", "string"},
			{"description", "string"},
		} {
			if i > 0 {
				io.WriteString(w, ",")
			}
			fmt.Fprintf(w, `{"name":%q,"label":%[1]q,"description":"","groupName":"g","type":%q,"fieldType":"text","options":[]}`, p.name, p.kind)
		}
		io.WriteString(w, `]}`)
	})
	log.Fatal(http.ListenAndServe(addr, nil))
}

// appendAnswer gives back trace id and properties of each input.
func appendAnswer(dst, body []byte, next *atomic.Int64) []byte {
	const trace, properties, end = `"objectWriteTraceId":"`, `"properties":{`, `},"associations"`
	dst = append(dst, `{"completedAt":"2026-06-24T09:00:00.140Z","status":"COMPLETE","startedAt":"2026-06-24T09:00:00.000Z","results":[`...)
	first := true
	for {
		i := bytes.Index(body, []byte(trace))
		if i < 0 {
			break
		}
		body = body[i+len(trace):]
		id := body[:bytes.IndexByte(body, '"')]
		body = body[bytes.Index(body, []byte(properties))+len(properties):]
		sent := body[:bytes.Index(body, []byte(end))]
		if !first {
			dst = append(dst, ',')
		}
		first = false
		n := next.Add(1)
		dst = append(dst, `{"id":"`...)
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, `","properties":{"createdate":"2026-06-24T09:00:00.012Z","hs_object_id":"`...)
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, `",`...)
		dst = append(dst, sent...)
		dst = append(dst, `},"createdAt":"2026-06-24T09:00:00.012Z","updatedAt":"2026-06-24T09:00:00.012Z","archived":false,"objectWriteTraceId":"`...)
		dst = append(dst, id...)
		dst = append(dst, `","url":"https://app.hubspot.com/c/1/record/0-8/`...)
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, `"}`...)
	}
	return append(dst, `]}`...)
}
