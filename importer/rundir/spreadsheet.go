// Failures files that went through a spreadsheet, which writes cells in its own way also
// where nobody has touched them: 20.03.2026 for 2026-03-20, 49 for 49.00, 123 for 00123.

package rundir

import (
	"path/filepath"
	"slices"
	"strconv"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A sourceFile is the file that a failures file is of, read beside it.
type sourceFile struct {
	path    string
	open    func() (*source, error)
	mapper  *mapping.Mapper
	columns []int               // of the source file, for each column of the failures file; -1: none
	row     int                 // the column hubload_row of the failures file
	why     int                 // the column hubload_property of it, -1 without one
	reads   map[string][]string // the columns by the property that is made of them
	origin  int                 // the same of the source file, -1 where it is none itself

	src      *source
	filler   *rows.Filler
	names    []string
	rec      *csvfile.Record // the row at hand, nil before the first
	bad      []string        // columns of it that were refused
	restarts int

	changed int64  // cells that were read as they were
	example string // of them
}

// maxRestarts is how often the source file is read again where a failures file was sorted
// in another order. Beyond it, rows are taken as they are.
const maxRestarts = 20

// besideFailures finds the source file of a failures file, by the run in whose directory
// it lies; nil when there is none, or it can't be read any more as it was.
func besideFailures(path string, header []string) *sourceFile {
	at := slices.Index(header, rowColumn)
	if at < 0 || !slices.Contains(header, "hubload_code") {
		return nil
	}
	d, err := open(filepath.Dir(path))
	if err != nil || d.inputPath() == path {
		return nil
	}
	m, err := d.mapping()
	if err != nil {
		return nil
	}
	f := &sourceFile{path: d.inputPath(), row: at, why: slices.Index(header, "hubload_property"), reads: map[string][]string{}, open: func() (*source, error) {
		r, err := d.input(m)
		if err != nil {
			return nil, err
		}
		return &source{Reader: r, restore: d.Restore, uncorrected: func(*csvfile.Record) (string, bool) { return "", false }}, nil
	}}
	src, err := f.open()
	if err != nil {
		return nil
	}
	defer src.Close()
	known, err := d.loadSchema()
	if err != nil {
		return nil
	}
	for _, p := range m.Properties {
		f.reads[p.Name] = append(f.reads[p.Name], p.Column)
	}
	names := src.Header()
	f.names = names
	if f.mapper, err = m.CompileFor(names, known.rules()); err != nil {
		return nil
	}
	f.origin = slices.Index(names, rowColumn)
	for i, name := range header {
		f.columns = append(f.columns, -1)
		if nth(header, i) == 1 && !mapping.IsReportColumn(name) {
			f.columns[i] = slices.Index(names, name)
		}
	}
	return f
}

// nth counts the columns up to i that have its name.
func nth(header []string, i int) (n int) {
	for _, name := range header[:i+1] {
		if name == header[i] {
			n++
		}
	}
	return n
}

// undo gives a row of the failures file back what a spreadsheet has written in another
// way. Cells whose own value was refused are the ones that somebody was asked to fix, and
// stay.
func (f *sourceFile) undo(rec *csvfile.Record) {
	if f == nil || rec.Fields == nil {
		return
	}
	number, err := strconv.ParseInt(rec.Fields[f.row], 10, 64)
	if err != nil || !f.find(number) || f.rec.Fields == nil {
		return
	}
	for i, at := range f.columns {
		if at < 0 {
			continue
		}
		was, is := f.rec.Fields[at], rec.Fields[i]
		asked := slices.Contains(f.bad, f.names[at]) || f.why >= 0 && slices.Contains(f.reads[rec.Fields[f.why]], f.names[at])
		if was == is || asked || !rewritten(was, is) {
			continue
		}
		rec.Fields[i] = was
		if f.changed++; f.changed == 1 {
			f.example = strconv.Quote(shown(is)) + " for " + strconv.Quote(shown(was)) + " on line " + strconv.FormatInt(rec.Line, 10)
		}
	}
}

// find goes to a row of the source file.
func (f *sourceFile) find(number int64) bool {
	for {
		if f.rec != nil {
			switch here := f.number(); {
			case here == number:
				return true
			case here > number:
				if f.restarts++; f.restarts > maxRestarts {
					return false
				}
				f.close()
			}
		}
		if f.src == nil {
			src, err := f.open()
			if err != nil {
				return false
			}
			f.src, f.filler = src, rows.NewFiller(f.mapper, f.names)
		}
		rec, err := f.src.Read()
		if err != nil {
			f.close()
			return false
		}
		f.fill(rec)
		if f.number() == number {
			f.bad = f.refused()
		}
	}
}

// fill makes a record the row at hand, filled as it is in a failures file.
func (f *sourceFile) fill(rec *csvfile.Record) {
	if rows.RepeatsHeader(f.names, rec.Fields) {
		rec.Fields, rec.Problem = nil, &csvfile.Problem{Code: rows.CodeRepeatedHeader}
	}
	f.filler.Fill(rec)
	f.rec = rec
}

// number is that of the row at hand in the file from which all comes.
func (f *sourceFile) number() int64 {
	if f.origin >= 0 && f.rec.Fields != nil {
		if n, err := strconv.ParseInt(f.rec.Fields[f.origin], 10, 64); err == nil {
			return n
		}
	}
	return f.rec.Row
}

// refused returns the columns whose cells can't be sent.
func (f *sourceFile) refused() (columns []string) {
	if f.rec.Fields == nil {
		return nil
	}
	var record mapping.Record
	for _, p := range f.mapper.Map(f.rec.Fields, &record) {
		columns = append(columns, p.Column)
	}
	return columns
}

func (f *sourceFile) close() {
	if f != nil && f.src != nil {
		f.src.Close()
		f.src, f.rec = nil, nil
	}
}

// say says what was read as it was.
func (f *sourceFile) say(o *Options) {
	if f != nil && f.changed > 0 {
		o.note("cells that a spreadsheet has written in its own way, and that are read as they were in %s: %d, such as %s", shown(f.path), f.changed, f.example)
	}
}
