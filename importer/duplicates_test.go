package importer

import (
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/rows"
)

func TestRowsThatShareAKeyAreRefused(t *testing.T) {
	w := newWorld()
	tr := newTrial(t, w, 4).withKey(w)
	tr.csv += "r2,9\n"
	tr.change = func(im *Import) {
		_ = im.Rows.Prepare(t.Context(), sourceOf(tr.csv))
	}
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := tr.state()
	for _, n := range []int64{2, 5} {
		f, _, _ := st.Fate(n)
		if f.Code != rows.CodeDuplicateKey || !strings.Contains(f.Message, "line 3 and line 6") && !strings.Contains(f.Message, "line 6 and line 3") {
			t.Errorf("fate of row %d: %+v", n, f)
		}
	}
	if c := st.Counts(); c.Created != 3 || len(w.ids["r2"]) != 0 {
		t.Errorf("counts %+v, r2 is %v", c, w.ids["r2"])
	}
}
