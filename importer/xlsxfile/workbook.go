// The workbook: its parts, its sheets, and which of them is meant.

package xlsxfile

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

const (
	maxDirectory = 4 << 20   // bytes of the archive's directory
	maxRatio     = 200       // of a part's size to its packed one; tables reach 60
	ratioFrom    = 100 << 20 // bytes of a part from which the ratio matters
	maxPart      = 8 << 30   // bytes of a part: twice what a full sheet of Excel has
	maxSheets    = 10_000
)

// A limitedAt lets so many bytes be read, any number when left is negative.
type limitedAt struct {
	r    io.ReaderAt
	left int64
	at   int64 // the end of what was read last
}

func (l *limitedAt) ReadAt(p []byte, off int64) (n int, err error) {
	if l.left >= 0 {
		if l.left -= int64(len(p)); l.left < 0 {
			l.left = 0
			return 0, refuse("Save the sheet as CSV UTF-8.", "the workbook's list of parts is longer than 4 MiB")
		}
	}
	n, err = l.r.ReadAt(p, off)
	l.at = off + int64(n)
	return n, err
}

// A workbook is what is needed of it to read a sheet.
type workbook struct {
	parts    map[string]*zip.File // by partName
	dir      *limitedAt
	sheets   []sheetRef
	date1904 bool

	stylesPart, textsPart string // "" where there is none
}

type sheetRef struct {
	name   string
	part   string
	hidden bool
}

// partName is the name of a part as names are compared.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// open opens a part for reading as XML.
func (w *workbook) open(name string) (*xmlReader, error) {
	f := w.parts[name]
	if f == nil {
		return nil, errors.New(name + " is missing")
	}
	if f.UncompressedSize64 > maxPart || f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
		return nil, refuse("If you trust it, open it in Excel and save the sheet as CSV UTF-8.", "%s is packed as a ZIP bomb is: %d bytes in %d", name, f.UncompressedSize64, f.CompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return newXMLReader(r), nil
}

// read reads what the workbook consists of.
func (w *workbook) read() error {
	main := ""
	err := w.relations("_rels/.rels", "", func(_, kind, target string) {
		if kind == "officeDocument" {
			main = target
		}
	})
	switch {
	case w.parts["mimetype"] != nil && w.parts["content.xml"] != nil:
		return refuse("Save it as .xlsx or as CSV UTF-8.", "this is an OpenDocument file, not an Excel workbook (.xlsx)")
	case w.parts["xl/workbook.bin"] != nil:
		return refuse("Save it as .xlsx or as CSV UTF-8.", "this is an Excel binary workbook (.xlsb)")
	case err != nil || w.parts[main] == nil || !strings.HasPrefix(main, "xl/") && w.parts["xl/workbook.xml"] == nil && w.parts["workbook.xml"] == nil:
		return refuse("Unpack it first.", "this is a ZIP archive and not an Excel workbook")
	}
	parts := map[string]string{} // of worksheets, by the id of their relation
	err = w.relations(path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), path.Dir(main), func(id, kind, target string) {
		switch kind {
		case "worksheet":
			parts[id] = target
		case "styles":
			w.stylesPart = target
		case "sharedStrings":
			w.textsPart = target
		}
	})
	if err != nil {
		return err
	}
	return w.each(main, func(x *xmlReader, e element) error {
		switch e.name {
		case "workbookPr":
			w.date1904 = isTrue(e.attr("date1904"))
		case "sheet":
			if part := parts[e.attr("id")]; part != "" && len(w.sheets) < maxSheets {
				w.sheets = append(w.sheets, sheetRef{e.attr("name"), part, e.attr("state") == "hidden" || e.attr("state") == "veryHidden"})
			}
		}
		return nil
	})
}

// relations calls f for each relation of a part: its id, the last word of its type, and
// the name of the part that it leads to.
func (w *workbook) relations(name, folder string, f func(id, kind, target string)) error {
	return w.each(name, func(_ *xmlReader, e element) error {
		if e.name == "Relationship" && e.attr("TargetMode") != "External" {
			target := e.attr("Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join(folder, target)
			}
			f(e.attr("Id"), path.Base(e.attr("Type")), partName(target))
		}
		return nil
	})
}

// each calls f for each element of a part.
func (w *workbook) each(name string, f func(*xmlReader, element) error) error {
	x, err := w.open(partName(name))
	if err != nil {
		return err
	}
	defer x.close()
	for {
		e, err := x.next()
		if err == io.EOF {
			return nil
		}
		if err == nil && e.start {
			err = f(x, e)
		}
		if err != nil {
			return err
		}
	}
}

// choose finds the sheet that is meant.
func (w *workbook) choose(name string) (chosen sheetRef, notes []string, err error) {
	var names []string
	var filled []sheetRef
	for _, s := range w.sheets {
		if strings.EqualFold(s.name, name) {
			return s, nil, nil
		}
		shown := s.name
		if s.hidden {
			shown += " (hidden)"
		}
		names = append(names, shown)
		if name == "" && !s.hidden {
			some, err := w.holdsValues(s)
			if err != nil {
				return s, nil, err
			}
			if some {
				filled = append(filled, s)
			}
		}
	}
	list := strings.Join(names, ", ")
	switch {
	case len(list) > 2000:
		list = list[:2000] + " ..."
	case list == "":
		return chosen, nil, refuse("", "the workbook has no worksheet")
	}
	switch {
	case name != "":
		return chosen, nil, refuse("Name one of them with --sheet.", "the workbook has no sheet %q; its sheets are: %s", name, list)
	case len(filled) == 0:
		return chosen, nil, &csvfile.FileError{Message: "the file has no header: no sheet that is visible holds anything; its sheets are: " + list, Hint: "Name one of them with --sheet."}
	case len(filled) > 1:
		return chosen, nil, refuse("Name one of them with --sheet.", "the workbook has several sheets: %s", list)
	case len(w.sheets) > 1:
		notes = append(notes, "The sheet "+filled[0].name+" is read, the only visible one that holds anything.")
	}
	return filled[0], notes, nil
}

// holdsValues reports whether a sheet has a cell with a value.
func (w *workbook) holdsValues(s sheetRef) (some bool, err error) {
	err = w.each(s.part, func(_ *xmlReader, e element) error {
		if e.name == "v" || e.name == "t" {
			return errFound
		}
		return nil
	})
	if err == errFound {
		return true, nil
	}
	return false, err
}

var errFound = errors.New("found")

func isTrue(s string) bool { return s == "1" || s == "true" }
