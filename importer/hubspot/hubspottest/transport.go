// The account without a network: an http.RoundTripper that calls it, for tests within a testing/synctest bubble.

package hubspottest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
)

// RoundTrip carries a request to the account as a network would: the account carries out what has left even when the
// client's context ends, a connection that is closed is an [io.ErrUnexpectedEOF], and a compressed answer that the client
// did not ask for is unpacked. It makes an Account an [http.RoundTripper]; any host will do. Goroutines that a request
// leaves behind end when it has been carried out, but for what [Account.Settle] waits for.
func (a *Account) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	in := r.Clone(context.WithoutCancel(r.Context()))
	in.Body = io.NopCloser(bytes.NewReader(body))
	unpack := in.Header.Get("Accept-Encoding") == ""
	if unpack {
		in.Header.Set("Accept-Encoding", "gzip")
	}
	answered := make(chan *http.Response, 1)
	go func() {
		rec := httptest.NewRecorder()
		whole := a.serve(rec, in)
		if !whole && !rec.Flushed {
			answered <- nil
			return
		}
		answered <- recorded(rec, r, whole, unpack)
	}()
	select {
	case resp := <-answered:
		if resp == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// serve answers a request, and reports whether it did so to the end.
func (a *Account) serve(w http.ResponseWriter, r *http.Request) (whole bool) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			panic(p)
		}
	}()
	a.ServeHTTP(w, r)
	return true
}

// recorded is a response as http.Transport hands it over.
func recorded(rec *httptest.ResponseRecorder, r *http.Request, whole, unpack bool) *http.Response {
	resp := rec.Result()
	resp.Request = r
	if !whole {
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, brokenOff{}))
	}
	if unpack && resp.Header.Get("Content-Encoding") == "gzip" {
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength, resp.Uncompressed = -1, true
		resp.Body = io.NopCloser(&unpacking{from: resp.Body})
	}
	return resp
}

// brokenOff is the end of an answer whose connection was closed.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// unpacking begins when it is first read, so that a damaged answer is an error of its body.
type unpacking struct {
	from io.Reader
	zip  *gzip.Reader
}

func (u *unpacking) Read(p []byte) (n int, err error) {
	if u.zip == nil {
		if u.zip, err = gzip.NewReader(u.from); err != nil {
			return 0, err
		}
	}
	return u.zip.Read(p)
}
