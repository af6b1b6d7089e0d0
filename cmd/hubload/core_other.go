//go:build !unix

// Systems without core dumps.

package main

func forbidCoreDumps() {}
