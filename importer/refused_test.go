// Rows that can't be sent are counted among the refused, and for no more than they are.

package importer

import (
	"errors"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/journal"
)

// Rows that can't be sent have their fate before the others of their batches are
// answered. With many requests in flight they are most of those that have one.
func TestRefusalsBeforeSendingDontBiasThePercentage(t *testing.T) {
	p := new(Progress)
	r := &stopRules{limit: Threshold{Percent: 50}, progress: p}
	p.read(1000)
	bad := make([]journal.Fate, 400)
	for i := range bad {
		bad[i] = journal.Fate{Row: int64(2*i + 1), Kind: journal.Refused}
	}
	p.settle(bad, 0)
	if err := r.add(int64(len(bad)), 100); err != nil {
		t.Errorf("400 of 1,000 rows read: %v", err)
	}
	p.settle(bad, 0)
	if err := r.add(int64(len(bad)), 100); err == nil {
		t.Error("800 of 1,000 rows read didn't stop the run")
	}
}

func TestRowsThatCantBeSentStopTheRunToo(t *testing.T) {
	for name, test := range map[string]struct {
		bad       int // of ten
		threshold Threshold
	}{
		"by number":        {4, Threshold{Rows: 300}},
		"by percent":       {4, Threshold{Percent: 30}},
		"a thousand a row": {10, Threshold{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			tr := newTrial(t, w, 5000)
			tr.batch = 50
			tr.csv = unnamed(tr.csv, test.bad)
			tr.change = func(im *Import) { im.MaxRefused = test.threshold }
			var stopped *StoppedError
			if err := tr.run(t.Context()); !errors.As(err, &stopped) {
				t.Fatalf("got %v, want a StoppedError", err)
			}
			if c := tr.check(w, 5000); c.Refused == 0 || c.Refused > 4000 {
				t.Errorf("counts: %+v", c)
			}
		})
	}
}

// unnamed takes the name out of some of each ten rows.
func unnamed(csv string, bad int) string {
	lines := strings.Split(csv, "\n")
	for i := 1; i < len(lines)-1; i++ {
		if i%10 < bad {
			_, price, _ := strings.Cut(lines[i], ",")
			lines[i] = "," + price
		}
	}
	return strings.Join(lines, "\n")
}
