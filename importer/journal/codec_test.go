// The texts within a record: what is written reads back, and nothing else reads.

package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
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
			return strconv.FormatInt(9e18+rapid.Int64Range(0, 60).Draw(t, "near"), 10)
		})
		ids := rapid.SliceOf(rapid.OneOf(digits, near, near, rapid.Just("0"), rapid.Just("9223372036854775807"))).Draw(t, "ids")
		text := idList(ids)
		back, err := new(idReader).read(text, int64(len(ids)))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !slices.Equal(ids, back) {
			t.Fatalf("%v reads as %v by %s", ids, back, text)
		}
		if _, err := new(idReader).read(text, int64(len(ids))+1); err == nil {
			t.Fatalf("%s holds %d ids, and one more was accepted", text, len(ids))
		}
	})
}

func TestMalformedText(t *testing.T) {
	for _, text := range []string{
		"", "a", "5", "=", "=5+", "=5*", "=5a0", "=5a999999999999999999999", "=5a9", "=0A", "=5-9", "=a", "=123456789012345678901",
		"=9223372036854775807a", "=9223372036854775807+9223372036854775807", "=007a", "=5 ", "=5=",
	} {
		if ids, err := new(idReader).read([]byte(text), 2); err == nil {
			t.Errorf("ids %q read as %v", text, ids)
		}
	}
	for _, text := range []string{
		"", "0", "-", "1-", "-1", "2-1", "1,1", "2,1", "1-3,3", "1,", ",1", "1 ", "x", "1-2-3", "4294967296", "99999999999999999999", "+1",
	} {
		var s spans
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("rows %q read as %v", text, s)
		}
	}
	for _, text := range []string{"", "1", "1:", "1:abc", "1,2:00000000", "1:0000000g", "1:000000000"} {
		var s sliceText
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("slice %q read as %v", text, s)
		}
	}
	var g idGroup
	for _, text := range []string{"", "1=5@", "1=5@-1", "1=5@x"} {
		if err := g.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("group %q read as %v", text, g)
		}
	}
}

func FuzzReplay(f *testing.F) {
	data, ends, _ := perfect(f)
	for _, end := range ends {
		f.Add(data[:end])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// Sealing each line lets the fuzzer past the checksum.
		var file []byte
		for line := range bytes.Lines(data) {
			line, _, _ = bytes.Cut(bytes.TrimRight(line, "}\n"), []byte(seal))
			file = append(file, line...)
			file = fmt.Appendf(file, "%s%08x%s\n", seal, crc32.Checksum(line, castagnoli), sealEnd)
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

func idList(ids []string) []byte {
	var w idWriter
	for _, id := range ids {
		w.add(id)
	}
	return w.end()
}

// What is written without encoding/json is what that writes.
func TestCommonRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int64Range(1, maxRow-10)
		rows := rapid.Custom(func(t *rapid.T) spans {
			from := number.Draw(t, "from")
			return spans{{from, from + rapid.Int64Range(0, 3).Draw(t, "more")}, {from + 5, from + 5}}[:rapid.IntRange(1, 2).Draw(t, "spans")]
		})
		n := number.Draw(t, "n")
		r := &record{End: n}
		if rapid.Bool().Draw(t, "begin") {
			r = &record{Begin: &n, Rows: rows.Draw(t, "rows")}
			for range rapid.IntRange(1, 3).Draw(t, "slices") {
				r.Slices = append(r.Slices, sliceText{Span: rows.Draw(t, "slice")[0], CRC: rapid.Uint32().Draw(t, "crc")})
			}
		} else {
			ids := idList(rapid.SliceOfN(rapid.StringMatching(`[1-9][0-9]{0,18}`), 1, 5).Draw(t, "ids"))
			r.Created = []idGroup{{Rows: rows.Draw(t, "rows"), Attempts: rapid.IntRange(0, 300).Draw(t, "attempts"), ids: ids}}
		}
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := r.appendCommon(nil); !ok || string(got)+"}" != string(want) {
			t.Fatalf("%s}, want %s", got, want)
		}
	})
	for name, r := range map[string]*record{
		"nothing to send":         {Begin: new(int64), Slices: []sliceText{{}}},
		"another attempt":         {Begin: new(int64), Slices: []sliceText{{}}, Rows: spans{{1, 1}}, Attempt: 2},
		"nothing new":             {Begin: new(int64), Rows: spans{{1, 1}}},
		"some refused":            {End: 1, Created: []idGroup{{}}, Refused: []group{{}}},
		"some refused before":     {Begin: new(int64), Slices: []sliceText{{}}, Rows: spans{{1, 1}}, Refused: []group{{}}},
		"none created":            {End: 1},
		"two numbers of attempts": {End: 1, Created: make([]idGroup, 2)},
	} {
		if got, ok := r.appendCommon(nil); ok {
			t.Errorf("%s: %s", name, got)
		}
	}
}
