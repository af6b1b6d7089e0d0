// How the package is used.

package hubspot_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/mapping"
)

func ExampleClient_Create() {
	account := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusMultiStatus)
		io.WriteString(w, `{"status":"COMPLETE",
			"results":[{"id":"1145814089","objectWriteTraceId":"row-1"}],
			"errors":[{"category":"VALIDATION_ERROR","message":"Property values were not valid",
				"errors":[{"code":"INVALID_LONG","message":"many was not a valid long.","context":{"propertyName":["quantity"]}}],
				"context":{"objectWriteTraceId":["row-2"]}}]}`)
	}))
	defer account.Close()

	client, err := hubspot.New(hubspot.Config{
		BaseURL:     account.URL,
		Credentials: hubspot.Static("pat-na1-..."),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := client.Create(context.Background(), []api.Input{
		{Trace: "row-1", Record: &mapping.Record{Properties: []mapping.Property{{Name: "name", Value: "Hosting"}, {Name: "quantity", Value: "2"}}}},
		{Trace: "row-2", Record: &mapping.Record{Properties: []mapping.Property{{Name: "name", Value: "Backup"}, {Name: "quantity", Value: "many"}}}},
	})
	if answer.Outcome != api.Answered {
		fmt.Println("no answer that names rows:", answer.Err)
		return
	}
	for _, c := range answer.Created {
		fmt.Println(c.Trace, "is record", c.ID)
	}
	for _, f := range answer.Failures {
		fmt.Println(f.Traces, f.Code, f.Property, f.Message)
	}
	// Output:
	// row-1 is record 1145814089
	// [row-2] INVALID_LONG quantity {value} was not a valid long.
}
