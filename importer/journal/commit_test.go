// Many goroutines, one file.

package journal

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

func TestConcurrency(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := Create(path, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	const workers, batches = 16, 20
	var wg sync.WaitGroup
	for w := range int64(workers) {
		wg.Go(func() {
			for b := range int64(batches) {
				at := Span{From: (w*batches+b)*10 + 1}
				at.To = at.From + 9
				if err := oneBatch(j, at, b%3 == 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for range 50 {
			s, err := Load(path)
			if err != nil {
				t.Errorf("Load beside writers: %v", err)
				return
			}
			for row := int64(1); row <= workers*batches*10; row += 97 {
				if _, _, err := s.Fate(row); err != nil {
					t.Error(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			_ = j.Synced()
		}
	})
	wg.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, want := s.Counts(), (Counts{Created: workers * batches * 10}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for row := int64(1); row <= workers*batches*10; row++ {
		f, _, err := s.Fate(row)
		if err != nil || f.ID != fmt.Sprint(1e9+row) {
			t.Fatalf("row %d: %+v, %v", row, f, err)
		}
	}
}

// oneBatch takes rows through an intent, or two when the first is returned.
func oneBatch(j *Journal, at Span, returned bool) error {
	rows := make([]int64, 0, 100)
	fates := make([]Fate, 0, 100)
	for row := at.From; row <= at.To; row++ {
		rows = append(rows, row)
		fates = append(fates, created(row, fmt.Sprint(1e9+row)))
	}
	n, err := j.Begin([]Slice{{at, uint32(at.From)}}, nil, rows, 1)
	if err == nil && returned {
		if err = j.Return(n, "limited"); err == nil {
			n, err = j.Begin(nil, nil, rows, 2)
		}
	}
	if err != nil {
		return err
	}
	return j.End(n, fates)
}

// While one sync runs, all others gather; the next one is for all of them.
func TestGroupCommit(t *testing.T) {
	f := &memFile{}
	j, err := create(f, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	const callers = 100
	begun := f.syncs
	f.onSync = func() {
		for { // the first sync takes until everybody else is waiting for one
			j.mu.Lock()
			all := j.states.intents == callers
			j.mu.Unlock()
			if all {
				return
			}
			runtime.Gosched()
		}
	}
	var wg sync.WaitGroup
	for i := range int64(callers) {
		wg.Go(func() {
			if _, err := j.Begin(nil, nil, []int64{i + 1}, 1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.syncs - begun; n != 2 {
		t.Errorf("%d callers needed %d syncs, want 2", callers, n)
	}
	if got := j.Synced(); got != int64(len(f.data)) {
		t.Errorf("%d of %d bytes are durable", got, len(f.data))
	}
}

// Whoever waits for a sync that fails learns of it, and so does everybody after.
func TestGroupFailsTogether(t *testing.T) {
	f := &memFile{failAt: 4} // the header takes two calls, the first group two
	j, err := create(f, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range int64(50) {
		wg.Go(func() {
			if _, err := j.Begin(nil, nil, []int64{i + 1}, 1); err == nil {
				t.Error("acknowledged, though no sync succeeded")
			}
		})
	}
	wg.Wait()
	if f.after > 0 {
		t.Errorf("%d calls after the failure", f.after)
	}
	if err := j.Close(); err == nil {
		t.Error("Close of a failed journal says nothing")
	}
}
