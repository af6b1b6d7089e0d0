// The texts within a record: what is written reads back, and nothing else reads.

package journal

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfDistinct(rapid.Int64Range(1, 50), rapid.ID[int64])
		a, b := list.Draw(t, "a"), list.Draw(t, "b")
		sa, errA := spansOf(a)
		sb, errB := spansOf(b)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		var back spans
		text, _ := sa.MarshalText()
		if len(sa) > 0 {
			if err := back.UnmarshalText(text); err != nil {
				t.Fatal(err)
			}
		}
		if diff := gocmp.Diff(sa, back); diff != "" {
			t.Errorf("%s reads as %s", text, diff)
		}
		rest := sa.minus(sb)
		rank := int64(0)
		for row := int64(1); row <= 50; row++ {
			n, in := sa.rank(row)
			if in != slices.Contains(a, row) || in && n != rank {
				t.Fatalf("row %d of %v: rank %d %v", row, sa, n, in)
			}
			if in {
				rank++
			}
			if _, left := rest.rank(row); left != (in && !slices.Contains(b, row)) {
				t.Fatalf("%v minus %v is %v", sa, sb, rest)
			}
		}
		if sa.len() != int64(len(a)) {
			t.Errorf("%v has %d rows", sa, sa.len())
		}
	})
}

func TestIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{1,20}`)
		near := rapid.Custom(func(t *rapid.T) string {
			return strconv.FormatInt(9e18+rapid.Int64Range(0, 5).Draw(t, "near"), 10)
		})
		ids := rapid.SliceOf(rapid.OneOf(digits, near, near, rapid.Just("0"), rapid.Just("9223372036854775807"))).Draw(t, "ids")
		text := encodeIDs(ids)
		back, err := decodeIDs(text, int64(len(ids)))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !slices.Equal(ids, back) {
			t.Fatalf("%v reads as %v by %s", ids, back, text)
		}
		if _, err := decodeIDs(text, int64(len(ids))+1); err == nil {
			t.Fatalf("%s holds %d ids, and one more was accepted", text, len(ids))
		}
	})
	for text, ids := range map[string][]string{
		"[5000,[1,99]]":                  nil,
		"[7]":                            {"7"},
		`["007",7,-1]`:                   {"007", "7", "6"},
		`[5,"18446744073709551615",5,5]`: {"5", "18446744073709551615", "5", "10"},
	} {
		if ids == nil {
			for n := range 100 {
				ids = append(ids, strconv.Itoa(5000+n))
			}
		}
		if got := encodeIDs(ids); string(got) != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
}

func TestMalformedText(t *testing.T) {
	for _, text := range []string{
		"", "5", "[", "[5]", "[5,1,1]", `["x",1]`, `["",1]`, "[[5,3]]", "[[5,-2]]", "[[5,0],1,1]", "[[5]]", "[[5],1]", "[[5,1,1],1]", "[5,-6]", "[1.5,1]",
		"[[1,99999999999]]", "[9223372036854775807,1]", "[9223372036854775808,1]", `["123456789012345678901",1]`, "[null,1]x", "[true,1]", "[{},1]",
	} {
		if ids, err := decodeIDs([]byte(text), 2); err == nil {
			t.Errorf("ids %q read as %v", text, ids)
		}
	}
	for _, text := range []string{
		"", "0", "-", "1-", "-1", "2-1", "1,1", "2,1", "1-3,3", "1,", ",1", "1 ", "x", "1-2-3", "4294967296", "99999999999999999999", "+1", "1-+2",
	} {
		var s spans
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("rows %q read as %v", text, s)
		}
	}
	for _, line := range []string{
		`{"begin":0,"slices":[{"from":0,"to":1,"crc32c":1}]}`, `{"begin":0,"slices":[{"from":2,"to":1,"crc32c":1}]}`,
		`{"begin":0,"slices":[{"from":1,"to":4294967296,"crc32c":1}]}`, `{"begin":0,"slices":[{"from":1,"to":2,"crc32c":4294967296}]}`,
		`{"begin":0,"fates":[{"rows":"1"}]}`, `{"begin":0,"fates":[{"fate":"refused"}]}`, `{"begin":0,"fates":[{"rows":"1","fate":"lost"}]}`,
		`{"begin":0,"fates":[{"rows":"1","fate":""}]}`, `{"settle":0,"fates":[{"rows":"1","fate":"refused"}]}`, `{}`,
	} {
		r, err := decode([]byte(line))
		if err == nil {
			states := newRowStates()
			err = states.apply(r)
		}
		if err == nil {
			t.Errorf("%s is taken", line)
		}
	}
}

func FuzzReplay(f *testing.F) {
	data, ends, _ := perfect(f)
	for _, end := range ends {
		f.Add(data[:end])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// A checksum for each line lets the fuzzer past the checksum.
		var file []byte
		for line := range bytes.Lines(data) {
			line, _, _ = bytes.Cut(bytes.TrimRight(line, "}\n"), []byte(trailer))
			file = append(append(file, line...), appendTrailer(nil, line)...)
			file = append(file, '\n')
		}
		s, rest, err := readBytes(file)
		if err != nil {
			return
		}
		if rest.torn > 0 {
			t.Fatalf("%d bytes of a whole file are torn", rest.torn)
		}
		c := s.Counts()
		if min(c.Created, c.Existing, c.Refused, c.InDoubt) < 0 {
			t.Fatalf("counts %+v", c)
		}
		for row := int64(1); row < 100; row++ {
			if _, _, err := s.Fate(row); err != nil && !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
		}
	})
}
