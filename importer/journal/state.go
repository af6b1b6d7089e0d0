// What a journal says, for reading.

package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/hubload/hubload/importer/atomicfile"
)

// Counts is how many rows have which fate. Unidentified ones are not among Created.
type Counts struct {
	Created, Existing, Refused, InDoubt, Unidentified int64
	Updated, Unchanged                                int64
	Archived, Gone, Changed, Foreign, Restored        int64
	LeftOut                                           int64

	Warned int64 // of these, rows with a warning
}

// Settled is how many rows have a fate, those in doubt included and those that are left out
// not.
func (c Counts) Settled() int64 {
	return c.Created + c.Existing + c.Refused + c.InDoubt + c.Unidentified + c.Updated + c.Unchanged + c.Archived + c.Gone + c.Changed + c.Foreign + c.Restored
}

// A State is what a journal said when it was read. Later appends don't change
// it. It keeps the file open for [State.Fate] until [State.Close].
//
// A State doesn't grow with the rows but with the records and with how often
// the fate changes from row to row: the one of 10 million rows, created in
// batches of 100, takes about 4 MB. It may be used by one goroutine at a time.
type State struct {
	rowStates
	header   Header
	attempts table // requests that held a row, at most 255
	index    offsetIndex
	slices   []slice
	retries  int64
	returns  map[string]int64
	size     int64
	torn     int64

	file  source
	path  string
	cache cache
}

// slice is a [Slice] at half its size.
type slice struct{ from, to, crc uint32 }

func (s slice) wide() Slice { return Slice{Span{int64(s.from), int64(s.to)}, s.crc} }

// Slices is a list of slices in row order. It is a part of its State, doesn't change, may be
// used by any goroutine and can be copied at no cost: of 10 million rows a []Slice would
// take more than all else that is known.
type Slices struct{ list []slice }

// Len returns how many slices there are.
func (s Slices) Len() int { return len(s.list) }

// First returns the first slice. It panics when there is none.
func (s Slices) First() Slice { return s.list[0].wide() }

// Last returns the last slice. It panics when there is none.
func (s Slices) Last() Slice { return s.list[len(s.list)-1].wide() }

// Rest returns all slices but the first. It panics when there is none.
func (s Slices) Rest() Slices { return Slices{s.list[1:]} }

// Load reads the journal at path, as far as it is written. It takes no lock and
// changes nothing, so that it works beside a process that appends: a torn end,
// which may be an append under way, is left out.
//
// The error matches [fs.ErrNotExist] when there is no journal, and is a
// [*DamageError] when there is a broken one.
func Load(path string) (*State, error) {
	s, _, err := load(path)
	return s, err
}

func load(path string) (*State, tail, error) {
	f, err := atomicfile.OpenRegular(path, os.O_RDONLY)
	if err != nil {
		return nil, tail{}, err
	}
	s, t, err := read(f, path)
	if err != nil {
		return nil, tail{}, errors.Join(err, f.Close())
	}
	return s, t, nil
}

func read(f source, path string) (*State, tail, error) {
	s := &State{rowStates: newRowStates(), returns: map[string]int64{}, file: f, path: path}
	t, err := replay(io.NewSectionReader(f, 0, math.MaxInt64), path, s)
	s.size, s.torn = t.end, t.torn
	return s, t, err
}

// note adds the record of a line at an offset.
func (s *State) note(line, offset int64, r *record) error {
	if (line == 1) != (r.Journal > 0) {
		return errors.New("a journal has one header, in its first line")
	}
	if r.Journal > 0 {
		if r.Journal != version {
			return errVersion
		}
		s.header = Header{Run: r.Run, Started: r.Started}
		return nil
	}
	if err := s.apply(r); err != nil {
		return err
	}
	for _, sl := range r.Slices {
		s.addSlice(slice{uint32(sl.From), uint32(sl.To), sl.CRC})
	}
	for _, sp := range r.Rows {
		s.raise(sp, r.Attempt)
	}
	if len(r.Rows) > 0 && r.Attempt > 1 {
		s.retries++
	}
	if r.Return > 0 {
		s.returns[r.Reason]++
	}
	for _, g := range r.Fates {
		for _, sp := range g.Rows {
			s.raise(sp, g.Attempts)
		}
	}
	decided, err := fated(r)
	for _, sp := range decided {
		s.index.set(sp, offset)
	}
	return err
}

func (s *State) addSlice(n slice) {
	i := len(s.slices)
	if i > 0 && s.slices[i-1].from > n.from {
		i, _ = s.findSlice(n.from)
	}
	s.slices = slices.Insert(s.slices, i, n)
}

func (s *State) findSlice(from uint32) (int, bool) {
	return slices.BinarySearchFunc(s.slices, from, func(sl slice, from uint32) int {
		return cmp.Compare(sl.from, from)
	})
}

// raise notes that rows were in n requests, unless they were in more.
func (s *State) raise(sp Span, n int) {
	for at, v := range s.attempts.runs(sp) {
		if n > int(v) {
			s.attempts.set(at, 0, byte(min(n, math.MaxUint8)))
		}
	}
}

// Header returns what was given to [Create].
func (s *State) Header() Header { return s.header }

// Counts returns how many rows have a fate.
func (s *State) Counts() Counts {
	c := &s.counts
	return Counts{
		c[Created], c[Existing], c[Refused], c[InDoubt], c[Unidentified],
		c[Updated], c[Unchanged],
		c[Archived], c[Gone], c[Changed], c[Foreign], c[Restored], c[LeftOut], s.warned,
	}
}

// Rows returns how many rows the input has. Until it was read to its end, and
// when more was read after that, n is the highest row that was read, and
// complete is false.
func (s *State) Rows() (n int64, complete bool) {
	if s.complete >= s.highest {
		return s.complete, true
	}
	return s.highest, false
}

// Slices returns what was read of the input, in row order. No two overlap.
func (s *State) Slices() Slices { return Slices{s.slices} }

// Kind returns what became of a row so far; false when it has no fate. A row in
// doubt that is being sent again is in doubt.
func (s *State) Kind(row int64) (Kind, bool) {
	k := Kind(s.rows.at(row) & kindBits)
	return k, k != 0
}

// Attempts returns how many requests held the row, as far as the journal says:
// the highest number that a Begin or a Fate gave, and 255 for more than that.
func (s *State) Attempts(row int64) int { return int(s.attempts.at(row)) }

// OpenRows returns the rows of intents without an end, in order: what was in
// flight when the process died, or is in flight now when it lives.
func (s *State) OpenRows() []int64 {
	var rows []int64
	for _, list := range s.open {
		for _, sp := range list {
			for row := sp.From; row <= sp.To; row++ {
				rows = append(rows, row)
			}
		}
	}
	slices.Sort(rows)
	return rows
}

// Intents returns how many create requests were sent, or were about to be.
func (s *State) Intents() int64 { return s.intents }

// Retries returns how many intents were another attempt at their rows.
func (s *State) Retries() int64 { return s.retries }

// Returns returns how many intents were returned for this reason.
func (s *State) Returns(reason string) int64 { return s.returns[reason] }

// Size returns how many bytes of the file were read as whole records.
func (s *State) Size() int64 { return s.size }

// Torn returns how many bytes at the end were no whole record. [Open] has cut
// them off; [Load] has left them out.
func (s *State) Torn() int64 { return s.torn }

// Close closes the file. Only Fate needs it.
func (s *State) Close() error {
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("closing the journal: %w", err)
	}
	return nil
}
