// What kind of file an input is: a CSV, a sheet of an Excel workbook, or JSON lines.

package rundir

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/jsonlfile"
	"github.com/hubload/hubload/importer/xlsxfile"
)

// A fileFormat is what kind of file an input is.
type fileFormat int

const (
	formatCSV fileFormat = iota
	formatSheet
	formatJSONL
)

// formatOf tells the format by the start of a file, and JSON lines by its name too. What
// can't be read is left to csvfile, which says why.
func formatOf(path string) fileFormat {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return formatCSV
	}
	f, err := os.Open(path)
	if err != nil {
		return formatCSV
	}
	defer f.Close()
	start := make([]byte, 64<<10)
	n, _ := io.ReadFull(f, start[:4])
	if xlsxfile.Is(start[:n]) {
		return formatSheet
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return formatCSV
	}
	content, done, err := csvfile.Decompress(f)
	if err != nil {
		return formatCSV
	}
	defer done()
	n, _ = io.ReadFull(content, start)
	if hasExtension(path, ".jsonl", ".ndjson") || jsonlfile.Is(start[:n]) {
		return formatJSONL
	}
	return formatCSV
}

func hasExtension(path string, list ...string) bool {
	name := strings.ToLower(filepath.Base(path))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	return slices.Contains(list, filepath.Ext(name))
}

// openSource opens a file of any format. The sheet, the options and the texts that stand
// for nothing count for those that have a use for them.
func openSource(path, sheet string, o csvfile.Options, empty ...string) (*csvfile.Reader, error) {
	kind := formatOf(path)
	if sheet != "" && kind != formatSheet {
		return nil, &csvfile.FileError{Path: path, Message: "the file is not an Excel workbook and has no sheets", Hint: "Leave out --sheet."}
	}
	switch kind {
	case formatSheet:
		return xlsxfile.Open(path, xlsxfile.Options{Options: o, Sheet: sheet, Empty: empty})
	case formatJSONL:
		return jsonlfile.Open(path)
	}
	return csvfile.Open(path, o)
}

// Open opens the input from its start.
func (in *Input) Open(o csvfile.Options, empty ...string) (*csvfile.Reader, error) {
	return openSource(in.File(), in.Sheet, o, empty...)
}
