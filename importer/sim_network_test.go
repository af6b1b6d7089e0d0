// The network of a simulated run: a RoundTripper that carries requests to the account, and loses, cuts and delays them.

package importer_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

var (
	errNoConnection = errors.New("connect: connection refused")
	errLost         = errors.New("read: connection reset by peer")
	errProcessDied  = errors.New("the process has died")
)

// A simWorld is what outlives the processes of a run: the account and the way to it.
type simWorld struct {
	plan    *simPlan
	input   *simInput
	account *hubspottest.Account
	busy    sync.WaitGroup // what the account's side still works on

	mu        sync.Mutex
	calm      bool // nothing happens to requests any more
	sent      uint64
	exchanges []*exchange
}

func newSimWorld(p *simPlan, in *simInput) (*simWorld, error) {
	w := &simWorld{plan: p, input: in, account: hubspottest.New(p.account)}
	return w, in.furnish(w.account, p)
}

// quieten ends all trouble, but for what is under way.
func (w *simWorld) quieten() {
	w.account.SetFaults()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calm = true
}

// settle waits until nothing that was ever sent can still change the account.
func (w *simWorld) settle() {
	w.busy.Wait()
	w.account.Settle()
}

// An exchange is a request for batch/create as the client's side of the network
// saw it. It is written by one goroutine and read when the run is over.
type exchange struct {
	rows   map[string]string // names of the rows whose request was handed over, by trace
	taken  bool              // with its last byte
	status int               // of the answer that the client got; 0: none
	body   []byte            // of that
	whole  bool              // it was read to its end
}

// A trouble is what happens to one request.
type trouble struct {
	refused, lost bool
	cut           float64 // where in the body; 0: nowhere, 1: behind it
	cutAnswer     float64 // likewise
	way           time.Duration
	wait          time.Duration // before the connection is refused or lost, or the answer comes
	stall         time.Duration // within the answer
	copies        int
}

func (w *simWorld) trouble(n uint64) trouble {
	r := rand.New(rand.NewPCG(w.plan.seed, 1000+n))
	net := w.plan.net
	t := trouble{way: upTo(r, 30*time.Millisecond), copies: 1}
	if w.calm {
		return t
	}
	t.wait = upTo(r, 20*time.Millisecond)
	if !net.prompt {
		t.way = upTo(r, 2*time.Second)
	}
	switch {
	case chance(r, net.refused):
		t.refused = true
	case chance(r, net.cut):
		t.cut = r.Float64()
	case chance(r, net.lastByte):
		t.cut = 1
	case chance(r, net.lost):
		t.lost, t.wait = true, upTo(r, 10*time.Second)
	case chance(r, net.cutAnswer):
		t.cutAnswer = r.Float64()
	}
	if chance(r, net.slow) {
		t.wait += upTo(r, 2*w.plan.timeout)
	}
	if chance(r, net.stall) {
		t.stall = upTo(r, 2*w.plan.timeout)
	}
	if chance(r, net.stuck) {
		t.way = upTo(r, 3*w.plan.timeout)
	}
	if chance(r, net.replay) {
		t.copies = 2
	}
	return t
}

// A simWire is the network as one process has it.
type simWire struct {
	world *simWorld
	died  chan struct{} // closed when the process dies
	// leave is called for each create before it leaves, with its rows.
	leave func(names []string)
	// enter lets a request out, unless the process is dead.
	enter func() error
	out   func() bool // no connection for a while
	// at is where the process may die.
	at func(point string, here bool) error
}

func (w *simWire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := w.enter(); err != nil {
		return nil, err
	}
	create := strings.HasSuffix(req.URL.Path, "/batch/create")
	if err := w.at(pointDial, create); err != nil {
		return nil, err
	}
	world := w.world
	x := &exchange{}
	world.mu.Lock()
	world.sent++
	t := world.trouble(world.sent)
	if create {
		world.exchanges = append(world.exchanges, x)
	}
	world.mu.Unlock()

	if t.refused || w.out() {
		return nil, errors.Join(w.pause(req.Context(), t.wait), errNoConnection)
	}
	if err := w.at(pointFirstByte, create); err != nil {
		_, _ = req.Body.Read(make([]byte, 1))
		return nil, err
	}
	body, err := x.take(req, t.cut, w.world.input)
	if err != nil {
		return nil, err
	}
	w.leave(x.names())
	got := make(chan *httptest.ResponseRecorder, 1)
	if t.cut < 1 {
		world.busy.Go(func() {
			time.Sleep(t.way)
			var rec *httptest.ResponseRecorder
			for range t.copies {
				rec = world.serve(req, body, t.cut > 0)
			}
			got <- rec
		})
	}
	// What has left is carried out, whatever becomes of who sent it.
	if err := w.at(pointLastByte, create); err != nil {
		return nil, err
	}
	if t.cut > 0 || t.lost {
		return nil, errors.Join(w.pause(req.Context(), t.wait), errLost)
	}
	var rec *httptest.ResponseRecorder
	select {
	case rec = <-got:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	case <-w.died:
		return nil, errProcessDied
	}
	if err := w.pause(req.Context(), t.wait); err != nil {
		return nil, err
	}
	if rec == nil {
		return nil, errLost
	}
	if err := w.at(pointHeader, create); err != nil {
		return nil, err
	}
	return w.answer(req, rec, x, t), nil
}

