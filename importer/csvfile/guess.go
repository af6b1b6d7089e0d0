// The likely encoding of a file, compressed or not.

package csvfile

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/saintfish/chardet"
)

// GuessFile names the encoding that a file most likely has, as [Guess] does for the
// start of one. gzip and zstd are decompressed. An error is a [*FileError].
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

// Guess names the encoding that the start of a file most likely has, for a hint
// or a proposal: utf-8 and UTF-16 for certain where it can be, else the
// best guess among all that are known, which may be one that Options doesn't
// take.
func Guess(sample []byte) string {
	if cs := markedCharset(sample); cs != nil {
		return cs.name
	}
	if cs := utf16ByNUL(sample); cs != nil {
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
