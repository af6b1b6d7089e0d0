// What a journal says after it was written, and what it refuses to write.

package journal

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStory(t *testing.T) {
	_, _, says := perfect(t)
	got := says[len(says)-1]
	want := said{
		Header: testHeader,
		Counts: Counts{Created: 2, Existing: 1, Refused: 3, InDoubt: 1},
		Rows:   10, Complete: true,
		Slices: []Slice{{Span{1, 4}, 0xdeadbeef}, {Span{5, 7}, 1}, {Span{8, 9}, 2}, {Span{10, 10}, 3}},
		Fates: []Fate{
			created(1, "900"), created(2, "901"), refused(3),
			{Row: 4, Kind: Refused, Code: "REQUIRED_EMPTY"},
			{Row: 5, Kind: Existing, ID: "77", Attempts: 2},
			inDoubt(6), refused(10),
		},
		Attempts: []int{1, 1, 1, 0, 2, 2, 3, 3, 0, 1, 0, 0},
		Open:     []int64{7, 8},
		Intents:  4, Retries: 2, Returns: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The format is a promise to the journals that exist: this one was written by
// version 2.
func TestFormat(t *testing.T) {
	f, _ := write(t, story)
	path := filepath.Join("testdata", "story.jsonl")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, f.data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(f.data)); diff != "" {
		t.Error(diff)
	}
}

func TestRefusesContradictions(t *testing.T) {
	live := begin(5, []Slice{{Span{11, 12}, 9}}, nil, []int64{9, 11, 12}, 1)
	tests := []struct {
		name string
		do   step
		want string
	}{
		{"send a created row", begin(0, nil, nil, []int64{1}, 1), "row 1 is created already"},
		{"send an existing row", begin(0, nil, nil, []int64{5}, 1), "row 5 is existing already"},
		{"send a refused row", begin(0, nil, nil, []int64{3}, 1), "row 3 is refused already"},
		{"send a row in flight", begin(0, nil, nil, []int64{12}, 1), "row 12 is in an open intent"},
		{"send a row of a dead process unsettled", begin(0, nil, nil, []int64{7}, 1), "row 7 is in an open intent"},
		{"send a row twice", begin(0, nil, nil, []int64{13, 13}, 1), "row 13 is named twice"},
		{"send row 0", begin(0, nil, nil, []int64{0}, 1), "0-0 is not a range of rows"},
		{"send a row beyond the last", begin(0, nil, nil, []int64{maxRow + 1}, 1), "is not a range of rows"},
		{"attempt 0", begin(0, nil, nil, []int64{13}, 0), "0 is not the number of an attempt"},
		{"read a row twice", begin(0, []Slice{{Span{8, 20}, 0}}, nil, nil, 1), "row 8 was read already"},
		{"read a row twice at once", begin(0, []Slice{{Span{13, 20}, 0}, {Span{20, 21}, 0}}, nil, nil, 1), "row 20 is named twice"},
		{"read backwards", begin(0, []Slice{{Span{14, 13}, 0}}, nil, nil, 1), "14-13 is not a range of rows"},
		{"send and refuse", begin(0, nil, []Fate{refused(13)}, []int64{13}, 1), "row 13 is named twice"},
		{"refuse a row in doubt unsent", begin(0, nil, []Fate{refused(6)}, nil, 1), "row 6 is in doubt"},
		{"create a row unsent", begin(0, nil, []Fate{created(13, "1")}, nil, 1), "row 13 was not sent and can't be created"},
		{"end an ended intent", end(1), "intent 1 is not open"},
		{"end an intent that never was", end(77), "intent 77 is not open"},
		{"end with a row of another", end(5, created(9, "1"), created(8, "2")), "row 8 is not in intent 5"},
		{"end with two fates for a row", end(5, created(9, "1"), inDoubt(9)), "row 9 is named twice"},
		{"created without an id", end(5, created(9, "")), "has no id"},
		{"an id that is no number", end(5, created(9, "12a")), "is not an id"},
		{"an id of 21 digits", end(5, created(9, "123456789012345678901")), "is not an id"},
		{"no kind", end(5, Fate{Row: 9}), "row 9 has no kind of fate"},
		{"settle a row in flight", settle(inDoubt(9)), "row 9 is in flight"},
		{"settle a created row", settle(inDoubt(1)), "row 1 is created already"},
		{"fewer rows than were read", complete(11), "can't have 11 rows when row 12 was read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := write(t, story)
			j, _, err := reopen(f)
			if err != nil {
				t.Fatal(err)
			}
			if err := live(j); err != nil {
				t.Fatal(err)
			}
			size := len(f.data)
			if err := tt.do(j); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want ... %s", err, tt.want)
			}
			if len(f.data) != size {
				t.Errorf("the refused record was written: %s", f.data[size:])
			}
			if err := j.End(5, []Fate{created(9, "1"), created(11, "2"), created(12, "3")}); err != nil {
				t.Errorf("after the refusal: %v", err)
			}
			if _, _, err := readBytes(f.data); err != nil {
				t.Errorf("what was written can't be read: %v", err)
			}
		})
	}
}

