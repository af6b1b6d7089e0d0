// results.csv, which gets nearly all rows of most inputs.

package report

import (
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A result is hubload's columns of a row that exists.
type result struct {
	Row    string `csv:"hubload_row"`
	Line   string `csv:"hubload_line"`
	Status string `csv:"hubload_status"`
	ID     string `csv:"hubload_id"`
}

// results writes results.csv. gocsv makes its header only: its reflection and a text for
// each number were a tenth of a whole import's CPU time.
type results struct {
	out   *csvfile.Writer
	delim byte
	bare  bool // the input has no columns of its own
	plain bool // the delimiter occurs in nothing that hubload's columns hold
	line  []byte
}

func newResults(out *csvfile.Writer, delim byte, header []byte, bare bool) (*results, error) {
	_, err := newTable[result](out, header, bare, false)
	held := "0123456789" + journal.Created.String() + journal.Existing.String()
	return &results{out: out, delim: delim, bare: bare, plain: strings.IndexByte(held, delim) < 0}, err
}

// add writes a row that exists. Cells are those of the input, joined by the delimiter.
func (r *results) add(cells []byte, row, line int64, fate *journal.Fate) error {
	if r.bare || !r.plain {
		own := []string{decimal(row), decimal(line), fate.Kind.String(), fate.ID}
		if r.bare {
			return r.out.Write(nil, own)
		}
		return r.out.WriteRaw(cells, own)
	}
	r.line = append(append(r.line[:0], cells...), r.delim)
	r.line = append(strconv.AppendInt(r.line, row, 10), r.delim)
	r.line = append(strconv.AppendInt(r.line, line, 10), r.delim)
	r.line = append(append(r.line, fate.Kind.String()...), r.delim)
	r.line = append(r.line, fate.ID...)
	return r.out.WriteRaw(r.line, nil)
}

func (r *results) end() error { return r.out.Flush() }
