// Without the race detector there is time for many seeds.

//go:build !race

package importer_test

const raceDetector = false
