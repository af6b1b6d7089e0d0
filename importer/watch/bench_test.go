package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// BenchmarkLook is a look at a drop of 10,000 files that have to stand still: the first
// look, and one at which nothing is new.
func BenchmarkLook(b *testing.B) {
	dir := b.TempDir()
	drop := filepath.Join(dir, "in")
	if err := os.Mkdir(drop, 0o700); err != nil {
		b.Fatal(err)
	}
	for n := range 10_000 {
		if err := os.WriteFile(filepath.Join(drop, fmt.Sprintf("orders-%05d.csv", n)), []byte(night), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	w, err := New(Options{Config: Config{State: filepath.Join(dir, "state"), Drops: []Drop{{Name: "orders", Dir: drop, Ready: Ready{Settle: Duration{time.Hour}}}}}})
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if found, err := w.Look(b.Context()); err != nil || found.Code != 0 {
			b.Fatal(found, err)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.Sys)/(1<<20), "MiB-from-system")
}

// BenchmarkClaim is the claim of 10,000 files that are ready.
func BenchmarkClaim(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		dir := b.TempDir()
		drop := filepath.Join(dir, "in")
		if err := os.Mkdir(drop, 0o700); err != nil {
			b.Fatal(err)
		}
		for n := range 10_000 {
			if err := os.WriteFile(filepath.Join(drop, fmt.Sprintf("orders-%05d.csv", n)), []byte(night), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		w, err := New(Options{Config: Config{State: filepath.Join(dir, "state"), Drops: []Drop{{Name: "orders", Dir: drop, Ready: Ready{Rename: true}}}}})
		if err != nil {
			b.Fatal(err)
		}
		w.stopAt = func(point string) bool { return point == "after claimed" }
		b.StartTimer()
		if _, err := w.Look(b.Context()); err != errStopped {
			b.Fatal(err)
		}
	}
}
