// Answers: their headers, and how they leave.

package hubspottest

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	jsonType = "application/json;charset=utf-8"
	isoTime  = "2006-01-02T15:04:05.000Z"
)

// A response is an answer before it leaves. Status 0 closes the connection instead.
type response struct {
	status int
	header [][2]string // beside the usual ones; a name here replaces the usual one
	body   []byte
	cut    bool // promise the whole body, send a part, close
	bare   bool // not from HubSpot itself: none of its headers
}

func hangup() *response { return &response{} }

func (r *response) set(name, value string) { r.header = append(r.header, [2]string{name, value}) }

// write sends a response. Header names are in Go's canonical form; HTTP does not tell them from HubSpot's lower case.
func (a *Account) write(w http.ResponseWriter, c *call, resp *response) {
	if resp.status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Server", "cloudflare")
	h.Set("Content-Type", jsonType)
	if !resp.bare {
		h.Set("X-Hubspot-Correlation-Id", c.correlation)
		c.window.headers(h)
	}
	for _, kv := range resp.header {
		h.Set(kv[0], kv[1])
	}
	switch {
	case resp.cut:
		h.Set("Content-Length", strconv.Itoa(len(resp.body)))
		w.WriteHeader(resp.status)
		if len(resp.body) > 0 {
			_, _ = w.Write(resp.body[:c.rng.IntN(len(resp.body))])
		}
		// Without the flush the server would drop what it has buffered, header and all.
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case a.config.Gzip && len(resp.body) > 0 && h.Get("Content-Encoding") == "" && strings.Contains(c.request.Header.Get("Accept-Encoding"), "gzip"):
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(resp.status)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(w)
		_, _ = z.Write(resp.body)
		_ = z.Close()
		zippers.Put(z)
	default:
		if resp.status == http.StatusNoContent {
			h.Del("Content-Type")
		} else {
			h.Set("Content-Length", strconv.Itoa(len(resp.body)))
		}
		w.WriteHeader(resp.status)
		_, _ = w.Write(resp.body)
	}
}

// zippers are kept because each is about a megabyte.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for levels that do not exist only
	return z
}}
