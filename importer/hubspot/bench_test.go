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
		if body, err = appendCreate(body[:0], inputs); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(body)))
}

func BenchmarkDecode39kB(b *testing.B) {
	var s strings.Builder
	asked := make([]api.Input, 100)
	s.WriteString(`{"completedAt":"2026-06-24T09:00:00.140Z","status":"COMPLETE","startedAt":"2026-06-24T09:00:00.000Z","results":[`)
	for i := range 100 {
		if i > 0 {
			s.WriteByte(',')
		}
		asked[i].Trace = fmt.Sprintf("0badcafe-%d", i)
		fmt.Fprintf(&s, `{"id":"%d","properties":{"createdate":"2026-06-24T09:00:00.012Z","hs_object_id":"%d","name":"Hosting, yearly","quantity":"2","price":"10.50",`+
			`"row_key":"k%07d"},"createdAt":"2026-06-24T09:00:00.012Z","updatedAt":"2026-06-24T09:00:00.012Z","archived":false,"objectWriteTraceId":"0badcafe-%d",`+
			`"url":"https://app.hubspot.com/contacts/123/record/0-8/%d"}`, 900000000+i, 900000000+i, i, i, 900000000+i)
	}
	s.WriteString(`]}`)
	body := []byte(s.String())
	for _, key := range []string{"", "row_key"} {
		b.Run("key="+key, func(b *testing.B) {
			r := &reply{status: 201, body: body}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if a := r.answer(asked, key); len(a.Created) != 100 {
					b.Fatal(a)
				}
			}
		})
	}
}
