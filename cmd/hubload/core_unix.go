//go:build unix

// A crash leaves no picture of the memory, which holds the token.

package main

import "syscall"

func forbidCoreDumps() {
	// Failing does no harm: the limit can always be lowered, where there is one.
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
