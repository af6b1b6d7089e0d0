// Group commit: callers that wait for the disk at the same time share one sync.

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// add appends a record and returns when it is written, or durable. The caller
// holds j.mu, which is released while it waits.
func (j *Journal) add(r *record, durable bool) error {
	if j.err != nil {
		return j.err
	}
	line, err := r.encode()
	if err == nil {
		err = j.states.apply(r)
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.pending = append(j.pending, line...)
	j.end += int64(len(line))
	return j.commit(j.end, durable)
}

// commit returns when the file is written, or durable, up to end. The first caller
// that finds nobody writing writes for all that wait by then. There is no timer, so a
// lone caller waits for nobody.
func (j *Journal) commit(end int64, durable bool) error {
	for {
		switch {
		case j.synced >= end || !durable && j.written >= end:
			return nil
		case j.err != nil:
			return j.err
		case j.busy:
			j.changed.Wait()
		default:
			j.flush(durable)
		}
	}
}

// flush writes what is pending, and syncs if it is to be durable.
func (j *Journal) flush(durable bool) {
	j.busy = true
	if durable {
		// Let callers that have a record ready add it.
		j.mu.Unlock()
		runtime.Gosched()
		j.mu.Lock()
	}
	lines, at := j.pending, j.written
	j.pending, j.spare = j.spare[:0], nil
	j.mu.Unlock()

	err := j.write(lines, at)
	if err == nil && durable {
		if err = j.file.Sync(); err != nil {
			err = fmt.Errorf("syncing the journal: %w", err)
		}
	}
	if err == nil && durable {
		err = j.stillThere()
	}

	j.mu.Lock()
	j.busy = false
	j.spare = lines
	if err != nil {
		j.err = err
	} else {
		j.written = at + int64(len(lines))
		if durable {
			j.synced = j.written
		}
	}
	j.changed.Broadcast()
}

// stillThere returns an error when the file lost its name, as with its directory.
func (j *Journal) stillThere() error {
	f, ok := j.file.(*os.File)
	if !ok || j.path == "" {
		return nil
	}
	own, err := f.Stat()
	if err != nil {
		return nil
	}
	now, err := os.Lstat(j.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(own, now) {
		return fmt.Errorf("%s was deleted or replaced while the run was going on", j.path)
	}
	return nil
}

func (j *Journal) write(lines []byte, at int64) error {
	if len(lines) == 0 {
		return nil
	}
	if _, err := j.file.WriteAt(lines, at); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// Synced returns how many bytes of the file are known to be durable.
func (j *Journal) Synced() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.synced
}

var errClosed = fmt.Errorf("the journal is closed: %w", os.ErrClosed)

// Close makes durable what isn't yet, and closes the file. Later calls return an
// error that matches [os.ErrClosed]; Close of a journal that has failed returns
// the failure.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == errClosed {
		return j.err
	}
	err := j.commit(j.end, true)
	if j.err == nil {
		j.err = errClosed
	}
	return errors.Join(err, j.file.Close())
}
