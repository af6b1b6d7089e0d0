// What a batch of 100 rows costs.

package hubspottest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// discard is a ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func BenchmarkCreate(b *testing.B) {
	var list []string
	for i := range 100 {
		list = append(list, fmt.Sprintf(`{"objectWriteTraceId":"0123456789abcdef0123456%03d","properties":{"name":"Support plan %d","quantity":"3","price":"1249.50",`+
			`"hs_sku":"SKU-%05d","recurringbillingfrequency":"monthly","hs_line_item_currency_code":"EUR","description":"as agreed","hs_recurring_billing_period":"P12M"},`+
			`"associations":[{"to":{"id":"4567890%03d"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]}`, i, i, i, i))
	}
	body := inputs(list...)
	account := hubspottest.New(hubspottest.Config{})
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		request, _ := http.NewRequest(http.MethodPost, createPath, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer token")
		request.Header.Set("Content-Type", "application/json")
		account.ServeHTTP(discard{http.Header{}}, request)
	}
	if account.Len("line_items") != 100*b.N {
		b.Fatalf("%d records in %d batches", account.Len("line_items"), b.N)
	}
	b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "rows/s")
}
