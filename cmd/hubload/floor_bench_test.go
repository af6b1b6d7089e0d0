// What a whole import costs beside the floor: the program in testdata/floor, which does
// the same work without the care. Both are run in turn, against a server of their own.

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

const (
	floorRows  = 300_000
	floorPairs = 5
)

// A cost is what one process took, for a row but for the peak.
type cost struct {
	cpu, wall   time.Duration // exact enough: a row takes microseconds
	allocations float64
	bytes       float64 // allocated
	peak        float64 // MiB of resident memory; 0 where the system doesn't tell
}

func BenchmarkBesideTheFloor(b *testing.B) {
	dir := b.TempDir()
	floor, program := filepath.Join(dir, "floor"), filepath.Join(dir, "hubload")
	built(b, floor, "./testdata/floor")
	built(b, program, ".")
	input := filepath.Join(dir, "orders.csv")
	writeFloorInput(b, input)
	url := floorServer(b, floor)

	var ours, theirs []cost
	for b.Loop() {
		for n := range floorPairs {
			out := filepath.Join(dir, fmt.Sprint("out", len(ours), "-", n))
			if err := os.MkdirAll(out, 0o700); err != nil {
				b.Fatal(err)
			}
			theirs = append(theirs, costOf(b, out, floor, "import", input, url, out))
			c := costOf(b, out, program, "import", input, "--base-url", url, "--run", filepath.Join(out, "run"))
			c.allocations, c.bytes = allocated(b, out, input, url)
			ours = append(ours, c)
		}
	}
	b.ReportMetric(0, "ns/op")
	for unit, of := range map[string]func(c cost) float64{
		"rows/s":      func(c cost) float64 { return 1 / c.wall.Seconds() },
		"cpu-s/Mrow":  func(c cost) float64 { return c.cpu.Seconds() * 1e6 },
		"allocs/row":  func(c cost) float64 { return c.allocations },
		"alloc-B/row": func(c cost) float64 { return c.bytes },
		"peak-MiB":    func(c cost) float64 { return c.peak },
	} {
		b.ReportMetric(median(theirs, of), "floor-"+unit)
		b.ReportMetric(median(ours, of), "import-"+unit)
		var ratios []float64 // within a pair, for the machine has its moods
		for i := range ours {
			ratios = append(ratios, of(ours[i])/of(theirs[i]))
		}
		b.ReportMetric(middle(ratios), "ratio-of-"+unit)
	}
}

func built(b *testing.B, path, pkg string) {
	b.Helper()
	if out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}

// writeFloorInput writes rows of 8 columns and about 103 bytes, and a mapping beside them.
func writeFloorInput(b *testing.B, path string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "name,hs_sku,quantity,price,hs_recurring_billing_start_date,hs_line_item_currency_code,description,deal")
	for i := range floorRows {
		fmt.Fprintf(w, "Hosting plan %d,SKU-%07d,%d,%d.50,2026-0%d-15,EUR,Line %d of the yearly contract renewal,%d\n",
			i%977, i, i%9+1, i%500, i%9+1, i, 3_000_000_000+i/7)
	}
	text := "properties:\n"
	for _, name := range []string{"name", "hs_sku", "quantity", "price", "hs_recurring_billing_start_date", "hs_line_item_currency_code", "description"} {
		text += "  " + name + ": " + name + "\n"
	}
	text += "associations:\n  - { to: deals, column: deal }\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "orders.mapping.yaml"), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// floorServer starts the server that costs next to nothing.
func floorServer(b *testing.B, floor string) (url string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	cmd := exec.Command(floor, "serve", addr)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 100 {
		if res, err := http.Get("http://" + addr + "/account-info/v3/details"); err == nil {
			res.Body.Close()
			return "http://" + addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatal("the server doesn't answer")
	return ""
}

func costOf(b *testing.B, dir, program string, args ...string) cost {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "HUBSPOT_ACCESS_TOKEN=floor", "XDG_STATE_HOME="+filepath.Join(dir, "state"))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	peak := make(chan float64)
	go func() { peak <- watchPeak(cmd.Process.Pid, done) }()
	err := cmd.Wait()
	c := cost{
		wall: time.Since(start) / floorRows,
		cpu:  (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()) / floorRows,
	}
	close(done)
	if c.peak = <-peak; err != nil {
		b.Fatalf("%v\n%s", err, out.Bytes())
	}
	if i := bytes.LastIndex(out.Bytes(), []byte("allocations ")); i >= 0 {
		c.allocations, c.bytes = allocationsIn(b, out.Bytes()[i:])
	}
	return c
}

// allocated imports once more, as a program that tells what it has allocated.
func allocated(b *testing.B, dir, input, url string) (allocations, size float64) {
	b.Helper()
	program, err := exec.LookPath("hubload-measured")
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(dir, "peak")
	b.Setenv(peakEnv, path)
	costOf(b, filepath.Join(dir, "again"), program, "import", input, "--base-url", url, "--run", filepath.Join(dir, "again", "run"))
	told, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return allocationsIn(b, told[bytes.LastIndex(told, []byte("allocations ")):])
}

// allocationsIn reads what a program that is measured has said, for a row.
func allocationsIn(b *testing.B, told []byte) (allocations, size float64) {
	b.Helper()
	if _, err := fmt.Sscanf(string(told), allocationsTold, &allocations, &size); err != nil {
		b.Fatalf("%q: %v", told, err)
	}
	return allocations / floorRows, size / floorRows
}

// watchPeak looks at a process's peak of memory until it is done. Its rusage would not
// do: on Linux a process begins with the peak of the one that started it.
func watchPeak(pid int, done <-chan struct{}) (mib float64) {
	for {
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
			if m := highWater.FindSubmatch(status); m != nil {
				if kib, err := strconv.Atoi(string(m[1])); err == nil {
					mib = max(mib, float64(kib)/1024)
				}
			}
		}
		select {
		case <-done:
			return mib
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func median(costs []cost, of func(cost) float64) float64 {
	var values []float64
	for _, c := range costs {
		values = append(values, of(c))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
