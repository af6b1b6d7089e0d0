// A file in memory that counts what is asked of it, and fails on request.

package journal

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var errDisk = errors.New("disk on fire")

// memFile is a file whose unsynced bytes are told apart from durable ones.
type memFile struct {
	mu      sync.Mutex
	data    []byte
	durable []byte // as of the last sync
	calls   int    // writes, syncs and truncates
	failAt  int    // call that fails; 0: none
	short   int    // bytes that a failing write writes nevertheless
	syncs   int
	failed  bool
	after   int // calls after the failed one
	onSync  func()
	lazy    bool // don't keep durable
}

func (f *memFile) call() error {
	f.calls++
	if f.failed {
		f.after++
	}
	if f.calls == f.failAt {
		f.failed = true
		return errDisk
	}
	return nil
}

func (f *memFile) WriteAt(b []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.call()
	if err != nil {
		b = b[:min(f.short, len(b))]
	}
	if gap := int(at) + len(b) - len(f.data); gap > 0 {
		f.data = append(f.data, make([]byte, gap)...)
	}
	return copy(f.data[at:], b), err
}

func (f *memFile) ReadAt(b []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return bytes.NewReader(f.data).ReadAt(b, at)
}

func (f *memFile) Truncate(size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.call()
	if err == nil {
		f.data = f.data[:size]
	}
	return err
}

func (f *memFile) Sync() error {
	if f.onSync != nil {
		f.onSync()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncs++
	err := f.call()
	if err == nil && !f.lazy {
		f.durable = bytes.Clone(f.data)
	}
	return err
}

func (f *memFile) Close() error { return nil }

var _ file = (*memFile)(nil)

var testHeader = Header{Run: "1a2b3c4d", Started: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}

// create begins a journal in f, as Create does.
func create(f file, h Header) (*Journal, error) {
	line, err := h.encode()
	if err != nil {
		return nil, err
	}
	if _, err := f.WriteAt(line, 0); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return begun(f, line), nil
}

func readBytes(data []byte) (*State, tail, error) {
	return read(struct {
		io.ReaderAt
		io.Closer
	}{bytes.NewReader(data), io.NopCloser(nil)}, "journal.jsonl")
}

func reopen(f file) (*Journal, *State, error) {
	s, t, err := read(f, "journal.jsonl")
	if err != nil {
		return nil, nil, err
	}
	j, err := resume(f, s, t)
	return j, s, err
}

// A step appends one record.
type step func(j *Journal) error

func begin(want int64, read []Slice, refused []Fate, rows []int64, attempt int) step {
	return func(j *Journal) error {
		n, err := j.Begin(read, refused, rows, attempt)
		if err == nil && n != want {
			return errors.New("another number")
		}
		return err
	}
}

func end(n int64, fates ...Fate) step { return func(j *Journal) error { return j.End(n, fates) } }
func settle(fates ...Fate) step       { return func(j *Journal) error { return j.Settle(fates) } }
func giveBack(n int64) step           { return func(j *Journal) error { return j.Return(n, "limited") } }
func complete(n int64) step           { return func(j *Journal) error { return j.Complete(n) } }

func created(row int64, id string) Fate {
	return Fate{Row: row, Kind: Created, ID: id, Attempts: 1}
}

func refused(row int64) Fate {
	return Fate{
		Row: row, Kind: Refused, Code: "INVALID_OPTION", Property: "unit", Attempts: 1,
		Message: `{value} is none of "each", <hour> & "day"`, CorrelationID: "c-1",
	}
}

func inDoubt(row int64) Fate {
	return Fate{Row: row, Kind: InDoubt, Code: "TIMEOUT", Message: "no answer", Attempts: 1, Retryable: true}
}

// story holds every kind of record.
var story = []step{
	begin(1, []Slice{{Span{1, 4}, 0xdeadbeef}}, []Fate{{Row: 4, Kind: Refused, Code: "REQUIRED_EMPTY"}}, []int64{3, 1, 2}, 1),
	begin(2, []Slice{{Span{5, 7}, 0x00000001}}, nil, []int64{5, 6, 7}, 1),
	end(1, created(1, "900"), created(2, "901"), refused(3)),
	giveBack(2),
	begin(3, nil, nil, []int64{5, 6, 7}, 2),
	end(3, inDoubt(5), inDoubt(6)),
	settle(Fate{Row: 5, Kind: Existing, ID: "77", Attempts: 2}),
	begin(4, []Slice{{Span{8, 9}, 2}}, nil, []int64{7, 8}, 3),
	begin(0, []Slice{{Span{10, 10}, 3}}, []Fate{refused(10)}, nil, 0),
	complete(10),
}

// write returns the file after each step of the story, the header first.
func write(t testing.TB, steps []step) (f *memFile, ends []int) {
	t.Helper()
	f = &memFile{}
	j, err := create(f, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	ends = append(ends, len(f.data))
	for i, do := range steps {
		if err := do(j); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
		ends = append(ends, len(f.data))
	}
	return f, ends
}

// said is all that a State says, for comparing.
type said struct {
	Header   Header
	Counts   Counts
	Rows     int64
	Complete bool
	Slices   []Slice
	Fates    []Fate
	Attempts []int
	Open     []int64
	Intents  int64
	Retries  int64
	Returns  int64
}

func tell(t rapid.TB, s *State, rows []int64) said {
	t.Helper()
	v := said{
		Header: s.Header(), Counts: s.Counts(), Open: s.OpenRows(),
		Intents: s.Intents(), Retries: s.Retries(), Returns: s.Returns("limited"),
	}
	for rest := s.Slices(); rest.Len() > 0; rest = rest.Rest() {
		v.Slices = append(v.Slices, rest.First())
	}
	v.Rows, v.Complete = s.Rows()
	for _, row := range rows {
		f, ok, err := s.Fate(row)
		if err != nil {
			t.Fatal(err)
		}
		kind, has := s.Kind(row)
		if has != ok || kind != f.Kind {
			t.Fatalf("row %d: Kind is %v %v and Fate %v %v", row, kind, has, f.Kind, ok)
		}
		if ok {
			v.Fates = append(v.Fates, f)
		}
		v.Attempts = append(v.Attempts, s.Attempts(row))
	}
	return v
}

func upTo(n int64) []int64 {
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = int64(i) + 1
	}
	return rows
}

// perfect returns what each prefix of the story says.
func perfect(t testing.TB) (data []byte, ends []int, says []said) {
	t.Helper()
	f, ends := write(t, story)
	for _, end := range ends {
		s, _, err := readBytes(f.data[:end])
		if err != nil {
			t.Fatal(err)
		}
		says = append(says, tell(t, s, upTo(12)))
	}
	return slices.Clip(f.data), ends, says
}