func TestTaint(t *testing.T) {
	f, _ := write(t, []step{
		begin(1, nil, nil, []int64{1, 2}, 1),
		end(1, inDoubt(1)),
		begin(2, nil, nil, []int64{1, 2}, 2),
		giveBack(2),
	})
	s, _, err := readBytes(f.data)
	if err != nil {
		t.Fatal(err)
	}
	if k, _ := s.Kind(1); k != InDoubt {
		t.Errorf("a row in doubt that was sent again and returned is %v", k)
	}
	if _, ok := s.Kind(2); ok || len(s.OpenRows()) > 0 {
		t.Errorf("a row that was returned isn't free")
	}
}

func TestRowsGrow(t *testing.T) {
	f, _ := write(t, []step{complete(3), begin(0, []Slice{{Span{1, 5}, 0}}, nil, nil, 0)})
	s, _, err := readBytes(f.data)
	if err != nil {
		t.Fatal(err)
	}
	if n, complete := s.Rows(); n != 5 || complete {
		t.Errorf("an input that grew has %d rows, complete %v", n, complete)
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if _, err := Load(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load of nothing: %v", err)
	}
	if _, _, err := Open(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of nothing: %v", err)
	}
	j, err := Create(path, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, testHeader); !errors.Is(err, os.ErrExist) {
		t.Errorf("Create over a journal: %v", err)
	}
	if fi, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && fi.Mode() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	for _, do := range story[:5] {
		if err := do(j); err != nil {
			t.Fatal(err)
		}
	}
	// A reader beside the writer.
	s, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	before := tell(t, s, upTo(12))
	if err := story[5](j); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tell(t, s, upTo(12))); diff != "" {
		t.Errorf("a State changed by an append: %s", diff)
	}
	if err := errors.Join(s.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	if err := j.End(3, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("End after Close: %v", err)
	}
	if err := j.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close after Close: %v", err)
	}

	j, s, err = Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range story[6:] {
		if err := do(j); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	want, _ := write(t, story)
	if got, _ := os.ReadFile(path); string(got) != string(want.data) {
		t.Errorf("the file of two processes is\n%s\nand not\n%s", got, want.data)
	}
}

func TestCreateReplacesNothing(t *testing.T) {
	header, _ := write(t, nil)
	for _, left := range []string{"", "\x00\x00", string(header.data[:20]), string(header.data), "Dear diary"} {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		if err := os.WriteFile(path, []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Create(path, testHeader); !errors.Is(err, os.ErrExist) {
			t.Errorf("Create over %q: %v", left, err)
		}
		if got, _ := os.ReadFile(path); string(got) != left {
			t.Errorf("%q became %q", left, got)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("something is left aside: %v %v", entries, err)
		}
	}
}

func TestNoLinks(t *testing.T) {
	dir := t.TempDir()
	f, _ := write(t, story)
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, f.data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if _, err := Create(link, testHeader); err == nil {
		t.Error("Create followed a link")
	}
	if _, _, err := Open(link); err == nil {
		t.Error("Open followed a link")
	}
	if _, err := Load(link); err == nil {
		t.Error("Load followed a link")
	}
	if _, err := Lock(link); err == nil {
		t.Error("Lock followed a link")
	}
	if _, err := Load(dir); err == nil {
		t.Error("Load read a directory")
	}
	if got, _ := os.ReadFile(target); string(got) != string(f.data) {
		t.Error("the target was changed")
	}
}

// Journals of other versions are refused, and not called damaged.
func TestOtherVersions(t *testing.T) {
	for _, version := range []int{1, 3} {
		line, err := (&record{Journal: version}).encode()
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = readBytes(append(line, line...))
		if !errors.Is(err, errVersion) || errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	}
}

func TestExistingWithoutAnID(t *testing.T) {
	fates := []Fate{
		{Row: 1, Kind: Existing, ID: "900", Attempts: 1},
		{Row: 2, Kind: Existing, Attempts: 1},
		{Row: 3, Kind: Existing, ID: "901", Attempts: 1},
		{Row: 4, Kind: Existing, Attempts: 1},
		{Row: 5, Kind: Existing, Attempts: 3},
		{Row: 6, Kind: Existing, ID: "902", Attempts: 3},
	}
	f, _ := write(t, []step{begin(1, []Slice{{Span{1, 6}, 7}}, nil, []int64{1, 2, 3, 4, 5, 6}, 1), end(1), settle(fates...)})
	if text := `"fates":[{"rows":"1,3","ids":[900,1],"fate":"existing","attempts":1},{"rows":"2,4","fate":"existing","attempts":1},{"rows":"5","fate":"existing","attempts":3},{"rows":"6","ids":[902],"fate":"existing","attempts":3}]`; !strings.Contains(string(f.data), text) {
		t.Errorf("%s doesn't hold %s", f.data, text)
	}
	j, s, err := reopen(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range fates {
		if got, ok, err := s.Fate(want.Row); err != nil || !ok || got != want {
			t.Errorf("row %d: %+v, %t, %v", want.Row, got, ok, err)
		}
	}
	if diff := cmp.Diff(Counts{Existing: 6}, s.Counts()); diff != "" {
		t.Error(diff)
	}
	if err := j.Settle([]Fate{{Row: 2, Kind: Existing, ID: "903"}}); err == nil {
		t.Error("a row that exists was settled once more")
	}
}
