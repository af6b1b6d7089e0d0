// The checksum of one line of JSON, for other files that are appended to.

package journal

import "bytes"

// Seal returns a JSON object as a line with a checksum at its end, as a journal's are. It
// must not be empty, and must hold no line end.
func Seal(object []byte) []byte {
	body := bytes.TrimSuffix(object, []byte("}"))
	return append(appendTrailer(bytes.Clone(body), body), '\n')
}

// Sealed reports whether a line, without its line end, is what [Seal] has written.
func Sealed(line []byte) bool { return len(line) > 0 && recordLength(line) == len(line) }
