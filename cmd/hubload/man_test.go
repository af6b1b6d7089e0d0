// The manual pages: made from the commands, for a release.

package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra/doc"
)

var manDir = flag.String("man.dir", "", "write the manual pages into `DIR`")

// TestManPages makes the pages here, so that the program doesn't carry the generator.
// .release/build.sh calls it with a directory; the pages' date is that of the release.
func TestManPages(t *testing.T) {
	dir := *manDir
	if dir == "" {
		dir = t.TempDir()
	}
	header := &doc.GenManHeader{Section: "1", Source: "hubload", Manual: "hubload"}
	if s, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		date := time.Unix(s, 0).UTC()
		header.Date = &date
	}
	sys := system{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	root := (&app{system: sys, ui: newUI(sys)}).command()
	root.DisableAutoGenTag = true
	if err := doc.GenManTree(root, header, dir); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "hubload-import.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hubload import", "mapping", "max-failures"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page of import doesn't say %q", want)
		}
	}
}
