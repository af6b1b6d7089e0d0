// Exchanges held against the specification that HubSpot publishes.

// Package openapitest checks in tests that a request and its answer are what HubSpot's published OpenAPI files describe.
// The files are not part of the repository: tests are skipped where they are not at hand.
package openapitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Document reads a file of the folder HUBLOAD_OPENAPI_DIR, or of shared/openapi beside the repository.
func Document(t testing.TB, file string) *openapi3.T {
	t.Helper()
	dir := os.Getenv("HUBLOAD_OPENAPI_DIR")
	if dir == "" {
		root, err := filepath.Abs(".")
		if err != nil {
			t.Fatal(err)
		}
		for root != filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "openapi")
	}
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Skipf("no specification: %v", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A Spec is one of the published files.
type Spec struct{ router routers.Router }

// Load reads a file, such as line_items.v3.json.
func Load(t testing.TB, file string) Spec {
	t.Helper()
	doc := Document(t, file)
	// The file's own examples do not fit its schemas.
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	tighten(doc)
	doc.Servers = nil
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	return Spec{router}
}

// tighten makes members that a schema does not list an error, and lifts the demands that recorded answers do not meet:
// errors of a 207 come without errors and links and with a text for subCategory, those of a whole request have a status, labels are null.
func tighten(doc *openapi3.T) {
	closed := false
	for name, ref := range doc.Components.Schemas {
		s := ref.Value
		switch name {
		case "StandardError":
			s.Required = []string{"category", "message", "status", "context"}
			s.Properties["subCategory"] = openapi3.NewSchemaRef("", openapi3.NewSchema())
		case "Error":
			s.Properties["status"] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
		case "MultiAssociatedObjectWithLabel": // a number in recorded answers of v4
			s.Properties["toObjectId"] = openapi3.NewSchemaRef("", openapi3.NewSchema())
		case "AssociationSpecWithLabel": // null in recorded answers
			s.Properties["label"].Value.Nullable = true
		case "SimplePublicObject":
			if s.Properties["warnings"] == nil { // the changelog has them from 2026-09 on, the specification of 2026-09 forgot them
				s.Properties["warnings"] = openapi3.NewSchemaRef("", openapi3.NewArraySchema().WithItems(openapi3.NewObjectSchema()))
			}
		}
		if len(s.Properties) > 0 {
			s.AdditionalProperties = openapi3.AdditionalProperties{Has: &closed}
		}
	}
}

// A Request is one that a Spec has a path for.
type Request struct {
	in   *openapi3filter.RequestValidationInput
	body string
}

// Request checks a request. Path is all of its URL behind the host. The Request is nil where the specification has none
// of this path and method.
func (s Spec) Request(method, path, contentType, body string) (*Request, error) {
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		return nil, err
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	}
	return &Request{in, body}, openapi3filter.ValidateRequest(context.Background(), in)
}

// Response checks an answer. Some versions describe no 207 and have errors in the body of a success, and the token
// endpoint of 2026-09 has errors alone: nothing is known of its success.
func (r *Request) Response(status int, header http.Header, body string) error {
	described := r.in.Route.Operation.Responses
	for _, success := range []int{http.StatusOK, http.StatusCreated} {
		if status == http.StatusMultiStatus && described.Status(status) == nil && described.Status(success) != nil {
			status = success
		}
	}
	if described.Len() == 1 && described.Default() != nil && status < http.StatusBadRequest {
		return nil
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: r.in, Status: status, Header: header,
		Body:    io.NopCloser(bytes.NewReader([]byte(body))),
		Options: &openapi3filter.Options{IncludeResponseStatus: false, MultiError: true},
	})
}
