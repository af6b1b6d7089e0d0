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

// The account takes A-1 for a-1 and 007 for 7: the second of them would not be created.
func TestKeysAreComparedAsHubSpotComparesThem(t *testing.T) {
	const csv = "name,price\nA-1,1\na-1 ,2\n007,3\n7,4\n1.50,5\n1.5,6\n07a,7\n7a,8\nb-1,9\nB-1,10\n"
	got, err := rows.FindDuplicates(t.Context(), sourceOf(csv), mapperOf(t, keyMapping, csv))
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]rows.Duplicate{
		1: {Row: 2, Line: 3}, 2: {Row: 1, Line: 2}, 3: {Row: 4, Line: 5}, 4: {Row: 3, Line: 4}, 5: {Row: 6, Line: 7}, 6: {Row: 5, Line: 6},
		9: {Row: 10, Line: 11}, 10: {Row: 9, Line: 10},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// No number of rows that share a key is too many.
func TestFindDuplicatesOfAWrongKey(t *testing.T) {
	var b strings.Builder
	b.WriteString("name,price\n")
	for i := range 11_000 {
		fmt.Fprintf(&b, "same,%d\n", i)
	}
	got, err := rows.FindDuplicates(t.Context(), sourceOf(b.String()), mapperOf(t, keyMapping, b.String()))
	if err != nil || len(got) != 11_000 {
		t.Errorf("%d duplicates, %v", len(got), err)
	}
}
