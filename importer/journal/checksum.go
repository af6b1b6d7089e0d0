// The checksum of rows, by which a changed input is noticed.

package journal

import "hash/crc32"

// Checksum adds a row to the checksum of a [Slice], whose first row is added to 0.
// A row is the bytes it has in the input without its line end, which is counted
// as LF whatever it is there.
func Checksum(crc uint32, row []byte) uint32 {
	crc = crc32.Update(crc, castagnoli, row)
	return crc32.Update(crc, castagnoli, lineEnd)
}

var lineEnd = []byte{'\n'}