// take reads the request's body, up to where the connection is lost.
func (x *exchange) take(req *http.Request, cut float64, rows *simInput) ([]byte, error) {
	if req.Body == nil {
		x.taken = true
		return nil, nil
	}
	all := int(req.ContentLength)
	n := all
	if cut > 0 && cut < 1 {
		n = int(cut * float64(all)) // at most all but the last byte
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(req.Body, body); err != nil {
		return nil, err
	}
	x.taken = n == all
	if x.taken && strings.HasSuffix(req.URL.Path, "/batch/create") {
		var batch struct {
			Inputs []struct {
				Trace      string `json:"objectWriteTraceId"`
				Properties struct{ Name string }
			}
		}
		if err := json.Unmarshal(body, &batch); err != nil {
			return nil, err
		}
		x.rows = make(map[string]string, len(batch.Inputs))
		for _, in := range batch.Inputs {
			x.rows[in.Trace] = rows.rowOf(in.Trace, in.Properties.Name)
		}
	}
	return body, nil
}

func (x *exchange) names() []string {
	names := make([]string, 0, len(x.rows))
	for _, name := range x.rows {
		names = append(names, name)
	}
	return names
}

// serve has the account carry out a request; nil means that it hung up without
// an answer. A request that is broken ends in the middle of its body.
func (w *simWorld) serve(req *http.Request, body []byte, broken bool) (rec *httptest.ResponseRecorder) {
	in := req.Clone(context.Background())
	in.Header.Set("Accept-Encoding", "gzip")
	var from io.Reader = strings.NewReader(string(body))
	if broken {
		from = io.MultiReader(from, failing{io.ErrUnexpectedEOF})
	}
	in.Body = io.NopCloser(from)
	rec = httptest.NewRecorder()
	defer func() {
		switch p := recover(); {
		case p == nil:
		case p != http.ErrAbortHandler:
			panic(p)
		case !rec.Flushed:
			rec = nil
		}
	}()
	w.account.ServeHTTP(rec, in)
	return rec
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// pause passes time as long as the client waits.
func (w *simWire) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.died:
		return errProcessDied
	}
}

// answer hands over what the account said, as http.Transport does.
func (w *simWire) answer(req *http.Request, rec *httptest.ResponseRecorder, x *exchange, t trouble) *http.Response {
	x.status = rec.Code
	data := rec.Body.Bytes()
	end := io.EOF
	if rec.Flushed { // flushed for want of another way to break off
		end = io.ErrUnexpectedEOF
	}
	if t.cutAnswer > 0 {
		data, end = data[:int(t.cutAnswer*float64(len(data)))], io.ErrUnexpectedEOF
	}
	parts := []io.Reader{strings.NewReader(string(data)), failing{end}}
	if half := len(data) / 2; t.stall > 0 {
		parts = []io.Reader{
			strings.NewReader(string(data[:half])),
			stalling{func() error { return w.pause(req.Context(), t.stall) }},
			strings.NewReader(string(data[half:])),
			failing{end},
		}
	}
	var from io.Reader = io.MultiReader(parts...)
	header := rec.Result().Header
	if header.Get("Content-Encoding") == "gzip" {
		from = &unzipping{from: from}
		header.Del("Content-Encoding")
		header.Del("Content-Length")
	}
	return &http.Response{
		StatusCode: rec.Code, Status: http.StatusText(rec.Code), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, ContentLength: -1, Request: req, Body: io.NopCloser(&noting{from, x, w}),
	}
}

// A stalling reader takes its time to say nothing.
type stalling struct{ pause func() error }

func (s stalling) Read([]byte) (int, error) {
	if err := s.pause(); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// An unzipping reader begins when it is first read.
type unzipping struct {
	from io.Reader
	zip  *gzip.Reader
}

func (u *unzipping) Read(p []byte) (int, error) {
	if u.zip == nil {
		var err error
		if u.zip, err = gzip.NewReader(u.from); err != nil {
			return 0, err
		}
	}
	return u.zip.Read(p)
}

// A noting reader writes down what the client gets to see.
type noting struct {
	from io.Reader
	x    *exchange
	w    *simWire
}

func (n *noting) Read(p []byte) (int, error) {
	k, err := n.from.Read(p)
	n.x.body = append(n.x.body, p[:k]...)
	n.x.whole = n.x.whole || err == io.EOF
	if died := n.w.at(pointBody, err == io.EOF && n.x.rows != nil); died != nil {
		return k, died
	}
	return k, err
}
