// Telling the encoding from the first 64 KiB.

package csvfile

import (
	"bytes"
	"fmt"
	"io"

	"golang.org/x/text/transform"
)

// recognise settles the encoding, takes the byte order mark off, and refuses
// what is not a text file.
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
		r.notes = append(r.notes, fmt.Sprintf("The file starts with a byte order mark of %s, which is not part of the header.", cs.name))
	}
	r.src.text = r.src.bytes
	if cs.utf16 {
		r.src.text = newUTF16Reader(r.src.bytes, cs.big)
		r.notes = append(r.notes, fmt.Sprintf("The file is %s and is read as UTF-8.", cs.name))
	}
	if cs.stream {
		r.src.text = transform.NewReader(r.src.bytes, cs.table.NewDecoder())
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
		case pinned == nil && marked != nil && marked.utf16:
			return marked, nil
		case pinned == nil:
			if pinned = utf16ByNUL(sample); pinned == nil {
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
	if marked != nil && marked.utf16 {
		return marked, nil
	}
	if cs := utf16ByNUL(sample); cs != nil {
		return nil, r.fail(0, "the file looks like UTF-16 without a byte order mark", pinHint(cs.name))
	}
	if isJIS(sample) {
		return nil, r.fail(0, "the file looks like "+jis.name, pinHint(jis.name))
	}
	if at := invalidAt(sample); at >= 0 {
		line := int64(1 + bytes.Count(sample[:at], []byte("\n")))
		what := fmt.Sprintf("the byte 0x%02X at offset %d is not UTF-8", sample[at], at)
		if mostlyUTF8(sample) {
			return nil, r.fail(line, what+", though the rest is", pinHint(utf8Set.name)+" Then only the rows with such bytes are refused.")
		}
		list := candidateEncodings(sample)
		if guess := sureOf(list); guess != "" {
			return nil, r.fail(line, what+"; the file looks like "+guess, pinHint(guess))
		}
		return nil, r.fail(line, what+"; hubload can't tell which encoding it is", askHint(list))
	}
	return utf8Set, nil
}

func pinHint(name string) string {
	return fmt.Sprintf("If so, use --encoding %s, or put csv: { encoding: %s } into the mapping.", name, name)
}
