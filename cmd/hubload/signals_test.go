// A signal that comes when all is done.

package main

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// signalledMain is the program, which gets a signal just before it ends.
func signalledMain() {
	start(func(code int) {
		if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(os.Interrupt) != nil {
			os.Exit(99)
		}
		time.Sleep(100 * time.Millisecond) // it has arrived, and would have killed
		os.Exit(code)
	})
}

func TestSignalAtTheVeryEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	out, err := exec.Command("hubload-signalled", "version").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
