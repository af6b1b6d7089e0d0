// Tables as people have them: the same rows in many forms.

package promisetest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
)

// A row is a line of a delivery. Its name tells it from others, unless it has a twin.
type row struct{ name, quantity, price, note string }

// valid reports whether the account takes the row.
func (r row) valid() bool { return r.quantity != invalid }

const invalid = "x"

// A form is how rows are written.
type form struct {
	semicolon, crlf, bom, utf16, gzip bool
	extra                             bool // a column that no rule reads
	unended                           bool // the last line has no end
}

// A table is a file of the person's.
type table struct {
	path string
	rows []row
	form form
}

// names counts the rows of each name.
func (t *table) names() map[string]int {
	n := map[string]int{}
	for _, r := range t.rows {
		n[r.name]++
	}
	return n
}

func (t *table) write() error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if t.form.semicolon {
		w.Comma = ';'
	}
	w.UseCRLF = t.form.crlf
	header := []string{"name", "quantity", "price", "note"}
	if t.form.extra {
		header = append(header, "seen by")
	}
	w.Write(header)
	for i, r := range t.rows {
		cells := []string{r.name, r.quantity, r.price, r.note}
		if t.form.extra {
			cells = append(cells, fmt.Sprint("clerk ", i%3))
		}
		w.Write(cells)
	}
	w.Flush()
	data := b.Bytes()
	if t.form.unended {
		data = bytes.TrimRight(data, "\r\n")
	}
	switch {
	case t.form.utf16:
		units := append([]uint16{0xFEFF}, utf16.Encode([]rune(string(data)))...)
		b.Reset()
		binary.Write(&b, binary.LittleEndian, units)
		data = b.Bytes()
	case t.form.bom:
		data = append([]byte("\xEF\xBB\xBF"), data...)
	}
	if t.form.gzip {
		var zip bytes.Buffer
		z := gzip.NewWriter(&zip)
		z.Write(data)
		z.Close()
		data = zip.Bytes()
	}
	if err := os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(t.path, data, 0o600)
}

// A report is a file that the program wrote, or an edited one.
type report struct {
	header []string
	rows   [][]string
	comma  rune
	wide   bool // UTF-16
	crlf   bool
}

// readReport reads a report, which is written as its input is.
func readReport(path string) (*report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &report{comma: ','}
	if rest, ok := bytes.CutPrefix(data, []byte{0xFF, 0xFE}); ok {
		units := make([]uint16, len(rest)/2)
		binary.Read(bytes.NewReader(rest), binary.LittleEndian, units)
		data, r.wide = []byte(string(utf16.Decode(units))), true
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	r.crlf = bytes.Contains(data, []byte("\r\n"))
	first, _, _ := strings.Cut(string(data), "\n")
	if strings.Contains(first, ";") {
		r.comma = ';'
	}
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = r.comma, -1, true
	all, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	r.header, r.rows = all[0], all[1:]
	return r, nil
}

func (r *report) cell(row []string, column string) string {
	if at := slices.Index(r.header, column); at >= 0 && at < len(row) {
		return row[at]
	}
	return ""
}

func (r *report) set(row []string, column, value string) { row[slices.Index(r.header, column)] = value }

func (r *report) write(path string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = r.comma, r.crlf
	w.Write(r.header)
	w.WriteAll(r.rows)
	if !r.wide {
		return os.WriteFile(path, b.Bytes(), 0o600)
	}
	var wide bytes.Buffer
	binary.Write(&wide, binary.LittleEndian, append([]uint16{0xFEFF}, utf16.Encode([]rune(b.String()))...))
	return os.WriteFile(path, wide.Bytes(), 0o600)
}
