// What the ledger keeps of a run: its description, and a hash of what each row sends.

package rundir

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
)

// A sent entry says what a run has sent, or is about to. Its file holds it as a line of
// JSON, then 8 bytes for each row of the input, in its order, and a CRC-32C of both. The 8
// bytes are a [rowHash], or 0 for a row that wasn't sent or was refused. So a file takes
// 8 MB for each million rows; it stays until somebody deletes it. A run of 10 million
// rows is compared with one as large in 20 s of CPU beside the reading of its
// input (2026-11).
type sent struct {
	ID       string        `json:"id"`
	Run      diskPath      `json:"run"` // absolute path of the run directory
	Input    diskPath      `json:"input"`
	SHA256   string        `json:"sha256"`
	Started  time.Time     `json:"started"`
	Account  string        `json:"account"` // as messages name it
	BaseURL  string        `json:"base_url"`
	Object   string        `json:"object"`
	Key      string        `json:"key,omitempty"`           // the unique property, and what it is made of
	Mapping  string        `json:"mapping"`                 // without what says how the file is written
	Corrects []string      `json:"corrects_runs,omitempty"` // ids of the runs that refused the rows
	Settled  bool          `json:"settled"`                 // the run has ended, and rows that don't exist have no hash
	Counts   report.Counts `json:"counts"`                  // when it is settled

	path   string
	offset int64 // of the hashes
}

const (
	sentExt       = ".rows"
	maxSentHeader = maxText + 64<<10 // bytes of the line: most of it is the mapping
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rowHash is the hash of a row with a content, never 0. Two different rows of 10 million
// each have the same one with a chance of 1 in 200,000.
func rowHash(c rows.Content) uint64 { return max(binary.BigEndian.Uint64(c[:8]), 1) }

// A sentWriter writes the file of an entry.
type sentWriter struct {
	dir  atomicfile.Dir
	file *atomicfile.File
	buf  *bufio.Writer
	crc  uint32
}

// createSent begins the file of an entry in a directory. The caller closes the writer.
func createSent(dir string, e *sent) (*sentWriter, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	w := &sentWriter{dir: d}
	if err = d.Sweep(); err == nil {
		w.file, err = d.Create(e.ID + sentExt)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	w.buf = bufio.NewWriterSize(w.file, 64<<10)
	return w, w.write(append(line, '\n'))
}

func (w *sentWriter) write(p []byte) error {
	w.crc = crc32.Update(w.crc, castagnoli, p)
	_, err := w.buf.Write(p) // an error stays until publish
	return err
}

// add adds the next row of the input; 0 is one that isn't sent.
func (w *sentWriter) add(hash uint64) error {
	return w.write(binary.BigEndian.AppendUint64(w.buf.AvailableBuffer(), hash))
}

// publish gives the file its name.
func (w *sentWriter) publish() error {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], w.crc)
	if _, err := w.buf.Write(b[:]); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	return w.dir.Publish(w.file)
}

// close removes the file unless it was published.
func (w *sentWriter) close() {
	if w != nil {
		w.file.Discard()
		w.dir.Close()
	}
}

// openSent reads the description of an entry, which is all that is read.
func openSent(path string) (*sent, error) {
	e, r, err := readSent(path)
	if err != nil {
		return nil, err
	}
	return e, r.Close()
}

// readSent is openSent that leaves the file open, before its hashes.
func readSent(path string) (e *sent, _ *sentReader, err error) {
	f, err := atomicfile.OpenRegular(path, os.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	r := &sentReader{File: f, buf: bufio.NewReaderSize(f, 64<<10)}
	e = &sent{path: path}
	var line []byte
	for err == nil && !bytes.HasSuffix(line, []byte{'\n'}) && len(line) < maxSentHeader {
		var part []byte
		part, err = r.buf.ReadSlice('\n')
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
	}
	if err == nil {
		err = json.Unmarshal(line, e)
	}
	var info os.FileInfo
	if err == nil {
		info, err = f.Stat()
	}
	if err != nil {
		return nil, nil, errors.Join(damagedLedger(path, err), f.Close())
	}
	e.offset = int64(len(line))
	if r.rows = (info.Size() - e.offset - 4) / 8; info.Size() != e.offset+8*r.rows+4 {
		return nil, nil, errors.Join(damagedLedger(path, errors.New("it has been cut")), f.Close())
	}
	r.crc = crc32.Update(0, castagnoli, line)
	return e, r, nil
}

// A sentReader reads the hashes of an entry.
type sentReader struct {
	*os.File
	buf  *bufio.Reader
	crc  uint32
	rows int64
}

// hashes calls f for each row of an entry with its hash, 0 for one that wasn't sent. The
// error is that of a damaged file.
func (e *sent) hashes(f func(row int64, hash uint64)) error {
	_, r, err := readSent(e.path)
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 32<<10)
	for row := int64(1); row <= r.rows; {
		part := buf[:8*min(int64(len(buf)/8), r.rows-row+1)]
		if _, err := io.ReadFull(r.buf, part); err != nil {
			return damagedLedger(e.path, err)
		}
		r.crc = crc32.Update(r.crc, castagnoli, part)
		for ; len(part) > 0; part = part[8:] {
			f(row, binary.BigEndian.Uint64(part))
			row++
		}
	}
	var sum [4]byte
	if _, err := io.ReadFull(r.buf, sum[:]); err != nil || binary.BigEndian.Uint32(sum[:]) != r.crc {
		return damagedLedger(e.path, errors.New("its checksum is wrong"))
	}
	return nil
}

func damagedLedger(path string, err error) error {
	return &Error{Reason: LedgerDamaged, Path: path, Err: fmt.Errorf("the ledger of what went into this account is damaged: %s: %w", path, err)}
}

// entries reads the descriptions of all runs of an account and object type.
func (l ledger) entries(dir string) (all []*sent, err error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !strings.HasSuffix(name.Name(), sentExt) {
			continue
		}
		e, err := openSent(filepath.Join(dir, name.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}
