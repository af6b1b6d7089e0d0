// Under the race detector everything takes many times as long.

//go:build race

package importer_test

const raceDetector = true
