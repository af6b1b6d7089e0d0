// A journal whose writers share syncs.

package main

import (
	"log"
	"os"
	"strconv"
	"sync"
)

type journal struct {
	mu            sync.Mutex
	changed       *sync.Cond
	file          *os.File
	pending       []byte
	added, synced int
	busy          bool
}

func newJournal(f *os.File) *journal {
	j := &journal{file: f}
	j.changed = sync.NewCond(&j.mu)
	return j
}

// add returns when the record is durable.
func (j *journal) add(kind string, from, n int, ids [][]byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(append(j.pending, kind...), ' ')
	j.pending = append(strconv.AppendInt(j.pending, int64(from), 10), ' ')
	j.pending = strconv.AppendInt(j.pending, int64(n), 10)
	last := int64(0)
	for _, id := range ids {
		v, _ := strconv.ParseInt(string(id), 10, 64)
		j.pending = append(j.pending, ' ')
		j.pending = strconv.AppendInt(j.pending, v-last, 10)
		last = v
	}
	j.pending = append(j.pending, '\n')
	j.added++
	mine := j.added
	for j.synced < mine {
		if j.busy {
			j.changed.Wait()
			continue
		}
		lines, upTo := j.pending, j.added
		j.pending, j.busy = nil, true
		j.mu.Unlock()
		if _, err := j.file.Write(lines); err != nil {
			log.Fatal(err)
		}
		if err := j.file.Sync(); err != nil {
			log.Fatal(err)
		}
		j.mu.Lock()
		j.busy, j.synced = false, upTo
		j.changed.Broadcast()
	}
}
