// The likely encoding of a file, compressed or not.

package csvfile

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// GuessFile names the encoding that a file has, as [Guess] does for the start of one.
// gzip and zstd are decompressed. An error is a [*FileError].
func GuessFile(path string) (string, error) {
	if err := regular(path, func() (os.FileInfo, error) { return os.Stat(path) }); err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	defer f.Close()
	r := &Reader{path: path}
	defer r.src.close()
	if err := r.src.open(f); err != nil {
		return "", r.sourceError(err, 0)
	}
	sample, err := r.src.bytes.Peek(sampleSize)
	if err != nil && err != io.EOF && len(sample) == 0 {
		return "", r.sourceError(err, 0)
	}
	return Guess(sample), nil
}

// Guess names the encoding that the start of a file has, one that Options takes; "" where
// it isn't sure. UTF-8 and UTF-16 are told by their rules. Another one is only named if
// the whole sample is text in it that makes words of some language, and no other one does
// that nearly as well.
func Guess(sample []byte) string {
	if cs := markedCharset(sample); cs != nil {
		return cs.name
	}
	if cs := utf16ByNUL(sample); cs != nil {
		return cs.name
	}
	if isJIS(sample) {
		return jis.name
	}
	if invalidAt(sample) < 0 || mostlyUTF8(sample) {
		return utf8Set.name
	}
	return sureOf(candidateEncodings(sample))
}

// isJIS reports whether a sample of ASCII alone shifts to Japanese by escapes.
func isJIS(sample []byte) bool {
	return isASCII(sample) && (bytes.Contains(sample, []byte("\x1B$B")) || bytes.Contains(sample, []byte("\x1B$@")))
}

// mostlyUTF8 reports whether nearly all of what isn't ASCII is UTF-8.
func mostlyUTF8(sample []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(sample); {
		c, size := utf8.DecodeRune(sample[i:])
		switch {
		case size == 1 && c == utf8.RuneError:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return good > 4*bad
}

// A candidateEncoding is one in which a sample is text.
type candidateEncoding struct {
	name  string
	text  string
	score float64 // from 0 to 1: how much of it makes words
}

// tried are the encodings, in the order in which they win a tie: texts that are the same
// in several are told by the most usual name.
var tried = []*charset{windows, central, cyrillic, turkish, latin2, latin9, mac, dos, shiftJIS, eucJP, korean, gb18030, big5}

// candidateEncodings returns those in which the sample is text, the likeliest first. Those
// with the same text are one.
func candidateEncodings(sample []byte) (list []candidateEncoding) {
	if len(sample) >= sampleSize {
		if end := bytes.LastIndexByte(sample, '\n'); end > 0 {
			sample = sample[:end] // what follows may be half a character
		}
	}
	for _, cs := range tried {
		decoded, bad := cs.newDecoder().append(nil, sample)
		text := string(decoded)
		if at, _ := badText(decoded); bad >= 0 || at >= 0 || slices.ContainsFunc(list, func(c candidateEncoding) bool { return c.text == text }) {
			continue
		}
		list = append(list, candidateEncoding{cs.name, text, plausibility(cs, text, sample)})
	}
	slices.SortStableFunc(list, func(a, b candidateEncoding) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	return list
}

// sureOf returns the name of the first one if no other is nearly as good.
func sureOf(list []candidateEncoding) string {
	const enough, apart = 0.9, 0.1
	if len(list) == 0 || list[0].score < enough || len(list) > 1 && list[1].score > list[0].score-apart {
		return ""
	}
	return list[0].name
}

// askHint shows the same cells in the likeliest encodings, for a person to choose.
func askHint(list []candidateEncoding) string {
	if len(list) == 0 {
		return "Save it as UTF-8, or name its encoding with --encoding: " + knownNames + "."
	}
	var b strings.Builder
	b.WriteString("Which of these is right?")
	for _, c := range list[:min(3, len(list))] {
		b.WriteString(" With --encoding " + c.name + ": " + strings.Join(sampleCells(c.text), " | ") + ".")
	}
	b.WriteString(" If none is: save it as UTF-8, or name another of " + knownNames + ".")
	return b.String()
}

// sampleCells returns the first three pieces of text that aren't ASCII.
func sampleCells(text string) (cells []string) {
	for piece := range strings.FieldsFuncSeq(text, func(c rune) bool { return strings.ContainsRune(",;\t|\"\r\n", c) }) {
		piece = strings.TrimSpace(piece)
		if isASCII([]byte(piece)) || slices.Contains(cells, piece) {
			continue
		}
		if runes := []rune(piece); len(runes) > 30 {
			piece = string(runes[:30]) + "…"
		}
		if cells = append(cells, piece); len(cells) == 3 {
			break
		}
	}
	return cells
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

// utf16ByNUL tells UTF-16 from NULs at either every even or every odd place, as
// ASCII text leaves them, or returns nil.
func utf16ByNUL(sample []byte) *charset {
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

// invalidAt returns the offset of the first byte of a sample that is not UTF-8,
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
