// Keys made of an import's name and the rows' numbers.

package importer

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// AutoKey returns the keys of an import's rows: 26 characters, the same for the
// same import and row, on any machine and at any time. The import is named by
// everything that makes it the same one: what is read, how it is mapped, and
// where it goes.
func AutoKey(imports ...string) func(row int64) string {
	name := sha256.Sum256([]byte(strings.Join(imports, "\x00")))
	return func(row int64) string {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(name[:], uint64(row)))
		return strings.ToLower(base32.StdEncoding.EncodeToString(h[:]))[:26]
	}
}
