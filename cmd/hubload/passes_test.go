package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/rundir"
)

// A reading that takes a while is shown, until the first row is sent.
func TestPassesAreShown(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]string{
		"bar":   "\r\x1b[Kreading orders.csv before the first row is sent: 50 %",
		"plain": "note: reading orders.csv before the first row is sent: 50 %\n",
		"none":  "",
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			a := &app{ui: newUI(system{stderr: &out})}
			say := &sayFlags{}
			say.progress.value = mode
			sending := false
			o := rundir.Options{Watch: func(rundir.Live) func() { sending = true; return func() {} }}
			stop := a.passes(say, &o)
			o.Pass(rundir.Pass{File: "/data/orders.csv", Size: 1000, Offset: func() int64 { return 500 }})
			time.Sleep(plainEvery + time.Second/2)
			o.Watch(rundir.Live{})
			shown := out.String()
			if !strings.Contains(shown, want) || mode == "none" && shown != "" || !sending {
				t.Errorf("%s: %q", mode, shown)
			}
			o.Pass(rundir.Pass{File: "again.csv", Offset: func() int64 { return 0 }})
			time.Sleep(2 * plainEvery)
			if stop(); out.String() != shown {
				t.Errorf("%s: it goes on: %q", mode, out.String())
			}
		})
	}
}
