// Modes: what they need, and what they do to rows.

package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

func TestModesNeedWhatTheyFindRecordsBy(t *testing.T) {
	for _, tt := range []struct{ mode, rest, want string }{
		{"create", "", ""},
		{"create", "id: Record ID", "add mode: update"},
		{"create", "write: all", "has no use in mode create"},
		{"create", "write: changed", ""},
		{"upsert", "", "mode: upsert finds records by a key"},
		{"upsert", "key: { property: k, columns: [K] }", ""},
		{"upsert", "key: { property: k, auto: true }", "an automatic key is made of what the row sends"},
		{"upsert", "id: Record ID", "mode upsert creates records too"},
		{"update", "", "which record a row is for"},
		{"update", "key: { property: k, columns: [K] }\nwrite: all", ""},
		{"update", "key: { property: k, auto: true }", "an automatic key is made of what the row sends"},
		{"update", "id: { column: Record ID }", ""},
		{"update", "id: Record ID\nkey: { property: k, columns: [K] }", "keep one of the two"},
	} {
		m := parse(t, "mode: "+tt.mode+"\nproperties: { price: Price }\n"+tt.rest)
		_, err := m.Compile([]string{"Price", "K", "Record ID"})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("mode %s, %s: %v, want %q", tt.mode, tt.rest, err, tt.want)
		}
	}
}

func TestModeAndWriteAreWords(t *testing.T) {
	_, err := mapping.Parse([]byte("mode: replace\nwrite: some\nid: { name: x }\nproperties: { price: Price }"))
	for _, want := range []string{"line 1, column 7: mode must be create, upsert or update", "line 2, column 8: write must be changed or all", `unknown key "name" in id`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	if m := parse(t, "mode: create\nproperties: { price: Price }"); m.Mode != mapping.Create || strings.Contains(string(m.Encode()), "mode") {
		t.Errorf("%+v", m)
	}
}

func TestModesSurviveEncoding(t *testing.T) {
	for _, text := range []string{
		"mode: upsert\nwrite: all\nproperties: { price: Price }\nkey: { property: k, columns: [K] }",
		"mode: update\nid: Record ID\nproperties: { price: Price }",
	} {
		m := parse(t, text)
		if diff := cmp.Diff(m, parse(t, string(m.Encode()))); diff != "" {
			t.Errorf("%s:\n%s", m.Encode(), diff)
		}
	}
}

// A row of mode update needs neither a name nor a deal, and its id isn't sent.
func TestARowThatNamesItsRecord(t *testing.T) {
	m := compile(t, "mode: update\nid: Record ID\nproperties: { price: Price }", "Record ID", "Price")
	var rec mapping.Record
	if problems := m.Map([]string{" 4711 ", "1.5"}, &rec); problems != nil || rec.Key != "4711" || !cmp.Equal(rec.Properties, []mapping.Property{{Name: "price", Value: "1.5"}}) {
		t.Errorf("%+v, %+v", rec, problems)
	}
	for cell, code := range map[string]string{"": mapping.CodeKeyEmpty, "A-1": mapping.CodeRecordIDInvalid, "-1": mapping.CodeRecordIDInvalid} {
		problems := m.Map([]string{cell, "1.5"}, &rec)
		if len(problems) != 1 || problems[0].Code != code || problems[0].Property != "hs_object_id" || problems[0].Column != "Record ID" {
			t.Errorf("%q: %+v", cell, problems)
		}
	}
	if column, value := m.Cell([]string{"4711", "1.5"}, "hs_object_id"); column != "Record ID" || value != "4711" {
		t.Errorf("%s, %s", column, value)
	}
	if m.Unused() != nil {
		t.Errorf("unused: %q", m.Unused())
	}
}

func TestModeUpdateNeedsNoNameAndNoDeal(t *testing.T) {
	const rules = "properties: { price: Price }\nkey: { property: k, columns: [K] }\n"
	if err := parse(t, rules+"mode: update").Complete(); err != nil {
		t.Error(err)
	}
	if err := parse(t, rules+"mode: upsert").Complete(); err == nil {
		t.Error("upsert creates line items that nobody sees")
	}
}
