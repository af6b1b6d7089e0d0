// What a request and its answer cost.

package hubspot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

func BenchmarkEncode100(b *testing.B) {
	inputs := make([]api.Input, 100)
	for i := range inputs {
		inputs[i] = api.Input{Trace: fmt.Sprintf("0badcafe-%d", i), Record: &mapping.Record{
			Properties: []mapping.Property{
				{Name: "name", Value: "Hosting, yearly"},
				{Name: "quantity", Value: "2"},
				{Name: "price", Value: "10.50"},
				{Name: "hs_sku", Value: "SKU-000123"},
				{Name: "recurringbillingfrequency", Value: "annually"},
				{Name: "hs_line_item_currency_code", Value: "EUR"},
				{Name: "row_key", Value: "k0000001"},
			},
			Associations: []mapping.Association{{ID: "3141592653", Category: "HUBSPOT_DEFINED", TypeID: 20}},
		}}
	}
	var body []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if body, err = appendInputs(body[:0], inputs); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(body)))
}

// BenchmarkDecode39kB: an answer to a hundred rows, with traces and without.
func BenchmarkDecode39kB(b *testing.B) {
	for _, traced := range []bool{true, false} {
		b.Run(fmt.Sprintf("traced=%t", traced), func(b *testing.B) {
			var s strings.Builder
			asked := make([]api.Input, 100)
			s.WriteString(`{"completedAt":"2026-06-24T09:00:00.140Z","status":"COMPLETE","startedAt":"2026-06-24T09:00:00.000Z","results":[`)
			for i := range 100 {
				if i > 0 {
					s.WriteByte(',')
				}
				asked[i] = api.Input{Trace: fmt.Sprintf("0badcafe-%d", i), Record: &mapping.Record{}}
				fmt.Fprintf(&s, `{"id":"%d","properties":{"createdate":"2026-06-24T09:00:00.012Z","hs_object_id":"%d","name":"Hosting, yearly","quantity":"2","price":"10.50",`+
					`"row_key":"k%07d"},"createdAt":"2026-06-24T09:00:00.012Z","updatedAt":"2026-06-24T09:00:00.012Z","archived":false,`, 900000000+i, 900000000+i, i)
				if traced {
					fmt.Fprintf(&s, `"objectWriteTraceId":"0badcafe-%d",`, i)
				}
				fmt.Fprintf(&s, `"url":"https://app.hubspot.com/contacts/123/record/0-8/%d"}`, 900000000+i)
			}
			s.WriteString(`]}`)
			r := &response{status: 201, body: []byte(s.String())}
			b.SetBytes(int64(len(r.body)))
			b.ReportAllocs()
			for b.Loop() {
				if a := r.answer(asked, "row_key"); len(a.Created) != 100 {
					b.Fatal(a)
				}
			}
		})
	}
}
