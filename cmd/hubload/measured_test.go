// The program as a process that tells how much memory it took.

package main

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
)

// raceDetector says that the detector is in this program: it takes several times the
// memory, and ends the process itself when there is none.
var raceDetector = func() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}()

const peakEnv = "HUBLOAD_TEST_PEAK"

// allocationsTold is how programs that are measured say what they have allocated.
const allocationsTold = "allocations %v bytes %v\n"

// measuredMain is hubload, and writes into the file that $HUBLOAD_TEST_PEAK names what it
// has allocated and, on Linux, its peak of resident memory. rusage would not do: Linux
// has a process begin with the peak of the one that started it.
func measuredMain() {
	forbidCoreDumps()
	code := run(os.Args[1:], system{getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr})
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	status, _ := os.ReadFile("/proc/self/status")
	status = fmt.Appendf(status, allocationsTold, m.Mallocs, m.TotalAlloc)
	if err := os.WriteFile(os.Getenv(peakEnv), status, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "measuring memory:", err)
	}
	os.Exit(code)
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s*([0-9]+) kB$`)

// peakMiB reads what measuredMain has written. ok is false on systems that don't tell.
func peakMiB(t *testing.T, path string) (mib float64, ok bool) {
	t.Helper()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		return 0, false
	}
	status, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		return 0, false
	}
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return float64(kib) / 1024, true
}
