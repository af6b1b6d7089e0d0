// log.txt is bounded, and nobody is led astray by it.

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunLogIsBounded(t *testing.T) {
	dir := t.TempDir()
	var l runLog
	line := strings.Repeat("x", 999) + "\n"
	for range 3 * maxEarly / len(line) {
		l.Write([]byte(line))
	}
	l.open(dir)
	for range 3 * maxLog / len(line) {
		l.Write([]byte(line))
	}
	l.close()
	total := int64(0)
	for _, name := range []string{logName, oldLogName} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if total += info.Size(); info.Size() == 0 || info.Size() > maxLog {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files", len(entries))
	}
	// What comes before the run is known is kept up to a limit, and a full disk or a
	// planted link is not worth an error.
	l = runLog{}
	outside := filepath.Join(t.TempDir(), "outside")
	if os.WriteFile(outside, nil, 0o600) != nil || os.Remove(filepath.Join(dir, logName)) != nil || os.Symlink(outside, filepath.Join(dir, logName)) != nil {
		t.Skip("no links here")
	}
	l.Write([]byte("first\n"))
	l.open(dir)
	l.Write([]byte("then\n"))
	l.close()
	if data, _ := os.ReadFile(outside); len(data) > 0 {
		t.Error("it was written through a link")
	}
}
