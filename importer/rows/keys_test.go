package rows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/rows"
)

const keyMapping = "properties: { price: price }\nkey: { property: row_key, columns: [name] }\n"

func TestFindDuplicates(t *testing.T) {
	const csv = "name,price\na,1\nb,2\n\na,3\nc,4\na,5\nname,price\nname,price\n"
	got, err := rows.FindDuplicates(t.Context(), sourceOf(csv), mapperOf(t, keyMapping, csv))
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]rows.Duplicate{1: {Row: 3, Line: 5}, 3: {Row: 1, Line: 2}, 5: {Row: 1, Line: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFindDuplicatesGivesUpOnAWrongKey(t *testing.T) {
	var b strings.Builder
	b.WriteString("name,price\n")
	for i := range 11_000 {
		fmt.Fprintf(&b, "same,%d\n", i)
	}
	if _, err := rows.FindDuplicates(t.Context(), sourceOf(b.String()), mapperOf(t, keyMapping, b.String())); err == nil {
		t.Error("11,000 rows with one key are taken for keyed")
	}
}
