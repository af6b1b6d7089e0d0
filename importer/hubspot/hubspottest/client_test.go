// A plain HTTP client and the bodies that the tests send with it.

package hubspottest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

const createPath = "/crm/v3/objects/line_items/batch/create"

// A client sends one request at a time and reads what comes back, to its end or to the error.
type client struct {
	t       *testing.T
	account *hubspottest.Account
	url     string
	token   string
}

func serve(t *testing.T, config hubspottest.Config) *client {
	t.Helper()
	account := hubspottest.New(config)
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	return &client{t: t, account: account, url: server.URL, token: "any"}
}

// bare is a client that calls ServeHTTP itself, for tests within a synctest bubble.
func bare(t *testing.T, config hubspottest.Config) *client {
	return &client{t: t, account: hubspottest.New(config), token: "any"}
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error // no answer, or one that broke off
}

func (c *client) send(method, path, contentType, body string) (a answer) {
	c.t.Helper()
	request, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.url == "" {
		return c.call(request)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(text), err}
}

func (c *client) call(request *http.Request) (a answer) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			a = answer{err: http.ErrAbortHandler}
		} else if p != nil {
			panic(p)
		}
	}()
	recorder := httptest.NewRecorder()
	c.account.ServeHTTP(recorder, request)
	return answer{recorder.Code, recorder.Header(), recorder.Body.String(), nil}
}

func (c *client) post(path, body string) answer {
	c.t.Helper()
	return c.send(http.MethodPost, path, "application/json", body)
}

func (c *client) create(body string) answer {
	c.t.Helper()
	return c.post(createPath, body)
}

func (c *client) get(path string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, "", "")
}

// An outcome is what the tests read of a batch's answer.
type outcome struct {
	Status    string
	Results   []result
	Errors    []rowError
	NumErrors int
}

type result struct {
	ID         string
	Properties map[string]string
	Trace      string `json:"objectWriteTraceId"`
}

type rowError struct {
	Category, Message string
	Context           map[string][]string
}

// A refusal is what they read of an error's body.
type refusal struct {
	Status, Message, CorrelationID, Category, SubCategory, PolicyName string
	Errors                                                            []struct {
		Message, Code string
		Context       map[string][]string
	}
	Context map[string][]string
}

func (a answer) outcome(t *testing.T) (o outcome) { t.Helper(); a.read(t, &o); return o }

func (a answer) refusal(t *testing.T) (r refusal) { t.Helper(); a.read(t, &r); return r }

func (a answer) read(t *testing.T, v any) {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("status %d, body %q: %v", a.status, a.body, err)
	}
}

func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.err != nil || a.status != status {
		t.Fatalf("got status %d, error %v, want %d; body %s", a.status, a.err, status, a.body)
	}
	return a
}

// rows is a body with n good inputs: trace ids t-1 ... and names row 1 ...
func rows(n int) string {
	var list []string
	for i := 1; i <= n; i++ {
		list = append(list, fmt.Sprintf(`{"objectWriteTraceId":"t-%d","properties":{"name":"row %d","price":"1.50"}}`, i, i))
	}
	return inputs(list...)
}

// inputs is a body with the given inputs.
func inputs(list ...string) string { return `{"inputs":[` + strings.Join(list, ",") + `]}` }

// traced is an input with a trace id and one property.
func traced(trace, property, value string) string {
	return fmt.Sprintf(`{"objectWriteTraceId":%q,"properties":{%q:%q}}`, trace, property, value)
}

// untraced is one without a trace id.
func untraced(property, value string) string {
	return fmt.Sprintf(`{"properties":{%q:%q}}`, property, value)
}
