// Finding records by their key: what counts as found, as absent, and as neither.

package hubspot_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/hubspot"
)

func TestFindByKey(t *testing.T) {
	rec := func(id, key string) string { return fmt.Sprintf(`{"id":%q,"properties":{"row_key":%q}}`, id, key) }
	gone := func(ids string) string {
		return `{"status":"error","category":"OBJECT_NOT_FOUND","message":"Could not get some objects","context":{"ids":[` + ids + `]}}`
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		ids    holds // nil: an error that may pass
	}{
		{"all found", 200, `{"status":"COMPLETE","results":[` + rec("1", "c") + `,` + rec("2", "a") + `,` + rec("3", "b") + `]}`, holds{"a": {"2"}, "b": {"3"}, "c": {"1"}}},
		{"all absent", 207, `{"status":"COMPLETE","results":[],"numErrors":1,"errors":[` + gone(`"a","b","c"`) + `]}`, holds{}},
		{"an error each", 207, `{"results":[` + rec("2", "a") + `],"numErrors":2,"errors":[` + gone(`"b"`) + `,` + gone(`"c"`) + `]}`, holds{"a": {"2"}}},
		{"absent by count", 207, `{"results":[` + rec("2", "a") + `],"numErrors":2,"errors":[{"category":"OBJECT_NOT_FOUND","message":"x"}]}`, holds{"a": {"2"}}},
		{"case and blanks folded", 207, `{"results":[` + rec("2", " A ") + `],"errors":[` + gone(`"B","c"`) + `]}`, holds{"a": {"2"}}},

		{"two for one value", 200, `{"results":[` + rec("2", "a") + `,` + rec("3", "a") + `,` + rec("4", "b") + `,` + rec("5", "c") + `]}`, holds{"a": {"2", "3"}, "b": {"4"}, "c": {"5"}}},
		{"one is missing", 200, `{"status":"COMPLETE","results":[` + rec("2", "a") + `,` + rec("3", "b") + `]}`, nil},
		{"the count is wrong", 207, `{"results":[],"numErrors":2,"errors":[{"category":"OBJECT_NOT_FOUND","message":"x"}]}`, nil},
		{"no count", 207, `{"results":[],"errors":[{"category":"OBJECT_NOT_FOUND","message":"x"}]}`, nil},
		{"another error", 207, `{"results":[` + rec("2", "a") + `],"errors":[{"category":"INTERNAL_ERROR","context":{"ids":["b","c"]}}]}`, nil},
		{"found and absent", 207, `{"results":[` + rec("2", "a") + `,` + rec("3", "b") + `],"errors":[` + gone(`"b","c"`) + `]}`, nil},
		{"a record not asked for", 200, `{"results":[` + rec("2", "a") + `,` + rec("3", "b") + `,` + rec("4", "c") + `,` + rec("5", "d") + `]}`, nil},
		{"a record without its key", 200, `{"results":[{"id":"1","properties":{}}]}`, nil},
		{"a record without an id", 207, `{"results":[{"id":null,"properties":{"row_key":"a"}}],"errors":[` + gone(`"b","c"`) + `]}`, nil},
		{"not final", 200, `{"status":"PENDING","results":[` + rec("2", "a") + `,` + rec("3", "b") + `,` + rec("4", "c") + `]}`, nil},
		{"HTML", 200, `<html>`, nil},
		{"cut", 200, `{"results":[` + rec("2", "a"), nil},
		{"201", 201, `{"results":[` + rec("2", "a") + `,` + rec("3", "b") + `,` + rec("4", "c") + `]}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found, err := serve(t, says(tt.status, tt.body)).FindByProperty(ctx, "", "row_key", []string{"a", "b", "c"})
			if tt.ids == nil {
				var refused *hubspot.Error
				if !errors.As(err, &refused) || !refused.Temporary() || refused.Unauthorized() || refused.Forbidden() {
					t.Errorf("an answer that accounts for too little can be asked for again: %+v, %v", found, err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(found.IDs, tt.ids) {
				t.Errorf("%+v, %v, want %v", found, err, tt.ids)
			}
		})
	}
}

// A key of digits comes back without the zeros that mean nothing.
func TestFindNumbers(t *testing.T) {
	body := `{"results":[{"id":"1","properties":{"row_key":"7"}}],"errors":[{"category":"OBJECT_NOT_FOUND","context":{"ids":["8.5"]}}]}`
	found, err := serve(t, says(207, body)).FindByProperty(ctx, "", "row_key", []string{"007", "8.50"})
	if err != nil || !reflect.DeepEqual(found.IDs, holds{"007": {"1"}}) {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestFindRefused(t *testing.T) {
	for _, tt := range []struct {
		status            int
		temporary, denied bool
		wait              time.Duration
		refused           bool
	}{
		{status: 400},
		{status: 404},
		{status: 401, denied: true},
		{status: 403, denied: true},
		{status: 408, temporary: true},
		{status: 423, temporary: true},
		{status: 500, temporary: true},
		{status: 524, temporary: true},
		{status: 429, temporary: true, wait: 5 * time.Second, refused: true},
		{status: 477, temporary: true, wait: 5 * time.Second},
	} {
		c := serve(t, says(tt.status, `{"message":"no","category":"X"}`, "Retry-After", fmt.Sprint(int(tt.wait.Seconds()))))
		_, err := c.FindByProperty(ctx, "", "row_key", []string{"a"})
		var e *hubspot.Error
		if !errors.As(err, &e) || e.Temporary() != tt.temporary || (e.Unauthorized() || e.Forbidden()) != tt.denied ||
			e.Rate().Wait != tt.wait || e.Rate().Refused != tt.refused {
			t.Errorf("%d: %+v", tt.status, err)
		}
	}
	lost, _ := raw(t, hubspot.Config{}, answerWith(""))
	_, err := lost.FindByProperty(ctx, "", "row_key", []string{"a"})
	var e *hubspot.Error
	if !errors.As(err, &e) || !e.Temporary() || e.Rate().Remaining != -1 {
		t.Errorf("no answer: %+v", err)
	}
}

func TestFindRequest(t *testing.T) {
	var got struct {
		IDProperty string              `json:"idProperty"`
		Properties []string            `json:"properties"`
		Inputs     []map[string]string `json:"inputs"`
	}
	var path string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.Method + " " + r.URL.Path
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
	})
	c.FindByProperty(ctx, "", "row_key", []string{`a"b`, "ü"})
	if path != "POST /crm/v3/objects/line_items/batch/read" || got.IDProperty != "row_key" || !reflect.DeepEqual(got.Properties, []string{"row_key"}) ||
		!reflect.DeepEqual(got.Inputs, []map[string]string{{"id": `a"b`}, {"id": "ü"}}) {
		t.Errorf("%s %+v", path, got)
	}
}
