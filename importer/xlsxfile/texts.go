// The texts that cells share: in memory as far as they are few, else in a temporary file.

package xlsxfile

import (
	"io"
	"os"
	"regexp"
	"strconv"
	"unicode/utf16"
)

const (
	maxInMemory = 4 << 20   // bytes of texts
	maxTexts    = 4_000_000 // 32 MiB of offsets
)

// texts are the shared strings of a workbook.
type texts struct {
	ends   []uint64 // of each in all
	memory []byte   // as far as they fit
	file   *os.File // nil while they do
	buf    []byte   // what wasn't written to file yet
	cell   []byte
}

// texts reads the part with the shared strings.
func (w *workbook) texts() (*texts, error) {
	t := &texts{}
	if w.textsPart == "" || w.parts[w.textsPart] == nil {
		return t, nil
	}
	err := w.each(w.textsPart, func(x *xmlReader, e element) error {
		if e.name != "si" {
			return nil
		}
		var err error
		if t.cell, err = x.text(t.cell[:0], "si"); err != nil {
			return err
		}
		return t.add(unescape(t.cell))
	})
	if err == nil {
		err = t.flush()
	}
	if err != nil {
		t.close()
	}
	return t, err
}

func (t *texts) add(text []byte) error {
	if len(t.ends) == maxTexts {
		return refuse("Save the sheet as CSV UTF-8.", "the workbook holds more than %d different texts", maxTexts)
	}
	end := uint64(len(text))
	if n := len(t.ends); n > 0 {
		end += t.ends[n-1]
	}
	t.ends = append(t.ends, end)
	if t.file == nil && end <= maxInMemory {
		t.memory = append(t.memory, text...)
		return nil
	}
	if t.file == nil {
		f, err := os.CreateTemp("", "hubload-texts-*") // mode 0600
		if err != nil {
			return refuse("Set TMPDIR to a folder with enough space, or save the sheet as CSV UTF-8.", "the workbook's texts need a temporary file: %v", err)
		}
		os.Remove(f.Name()) // where that works, nothing is left behind whatever happens
		t.file, t.buf, t.memory = f, append(t.buf, t.memory...), nil
	}
	if t.buf = append(t.buf, text...); len(t.buf) > 256<<10 {
		return t.flush()
	}
	return nil
}

func (t *texts) flush() error {
	if t.file == nil {
		return nil
	}
	_, err := t.file.Write(t.buf)
	t.buf = t.buf[:0]
	return err
}

// at returns a text, valid until the next call.
func (t *texts) at(index string) ([]byte, error) {
	i, err := strconv.ParseUint(index, 10, 32)
	if err != nil || i >= uint64(len(t.ends)) {
		return nil, refuse("Open it in Excel and save it again.", "the workbook is damaged: it has no text number %.20q", index)
	}
	start, end := uint64(0), t.ends[i]
	if i > 0 {
		start = t.ends[i-1]
	}
	if t.file == nil {
		return t.memory[start:end], nil
	}
	t.cell = append(t.cell[:0], make([]byte, end-start)...)
	if _, err := t.file.ReadAt(t.cell, int64(start)); err != nil && !(err == io.EOF && start == end) {
		return nil, err
	}
	return t.cell, nil
}

func (t *texts) close() {
	if t != nil && t.file != nil {
		t.file.Close()
		os.Remove(t.file.Name())
	}
}

// escaped is how a workbook writes what XML can't hold: _x000D_ for CR.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]_`)

func unescape(text []byte) []byte {
	if !escaped.Match(text) {
		return text
	}
	return escaped.ReplaceAllFunc(text, func(code []byte) []byte {
		n, _ := strconv.ParseUint(string(code[2:6]), 16, 16)
		if utf16.IsSurrogate(rune(n)) {
			return code
		}
		return []byte(string(rune(n)))
	})
}
