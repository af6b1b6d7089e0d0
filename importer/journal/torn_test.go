// Files that were cut, changed, or written half (T5).

package journal

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recovers opens data, goes on with it, and checks that it says want before and
// after.
func recovers(t *testing.T, data []byte, want said, torn int64) {
	t.Helper()
	f := &memFile{data: bytes.Clone(data)}
	j, s, err := reopen(f)
	if err != nil {
		t.Fatalf("%d bytes: %v", len(data), err)
	}
	if diff := cmp.Diff(want, tell(t, s, upTo(12))); diff != "" {
		t.Fatalf("%d bytes: %s", len(data), diff)
	}
	if s.Torn() != torn {
		t.Errorf("%d bytes: %d bytes are torn, want %d", len(data), s.Torn(), torn)
	}
	if !bytes.Equal(f.durable, f.data) {
		t.Errorf("%d bytes: what was recovered is not durable", len(data))
	}
	if err := j.Complete(99); err != nil {
		t.Fatalf("%d bytes: going on: %v", len(data), err)
	}
	s, rest, err := readBytes(f.data)
	if err != nil {
		t.Fatalf("%d bytes: after going on: %v", len(data), err)
	}
	want.Rows, want.Complete = 99, true
	if diff := cmp.Diff(want, tell(t, s, upTo(12))); diff != "" || rest.torn > 0 {
		t.Fatalf("%d bytes, after going on: %s", len(data), diff)
	}
}

func TestCutAtEveryByte(t *testing.T) {
	data, ends, says := perfect(t)
	for size := range len(data) + 1 {
		if size < ends[0]-1 {
			_, _, err := readBytes(data[:size])
			var damage *DamageError
			if !errors.As(err, &damage) || damage.Line != 1 {
				t.Fatalf("%d bytes of a header: %v", size, err)
			}
			continue
		}
		// A record without its line end counts.
		whole, exact := slices.BinarySearch(ends, size+1)
		if !exact {
			whole--
		}
		recovers(t, data[:size], says[whole], int64(max(0, size-ends[whole])))
	}
}

func TestEveryBitFlipped(t *testing.T) {
	data, ends, says := perfect(t)
	flips, refusals := 0, 0
	for i := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << bit
			flips++
			s, rest, err := readBytes(bad)
			if err != nil {
				var damage *DamageError
				if !errors.As(err, &damage) {
					t.Fatalf("byte %d bit %d: %v", i, bit, err)
				}
				line, _ := slices.BinarySearch(ends, i+1)
				if got := int(damage.Line); got != line+1 {
					t.Fatalf("byte %d bit %d: line %d is named, want %d", i, bit, got, line+1)
				}
				refusals++
				continue
			}
			// The last line end is the one byte whose loss costs nothing.
			if i != len(data)-1 {
				t.Fatalf("byte %d bit %d: not noticed", i, bit)
			}
			if rest.torn != 1 {
				t.Fatalf("bit %d of the last line end: %d bytes are torn", bit, rest.torn)
			}
			if diff := cmp.Diff(says[len(says)-1], tell(t, s, upTo(12))); diff != "" {
				t.Fatal(diff)
			}
			recovers(t, bad, says[len(says)-1], 1)
		}
	}
	if flips < 8000 || refusals != flips-8 {
		t.Errorf("%d flips, %d refusals", flips, refusals)
	}
}

func TestTails(t *testing.T) {
	data, ends, says := perfect(t)
	for name, tail := range map[string]string{
		"zeros":                strings.Repeat("\x00", 5000),
		"garbage":              "\xff\xfe}garbage{",
		"a record's trailer":   trailer,
		"part of a record":     string(data[ends[3]:ends[4]][:30]),
		"much":                 strings.Repeat("x", 300<<10),
		"more than a line":     strings.Repeat("x", maxLine+100),
		"a wrong checksum":     `{"complete":5,"crc":"00000000"}`,
		"a record in capitals": strings.ToUpper(string(data[ends[3] : ends[4]-1])),
	} {
		for i, end := range ends {
			if len(tail) > 1<<20 && i > 0 {
				break // one is enough for what is large
			}
			t.Run(name, func(t *testing.T) {
				recovers(t, append(bytes.Clone(data[:end]), tail...), says[i], int64(len(tail)))
				if i == 0 {
					return
				}
				// The same behind a record without its line end.
				recovers(t, append(bytes.Clone(data[:end-1]), tail...), says[i], int64(len(tail)))
			})
		}
	}
	t.Run("with a line end", func(t *testing.T) {
		for i, end := range ends {
			for _, tail := range []string{"\n", "garbage\n", "\x00\x00\n", "garbage\nmore"} {
				_, _, err := readBytes(append(bytes.Clone(data[:end]), tail...))
				var damage *DamageError
				if !errors.As(err, &damage) || damage.Line != int64(i)+2 {
					t.Errorf("%q after line %d: %v", tail, i+1, err)
				}
			}
		}
	})
}

// A line that is lost, doubled or moved has a good checksum. It is noticed as a
// contradiction, or leaves less decided than there was, never more.
func TestLinesLostDoubledMoved(t *testing.T) {
	data, ends, says := perfect(t)
	lines := bytes.SplitAfter(data[:ends[len(ends)-1]], []byte("\n"))
	lines = lines[:len(lines)-1]
	full := says[len(says)-1]
	check := func(what string, i int, lines [][]byte) {
		s, _, err := readBytes(bytes.Join(lines, nil))
		if errors.Is(err, ErrDamaged) {
			return
		}
		if err != nil {
			t.Fatalf("line %d %s: %v", i+1, what, err)
		}
		for _, f := range tell(t, s, upTo(12)).Fates {
			if f.Kind != InDoubt && !slices.Contains(full.Fates, f) {
				t.Errorf("line %d %s: %+v was never said", i+1, what, f)
			}
		}
		// Rows 5 and 6 were returned once, so that less may be known of them.
		for _, row := range upTo(12) {
			_, decided := s.Kind(row)
			was := slices.ContainsFunc(full.Fates, func(f Fate) bool { return f.Row == row })
			if !decided && was && !slices.Contains(s.OpenRows(), row) && s.Attempts(row) > 0 && row != 5 && row != 6 {
				t.Errorf("line %d %s: row %d is free to be sent", i+1, what, row)
			}
		}
	}
	for i := range lines {
		check("lost", i, slices.Delete(slices.Clone(lines), i, i+1))
		check("doubled", i, slices.Insert(slices.Clone(lines), i, lines[i]))
		if i > 0 {
			moved := slices.Clone(lines)
			moved[i-1], moved[i] = moved[i], moved[i-1]
			check("moved up", i, moved)
		}
	}
}

func TestFateOfAChangedFile(t *testing.T) {
	f, _ := write(t, story)
	s, _, err := read(f, "journal.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	f.data = f.data[:100]
	if _, _, err := s.Fate(1); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}
