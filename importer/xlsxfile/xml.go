// XML as a stream of elements, each of a bounded size.

package xlsxfile

import (
	"encoding/xml"
	"errors"
	"io"
)

// maxToken is how much of a part may be read for one tag or text. A cell has at most
// 32,767 characters.
const maxToken = 1 << 20

// An xmlReader reads a part of a workbook.
type xmlReader struct {
	src    io.ReadCloser
	dec    *xml.Decoder
	budget int
}

func newXMLReader(src io.ReadCloser) *xmlReader {
	x := &xmlReader{src: src}
	x.dec = xml.NewDecoder(x)
	return x
}

func (x *xmlReader) close() { x.src.Close() }

// Read is called by the decoder.
func (x *xmlReader) Read(p []byte) (int, error) {
	if x.budget < 0 {
		return 0, errors.New("a tag or a text is longer than 1 MiB")
	}
	n, err := x.src.Read(p)
	x.budget -= n
	return n, err
}

// An element is a start tag, an end tag or a text.
type element struct {
	name  string // without its prefix; "" for a text
	start bool
	attrs []xml.Attr
	text  []byte // valid until the next one is read
}

// attr returns the value of an attribute, "" when there is none.
func (e *element) attr(name string) string {
	for i := range e.attrs {
		if e.attrs[i].Name.Local == name {
			return e.attrs[i].Value
		}
	}
	return ""
}

// next returns the next element, and io.EOF at the end of the part.
func (x *xmlReader) next() (element, error) {
	for {
		x.budget = maxToken
		token, err := x.dec.RawToken()
		if err != nil {
			return element{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			return element{name: t.Name.Local, start: true, attrs: t.Attr}, nil
		case xml.EndElement:
			return element{name: t.Name.Local}, nil
		case xml.CharData:
			return element{text: t}, nil
		}
	}
}

// text returns the text of an element that was just begun, and of those inside of it that
// are texts themselves. What is inside of skipped ones doesn't count.
func (x *xmlReader) text(dst []byte, of string) ([]byte, error) {
	depth, in, skipped := 1, of == "v" || of == "t", 0
	for {
		e, err := x.next()
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return dst, err
		}
		switch {
		case e.name == "":
			if in && skipped == 0 {
				if dst = append(dst, e.text...); len(dst) > maxToken {
					return dst, errors.New("a text is longer than 1 MiB")
				}
			}
		case e.start:
			depth++
			if e.name == "rPh" { // how Japanese is read aloud
				skipped++
			}
			in = e.name == "t"
		default:
			if depth--; depth == 0 {
				return dst, nil
			}
			if e.name == "rPh" {
				skipped--
			}
			in = false
		}
	}
}
