package report

import (
	"io"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

func TestUncorrected(t *testing.T) {
	const header = "a,b,hubload_row,hubload_code,hubload_correlation_id\n"
	m := markOf([][]byte{[]byte("x"), []byte(`"1,2"`)})
	for name, test := range map[string]struct {
		row  string
		want bool
	}{
		"as it was":                  {`x,"1,2",3,CSV_FIELD_COUNT,` + m, true},
		"with other quotes":          {`"x","1,2",3,CSV_FIELD_COUNT,"` + m + `"`, true},
		"corrected":                  {`x,12,3,CSV_FIELD_COUNT,` + m, false},
		"refused by HubSpot":         {`x,"1,2",3,INVALID_OPTION,0123-4567`, false},
		"corrected, with a new mark": {`x,"1,2",3,CSV_FIELD_COUNT,uncorrected-00000000`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := csvfile.NewReader(strings.NewReader(header+test.row+"\n"), csvfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			rec, err := r.Read()
			if err != nil && err != io.EOF {
				t.Fatal(err)
			}
			code, got := Uncorrected(r.Header())(rec)
			if got != test.want || got && code != "CSV_FIELD_COUNT" {
				t.Errorf("got %q, %t, want %t", code, got, test.want)
			}
		})
	}
}
