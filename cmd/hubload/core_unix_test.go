//go:build unix

package main

import (
	"syscall"
	"testing"
)

func TestNoCoreDumps(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &before); err != nil {
		t.Fatal(err)
	}
	// The soft limit alone, so that the next run of this test can raise it.
	raised := syscall.Rlimit{Cur: before.Max, Max: before.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &raised); err != nil {
		t.Fatal(err)
	}
	forbidCoreDumps()
	var got syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &got); err != nil || got.Cur != 0 || got.Max != 0 {
		t.Errorf("the limit is %+v, error %v", got, err)
	}
}
