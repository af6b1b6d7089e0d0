// Reports never replace newer ones, nor a failures.csv that somebody changed.

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"

	"github.com/hubload/hubload/importer/atomicfile"
)

// ErrStale is what an error matches when the reports in the directory are of a later
// state of the journal. They stay as they are.
var ErrStale = errors.New("newer reports were written meanwhile; write the reports again if need be")

// A stamp says what the reports in a directory were written from.
type stamp struct {
	Journal int64 `json:"journal_bytes"`

	// The SHA-256 of the failures.csv that is written, and of the one that it
	// replaces: after a death either may be there.
	Failures []string `json:"failures_sha256"`
}

func readStamp(dir atomicfile.Dir) (s stamp) {
	f, err := dir.Open(stampName)
	if err != nil {
		return stamp{}
	}
	defer f.Close()
	if json.NewDecoder(io.LimitReader(f, maxSummary)).Decode(&s) != nil {
		return stamp{}
	}
	return s
}

// publish gives the reports their names. The caller holds the directory's lock.
func publish(dir atomicfile.Dir, journalSize int64, o Options, failures *hashedFile, others ...*atomicfile.File) error {
	old := readStamp(dir)
	if old.Journal > journalSize {
		return ErrStale
	}
	now := stamp{Journal: journalSize, Failures: []string{failures.sum()}}
	switch current, err := sumOf(dir, failuresName); {
	case err != nil:
		return err
	case current != "" && !slices.Contains(old.Failures, current):
		if err := keep(dir, o); err != nil {
			return err
		}
	case current != "":
		now.Failures = append(now.Failures, current)
	}
	// The stamp is durable before the reports: what it says of them holds after a death too.
	if err := writeJSON(dir, stampName, now); err != nil {
		return err
	}
	return dir.Publish(append(others, failures.File)...)
}

// keep gives a failures.csv that somebody changed a name of its own.
func keep(dir atomicfile.Dir, o Options) error {
	for n := 1; ; n++ {
		name := fmt.Sprintf("failures.edited-%d.csv", n)
		if dir.Exists(name) {
			continue
		}
		if err := dir.Rename(failuresName, name); err != nil {
			return fmt.Errorf("keeping the changed %s: %w", failuresName, err)
		}
		if o.Kept != nil {
			o.Kept(name)
		}
		return nil
	}
}

// sumOf returns the SHA-256 of a file, "" when there is no regular file.
func sumOf(dir atomicfile.Dir, name string) (string, error) {
	f, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, atomicfile.ErrNotRegular) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the old %s: %w", name, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading the old %s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// A hashedFile knows the SHA-256 of what was written.
type hashedFile struct {
	*atomicfile.File
	hash hash.Hash
}

func createHashed(dir atomicfile.Dir, name string) (*hashedFile, error) {
	f, err := dir.Create(name)
	if err != nil {
		return nil, err
	}
	return &hashedFile{f, sha256.New()}, nil
}

func (f *hashedFile) Write(p []byte) (int, error) {
	f.hash.Write(p)
	return f.File.Write(p)
}

func (f *hashedFile) sum() string { return hex.EncodeToString(f.hash.Sum(nil)) }

// writeJSON writes a small file of its own.
func writeJSON(dir atomicfile.Dir, name string, v any) error {
	f, err := dir.Create(name)
	if err != nil {
		return err
	}
	defer f.Discard()
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return dir.Publish(f)
}
