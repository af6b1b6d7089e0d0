// Rows whose cells are a guess, and how an import knows that nobody has mended them.

package report

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

// mark begins the hubload_correlation_id of a row whose cells couldn't be told
// apart. In a report they have to stand in some columns or other; imported like
// that the row would be taken for a good one, with values in the wrong places.
const mark = "unmended-"

// Unmended returns a function that reports whether a record under a header is one
// that couldn't be told apart into cells when a failures file was written, and
// still stands as it was written. It returns the code that the row was refused
// with. The function must not be called concurrently.
func Unmended(header []string) func(*csvfile.Record) (code string, ok bool) {
	c := columnsOf(header)
	if c.correlation < 0 || c.code < 0 {
		return func(*csvfile.Record) (string, bool) { return "", false }
	}
	return func(rec *csvfile.Record) (string, bool) {
		if rec.Problem != nil || !strings.HasPrefix(rec.Fields[c.correlation], mark) {
			return "", false
		}
		cells, _, _ := c.of(rec, nil)
		return rec.Fields[c.code], rec.Fields[c.correlation] == markOf(cells)
	}
}

// markOf is the mark of cells. It is that of their text and not of their quotes,
// which a spreadsheet may put or leave out as it likes.
func markOf(cells [][]byte) string {
	h := crc32.NewIEEE()
	for _, c := range cells {
		if len(c) > 1 && c[0] == '"' {
			c = bytes.ReplaceAll(c[1:len(c)-1], []byte(`""`), []byte(`"`))
		}
		h.Write(c)
		h.Write([]byte{0})
	}
	return fmt.Sprintf("%s%08x", mark, h.Sum32())
}
