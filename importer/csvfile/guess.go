// The likely encoding of a file, compressed or not.

package csvfile

import (
	"io"
	"os"
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
