// Telling the encoding from the first 64 KiB.

package csvfile

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/saintfish/chardet"
)

// recognise settles the encoding, takes the byte order mark off, and refuses
// what is no text file.
func (r *Reader) recognise(name string) error {
	sample, err := r.src.bytes.Peek(sampleSize)
	if err != nil && err != io.EOF && len(sample) == 0 {
		return r.sourceError(err, 0)
	}
	if err := r.refuseFormats(sample); err != nil {
		return err
	}
	cs, err := r.chooseCharset(name, sample)
	if err != nil {
		return err
	}
	r.charset, r.decoder = cs, cs.newDecoder()
	r.dialect.Encoding = cs.name
	if r.src.kind != "" {
		r.notes = append(r.notes, fmt.Sprintf("The file is compressed with %s.", r.src.kind))
	}
	if cs.bom != "" && bytes.HasPrefix(sample, []byte(cs.bom)) {
		n, _ := r.src.bytes.Discard(len(cs.bom))
		r.base = int64(n)
		r.dialect.BOM = true
		r.notes = append(r.notes, fmt.Sprintf("The file starts with a byte order mark of %s, which is no part of the header.", cs.name))
	}
	r.src.text = r.src.bytes
	if cs.wide {
		r.src.text = newUTF16Reader(r.src.bytes, cs.big)
		r.notes = append(r.notes, fmt.Sprintf("The file is %s and is read as UTF-8.", cs.name))
	}
	return nil
}

func (r *Reader) chooseCharset(name string, sample []byte) (*charset, error) {
	marked := markedCharset(sample)
	if name != "" {
		pinned, ok := charsetNamed(name)
		switch {
		case !ok:
			return nil, r.fail(0, fmt.Sprintf("the encoding %.40q isn't known", name), "Use one of "+knownNames+".")
		case pinned == nil && marked != nil && marked.wide:
			return marked, nil
		case pinned == nil:
			if pinned = wideByNUL(sample); pinned == nil {
				pinned = utf16LE
			}
		}
		if marked != nil && marked != pinned {
			return nil, r.fail(0, fmt.Sprintf("the file starts with a byte order mark of %s, but %s was asked for", marked.name, pinned.name), "Use --encoding "+marked.name+", or none.")
		}
		return pinned, nil
	}
	if bytes.HasPrefix(sample, []byte("\xFF\xFE\x00\x00")) || bytes.HasPrefix(sample, []byte("\x00\x00\xFE\xFF")) {
		return nil, r.fail(0, "the file is UTF-32", "Convert it to UTF-8.")
	}
	if marked != nil && marked.wide {
		return marked, nil
	}
	if wide := wideByNUL(sample); wide != nil {
		return nil, r.fail(0, "the file looks like UTF-16 without a byte order mark", pinHint(wide.name))
	}
	if at := invalidAt(sample); at >= 0 {
		line := int64(1 + bytes.Count(sample[:at], []byte("\n")))
		guess := Guess(sample)
		what := fmt.Sprintf("the byte 0x%02X at offset %d is no UTF-8", sample[at], at)
		if guess == utf8Set.name {
			return nil, r.fail(line, what+", though the rest looks like it", pinHint(guess)+" Then only the rows with such bytes are refused.")
		}
		if _, ok := charsetNamed(guess); !ok {
			return nil, r.fail(line, what+"; the file looks like "+guess, "Convert it to UTF-8, or name its encoding with --encoding: "+knownNames+".")
		}
		return nil, r.fail(line, what+"; the file looks like "+guess, pinHint(guess))
	}
	return utf8Set, nil
}

func pinHint(name string) string {
	return fmt.Sprintf("If so, use --encoding %s, or put csv: { encoding: %s } into the mapping.", name, name)
}

// markedCharset returns the charset of a byte order mark, or nil.
func markedCharset(sample []byte) *charset {
	for _, cs := range []*charset{utf8Set, utf16LE, utf16BE} {
		if bytes.HasPrefix(sample, []byte(cs.bom)) {
			return cs
		}
	}
	return nil
}

// wideByNUL tells UTF-16 from NULs at either every even or every odd place, as
// ASCII text leaves them, or returns nil.
func wideByNUL(sample []byte) *charset {
	var zeros [2]int
	for i, c := range sample {
		if c == 0 {
			zeros[i%2]++
		}
	}
	enough := max(2, len(sample)/16)
	switch {
	case zeros[1] >= enough && zeros[0] <= zeros[1]/8:
		return utf16LE
	case zeros[0] >= enough && zeros[1] <= zeros[0]/8:
		return utf16BE
	}
	return nil
}

// invalidAt returns the offset of the first byte of a sample that is no UTF-8,
// -1 when there is none. A character that the sample's end cuts off is fine if
// the sample is full.
func invalidAt(sample []byte) int {
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		if len(sample) >= sampleSize && !utf8.FullRune(sample[i:]) {
			break
		}
		c, size := utf8.DecodeRune(sample[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// refuseFormats says what a file is that is often taken for a CSV.
func (r *Reader) refuseFormats(sample []byte) error {
	for _, f := range []struct{ magic, message, hint string }{
		{"PK\x03\x04", "this is an Excel file (.xlsx) or another ZIP archive, not a CSV", "Save it from Excel as CSV UTF-8, or unpack it."},
		{"PK\x05\x06", "this is an empty ZIP archive", "Save the table as CSV UTF-8."},
		{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "this is an Excel file (.xls), not a CSV", "Save it from Excel as CSV UTF-8."},
		{"%PDF-", "this is a PDF file, not a CSV", "Export the table as CSV."},
		{"\xFD7zXZ\x00", "this is an xz file", "Decompress it first; gzip and zstd are read as they are."},
		{"7z\xBC\xAF\x27\x1C", "this is a 7-Zip archive", "Unpack it first."},
		{"\x1F\x8B", "the file is compressed more than once", "Decompress it first."},
		{"\x28\xB5\x2F\xFD", "the file is compressed more than once", "Decompress it first."},
	} {
		if strings.HasPrefix(string(sample[:min(len(sample), 8)]), f.magic) {
			return r.fail(0, f.message, f.hint)
		}
	}
	return nil
}

// Guess names the encoding that the start of a file most likely has, for a hint
// or a proposal: utf-8 and UTF-16 for certain where it can be, else the
// best guess among all that are known, which may be one that Options doesn't
// take.
func Guess(sample []byte) string {
	if cs := markedCharset(sample); cs != nil {
		return cs.name
	}
	if cs := wideByNUL(sample); cs != nil {
		return cs.name
	}
	if invalidAt(sample) < 0 {
		return utf8Set.name
	}
	results, err := chardet.NewTextDetector().DetectAll(sample)
	if err != nil || len(results) == 0 {
		return windows.name
	}
	for _, result := range results {
		cs, ok := charsetNamed(result.Charset)
		if !ok || cs == nil {
			continue
		}
		if cs == latin1 {
			cs = windows // the same but for control characters
		}
		if _, bad := cs.newDecoder().append(nil, sample); bad < 0 || len(sample)-bad <= 2 {
			return cs.name
		}
	}
	return strings.ToLower(results[0].Charset)
}
