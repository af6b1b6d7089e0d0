// Cells that a spreadsheet would take for a formula, made harmless, and the way back.

package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

// fullWidth are the full-width forms of = + - @, which spreadsheets with a Japanese
// interface take for them.
var fullWidth = []string{"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}

// number is what may begin with + or - and is still no formula.
var number = regexp.MustCompile(`^[+-][.,]?[0-9][0-9.,]*([eE][+-]?[0-9]+)?$`)

// Neutralise returns s so that a spreadsheet takes it for text: a ' goes before
// = + - @ TAB CR and the full-width forms of the first four. Numbers such as -1.5
// stay as they are. [Restore] undoes it for every s: where such a text begins with
// ' already, it gets one more.
func Neutralise(s string) string {
	if formula(strings.TrimLeft(s, "'"), fullWidth) {
		return "'" + s
	}
	return s
}

// Restore returns the text from which [Neutralise] made s, and other texts as they
// are.
func Restore(s string) string {
	rest, marked := strings.CutPrefix(s, "'")
	if marked && formula(strings.TrimLeft(rest, "'"), fullWidth) {
		return rest
	}
	return s
}

// formula reports whether text begins as a formula does. The full-width forms are
// given in the text's encoding.
func formula[T string | []byte](text T, fullWidth []string) bool {
	if len(text) == 0 {
		return false
	}
	switch text[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return !number.MatchString(string(text))
	}
	for _, w := range fullWidth {
		if len(text) >= len(w) && string(text[:len(w)]) == w {
			return true
		}
	}
	return false
}

// A neutraliser does for raw cells what [Neutralise] does for text. It needn't
// decode them, so it works for records with a Problem too, and no byte is changed
// by decoding and encoding.
type neutraliser struct {
	fullWidth []string // in the file's encoding, as far as that has them
	marked    bool     // the cells are neutralised already
}

func newNeutraliser(d csvfile.Dialect, marked bool) *neutraliser {
	if strings.HasPrefix(d.Encoding, "utf-16") {
		d.Encoding = "utf-8" // as raw cells are
	}
	var b bytes.Buffer // which never fails
	w := csvfile.NewWriter(&b, csvfile.Dialect{Encoding: d.Encoding})
	w.Write(nil, fullWidth)
	w.Flush()
	forms := strings.Split(strings.TrimSuffix(b.String(), "\n"), ",")
	return &neutraliser{
		fullWidth: slices.DeleteFunc(forms, func(f string) bool { return f == "?" }),
		marked:    marked,
	}
}

// all neutralises cells in their place. A nil neutraliser leaves them alone.
func (n *neutraliser) all(cells [][]byte) {
	if n == nil {
		return
	}
	for i, c := range cells {
		cells[i] = n.cell(c)
	}
}

func (n *neutraliser) cell(raw []byte) []byte {
	text := raw
	at := 0
	if len(raw) > 0 && raw[0] == '"' {
		text, at = raw[1:len(raw)-1], 1
	}
	plain := bytes.TrimLeft(text, "'")
	if n.marked && len(plain) < len(text) || !formula(plain, n.fullWidth) {
		return raw
	}
	return slices.Concat(raw[:at], []byte{'\''}, raw[at:])
}
