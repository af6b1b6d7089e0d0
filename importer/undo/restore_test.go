// Which old values are written back, and which aren't.

package undo

import (
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/journal"
)

func TestOldValuesAreWrittenBackWhereTheRunsOwnStillStand(t *testing.T) {
	price := before.Value{Property: "price", Old: "1.50", New: "2"}
	name := before.Value{Property: "name", Old: "", New: "b"}
	between := before.Value{Property: "price", Old: "9", New: "2"} // somebody wrote between two attempts
	for what, tt := range map[string]struct {
		old    []before.Value
		tries  int
		values map[string]string
		back   string // the old values that are written, each in brackets
		kind   journal.Kind
		code   string
	}{
		"as the run left it":         {old: []before.Value{price, name}, values: map[string]string{"price": "2.0", "name": "b"}, back: "[1.50][]"},
		"the first old value counts": {old: []before.Value{price, between}, values: map[string]string{"price": "2"}, back: "[1.50]"},
		"partly changed since":       {old: []before.Value{price, name}, values: map[string]string{"price": "3", "name": "b"}, back: "[]"},
		"changed since":              {old: []before.Value{price}, values: map[string]string{"price": "3"}, kind: journal.Changed, code: CodeChanged},
		"changed since, and empty":   {old: []before.Value{price}, values: map[string]string{}, kind: journal.Changed, code: CodeChanged},
		"written back":               {old: []before.Value{price, name}, tries: 1, values: map[string]string{"price": "1.5"}, kind: journal.Restored},
		"never overwritten":          {old: []before.Value{price}, values: map[string]string{"price": "1.5"}, kind: journal.Restored},
		"part written back":          {old: []before.Value{price, name}, tries: 1, values: map[string]string{"price": "3"}, kind: journal.Changed, code: CodeChanged},
		"not taken, once more":       {old: []before.Value{price}, tries: maxRestores - 1, values: map[string]string{"price": "2"}, back: "[1.50]"},
		"never taken":                {old: []before.Value{price}, tries: maxRestores, values: map[string]string{"price": "2"}, kind: journal.Refused, code: CodeNotRestored},
		"old values aren't known":    {values: map[string]string{"price": "2"}, kind: journal.Changed, code: CodeUnknownValues},
	} {
		it := &item{row: 1, id: "1", updated: true, old: tt.old, attempts: 9, tries: tt.tries}
		fate := it.restored(tt.values)
		back := ""
		for _, v := range it.back {
			back += "[" + v.Old + "]"
		}
		switch {
		case fate == nil && (tt.kind != 0 || back != tt.back):
			t.Errorf("%s: %s is written back, want %s and %s", what, back, tt.back, tt.kind)
		case fate != nil && (fate.Kind != tt.kind || fate.Code != tt.code):
			t.Errorf("%s: %s %s, want %s %s", what, fate.Kind, fate.Code, tt.kind, tt.code)
		}
	}
	refusal := &api.Failure{Code: "INVALID_NUMBER"}
	it := &item{old: []before.Value{price}, tries: maxRestores, refusal: refusal}
	if fate := it.restored(map[string]string{"price": "2"}); fate == nil || fate.Code != refusal.Code {
		t.Errorf("HubSpot's own reason is lost: %+v", fate)
	}
}
