// The n-th write, sync or truncate fails, for every n (T6), and deaths lose
// what wasn't synced.

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryCallFails(t *testing.T) {
	data, ends, says := perfect(t)
	whole := &memFile{}
	if err := tellStory(whole); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= whole.calls; n++ {
		for _, short := range []int{0, 1, 40, len(data)} {
			f := &memFile{failAt: n, short: short}
			if err := tellStory(f); !errors.Is(err, errDisk) {
				t.Fatalf("call %d fails, and the story ends with %v", n, err)
			}
			if f.after > 0 {
				t.Errorf("%d more calls after call %d failed", f.after, n)
			}
			// Whatever the disk kept, the next process finds a prefix of the
			// story that holds all that was acknowledged.
			for _, kept := range [][]byte{f.data, f.durable} {
				if len(kept) < ends[0]-1 {
					continue // a death in Create, aside: there is no journal
				}
				_, s, err := reopen(&memFile{data: bytes.Clone(kept)})
				if err != nil {
					t.Fatalf("call %d failed, then Open: %v", n, err)
				}
				got := tell(t, s, upTo(12))
				if !slices.ContainsFunc(says, func(v said) bool { return cmp.Equal(v, got) }) {
					t.Errorf("call %d failed, and the journal says %+v", n, got)
				}
			}
		}
	}
}

// tellStory writes the story into f, until a step fails, and tries the rest of
// the steps all the same.
func tellStory(f *memFile) error {
	j, err := create(f, testHeader)
	if err != nil {
		return err
	}
	var first error
	for _, do := range story {
		err := do(j)
		if first != nil && !errors.Is(err, first) {
			return fmt.Errorf("a journal that has failed says %v", err)
		}
		if first == nil {
			first = err
		}
	}
	return errors.Join(first, j.Close())
}

func TestEveryCallOfOpenFails(t *testing.T) {
	data, ends, says := perfect(t)
	for name, tt := range map[string]struct {
		size, says, calls int
	}{
		"nothing torn":               {ends[5], 5, 1},
		"torn":                       {ends[5] + 10, 5, 2},
		"whole but for the line end": {ends[6] - 1, 6, 2},
	} {
		for n := 1; n <= tt.calls+1; n++ {
			f := &memFile{data: bytes.Clone(data[:tt.size]), failAt: n}
			_, _, err := reopen(f)
			if n > tt.calls {
				if err != nil || f.calls != tt.calls {
					t.Errorf("%s: %d calls, %v", name, f.calls, err)
				}
				continue
			}
			if !errors.Is(err, errDisk) || f.after > 0 {
				t.Errorf("%s: call %d fails: %v, and %d more calls", name, n, err, f.after)
			}
			_, s, err := reopen(&memFile{data: f.data})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(says[tt.says], tell(t, s, upTo(12))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// What a step acknowledged survives a death right after it, with the loss of
// all unsynced bytes. A Return may be lost, as it says.
func TestAcknowledgedIsDurable(t *testing.T) {
	_, _, says := perfect(t)
	f := &memFile{}
	j, err := create(f, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	const theReturn = 3
	for i, do := range story {
		if err := do(j); err != nil {
			t.Fatal(err)
		}
		if got := int64(len(f.durable)); got != j.Synced() {
			t.Errorf("step %d: Synced is %d, and %d bytes are", i, j.Synced(), got)
		}
		want := says[i+1]
		if i == theReturn {
			want = says[i]
			if !bytes.Contains(f.data, []byte(`"return":2`)) {
				t.Error("a Return isn't written: a kill would lose it")
			}
		}
		s, _, err := readBytes(f.durable)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tell(t, s, upTo(12))); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
	}
	f.data = append(f.data, "not yet"...)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}
