// The encoding of the shared log: varints and a checksum.

package ratelimit

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"time"
)

const (
	magic    = "ratelimit1\n"
	maxTimes = 4 * maxSharedN // in a list of a section; a window holds less
)

// A frame is an encoded section.
type frame struct {
	id, version uint64
	age         time.Duration // of the section, when the log was written
	body        []byte
}

// encode writes sections, the newest first, as far as they fit into MaxStored. wall is the
// wall clock's time in nanoseconds.
func encode(sections []*section, now time.Time, wall int64) []byte {
	b := binary.AppendVarint([]byte(magic), wall)
	for _, s := range sections {
		body := s.body
		if body == nil {
			body = s.encode()
		}
		if len(b)+len(body)+64 > MaxStored {
			break
		}
		b = binary.BigEndian.AppendUint64(b, s.id)
		b = binary.AppendUvarint(b, s.version)
		b = appendAge(b, now.Sub(s.at))
		b = binary.AppendUvarint(b, uint64(len(body)))
		b = append(b, body...)
	}
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// appendAge writes microseconds, rounded down, so that nothing that is read looks older
// than it is.
func appendAge(b []byte, d time.Duration) []byte {
	return binary.AppendUvarint(b, uint64(max(0, d.Microseconds())))
}

// encode writes the section's body. Lists of times go from the newest to the
// oldest, each as the time to the one before, the first to the section's own.
func (s *section) encode() []byte {
	b := []byte{0}
	if s.waiting {
		b[0] = 1
	}
	b = binary.AppendUvarint(b, uint64(s.server.N))
	b = appendAge(b, s.server.Per)
	b = binary.AppendUvarint(b, uint64(s.stretch))
	b = appendAge(b, s.hold)
	var last []time.Time
	if !s.last.IsZero() {
		last = []time.Time{s.last}
	}
	for _, times := range [][]time.Time{last, s.taken, s.inFlight, s.sent, s.answered} {
		times = times[max(0, len(times)-maxTimes):]
		b = binary.AppendUvarint(b, uint64(len(times)))
		age := int64(0) // rounded once for each time, so that errors don't add up
		for _, t := range slices.Backward(times) {
			next := max(age, s.at.Sub(t).Microseconds())
			b = binary.AppendUvarint(b, uint64(next-age))
			age = next
		}
	}
	return b
}

// decode splits a log into frames. It reports false for anything that encode didn't write.
func decode(data []byte) (wall int64, frames []frame, ok bool) {
	n := len(data) - crc32.Size
	if n < 0 || len(data) > MaxStored || !bytes.HasPrefix(data, []byte(magic)) ||
		crc32.ChecksumIEEE(data[:n]) != binary.BigEndian.Uint32(data[n:]) {
		return 0, nil, false
	}
	r := &reader{Reader: bytes.NewReader(data[len(magic):n])}
	wall, err := binary.ReadVarint(r)
	r.failed = err != nil
	for r.Len() > 0 && !r.failed {
		var p frame
		r.failed = binary.Read(r, binary.BigEndian, &p.id) != nil
		p.version = r.number(1 << 62)
		p.age = r.age()
		if size := int(r.number(MaxStored)); size <= r.Len() && !r.failed {
			end := n - r.Len()
			p.body = data[end : end+size : end+size]
			_, err := r.Seek(int64(size), 1)
			r.failed = err != nil
			frames = append(frames, p)
		} else {
			r.failed = true
		}
	}
	return wall, frames, !r.failed && len(frames) <= maxPeers
}

// section decodes the frame's body, given when the log was written.
func (p frame) section(written time.Time) (*section, bool) {
	s := &section{id: p.id, version: p.version, at: written.Add(-p.age), body: bytes.Clone(p.body)}
	r := &reader{Reader: bytes.NewReader(p.body)}
	s.waiting = r.number(1) == 1
	s.server.N = int(r.number(maxN))
	s.server.Per = r.age()
	s.stretch = int(r.number(maxStretch))
	s.hold = r.age()
	var last []time.Time
	for _, times := range []*[]time.Time{&last, &s.taken, &s.inFlight, &s.sent, &s.answered} {
		n := int(r.number(maxTimes))
		t := s.at
		for ; n > 0 && !r.failed; n-- {
			t = t.Add(-r.age())
			*times = append(*times, t)
		}
		slices.Reverse(*times)
	}
	if len(last) > 0 {
		s.last = last[0]
	}
	known := s.server == Limit{} || s.server.valid()
	return s, known && !r.failed && r.Len() == 0
}

// A reader reads numbers until one is missing or out of range.
type reader struct {
	*bytes.Reader
	failed bool
}

func (r *reader) number(most uint64) uint64 {
	v, err := binary.ReadUvarint(r)
	if r.failed = r.failed || err != nil || v > most; r.failed {
		return 0
	}
	return v
}

// age reads a duration of up to four of the longest windows.
func (r *reader) age() time.Duration {
	return time.Duration(r.number(uint64((4 * maxPer).Microseconds()))) * time.Microsecond
}
