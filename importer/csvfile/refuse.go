// Files that are often taken for a CSV, and what they are.

package csvfile

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// formats are known by their first bytes.
var formats = []struct{ magic, message, hint string }{
	{"PK\x03\x04", "this is an Excel file (.xlsx) or another ZIP archive, not a CSV", "Save it from Excel as CSV UTF-8, or unpack it."},
	{"PK\x05\x06", "this is an empty ZIP archive", "Save the table as CSV UTF-8."},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "this is an Excel file of the old kind (.xls), or one with a password", "Save it from Excel as .xlsx without a password, or as CSV UTF-8."},
	{"%PDF-", "this is a PDF file, not a CSV", "Export the table as CSV."},
	{"\xFD7zXZ\x00", "this is an xz file", "Decompress it first; gzip and zstd are read as they are."},
	{"7z\xBC\xAF\x27\x1C", "this is a 7-Zip archive", "Unpack it first."},
	{"\x1F\x8B", "the file is compressed more than once", "Decompress it first."},
	{"\x28\xB5\x2F\xFD", "the file is compressed more than once", "Decompress it first."},
}

var (
	webPage  = regexp.MustCompile(`(?i)^<(!doctype html|html|head|body|script|meta)[\s>]`)
	xmlFile  = regexp.MustCompile(`^<\?xml\s`)
	jsonFile = regexp.MustCompile(`^(\{\s*("|\}\s*$)|\[\s*[{\[])`)
	title    = regexp.MustCompile(`(?is)<title[^>]*>\s*([^<]*)`)
)

// refuseFormats says what a file is that is often taken for a CSV.
func (r *Reader) refuseFormats(sample []byte) error {
	for _, f := range formats {
		if strings.HasPrefix(string(sample[:min(len(sample), 8)]), f.magic) {
			return r.fail(0, f.message, f.hint)
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(sample, []byte(utf8Set.bom)), " \t\r\n")
	switch {
	case webPage.Match(text):
		message := "this is a web page (HTML), not a CSV"
		if m := title.FindSubmatch(text); m != nil {
			message += "; its title is \"" + strings.Join(strings.Fields(string(bytes.ToValidUTF8(m[1][:min(len(m[1]), 100)], []byte("?")))), " ") + "\""
		}
		return r.fail(0, message, "What was downloaded is often an error or a login page: open it in a browser to see, and export the table again.")
	case xmlFile.Match(text):
		return r.fail(0, "this is an XML file, not a CSV", "Export the table as CSV.")
	case jsonFile.Match(text):
		return r.fail(0, "this is JSON, not a CSV", "JSON lines are read, one object a line: jq -c '.[]' makes them of a list of objects.")
	}
	return nil
}

// refuseWrapped refuses a file whose whole lines stand in quotes, as where a table was
// pasted into one column and saved from there: each line is one cell. What tells it from a
// table of one column are the columns asked for, or where no delimiter is given, that the
// lines hold three cells or more.
func (r *Reader) refuseWrapped(columns []string, delimited bool) error {
	text, last := r.window()
	_, next, ok := r.nextLine(text, last)
	if !ok {
		return nil
	}
	header, below := r.wrapped(text, last), r.wrapped(text[next:], last)
	for i := range header {
		if countFound(header[i], columns) > 0 || !delimited && len(header[i]) > 2 && below != nil && len(header[i]) == len(below[i]) {
			return r.fail(r.line, "the lines stand in quotes as a whole, so each is one cell", "Remove the quotes around the lines, and write those that are doubled inside of them once; or export the table again.")
		}
	}
	return nil
}

// wrapped returns, for each of the usual delimiters, the cells that the line at the start
// of text has inside of its quotes; nil for a line that isn't one quoted cell with one of
// the delimiters in it.
func (r *Reader) wrapped(text []byte, last bool) (cells [][]string) {
	if len(text) == 0 || text[0] != '"' {
		return nil
	}
	for _, delim := range []byte(delimiters) {
		s := newSyntax(r.charset, delim, r.syntax.cr)
		sp, _ := s.split(text, last, nil)
		if sp.state != whole || sp.cells != 1 {
			return nil
		}
		inner := slices.Clone(unquoted(text[:sp.n]))
		inner = inner[:undouble(inner)]
		sp, ends := s.split(inner, true, nil)
		if sp.state != whole || sp.n != len(inner) || sp.cells < 2 {
			cells = append(cells, nil)
			continue
		}
		var names []string
		start := 0
		for _, end := range ends {
			names = append(names, string(bytes.Trim(inner[start:end], `"`)))
			start = end + 1
		}
		cells = append(cells, names)
	}
	return cells
}
