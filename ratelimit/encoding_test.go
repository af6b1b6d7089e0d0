// What is kept in a store: read back as it was written, and never believed when it wasn't.

package ratelimit

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// logged returns what three processes have written.
func logged(now time.Time) []byte {
	rng := rand.New(rand.NewPCG(1, 1))
	var sections []*section
	for id := range uint64(3) {
		s := &section{id: id + 1, version: id, at: now.Add(-time.Duration(id) * time.Second), waiting: id == 1, server: pro, stretch: int(id)}
		for _, times := range []*[]time.Time{&s.taken, &s.inFlight, &s.sent, &s.answered} {
			for range 20 * id {
				*times = append(*times, s.at.Add(-time.Duration(rng.Int64N(int64(20*time.Second)))))
			}
			slices.SortFunc(*times, time.Time.Compare)
		}
		s.last, s.hold = s.at.Add(-time.Millisecond), time.Second
		sections = append(sections, s)
	}
	return encode(sections, now, 12345)
}

// What was written by a section and read is at most a microsecond younger.
func TestWireKeepsTimes(t *testing.T) {
	now := time.Now()
	s := &section{id: 7, version: 3, at: now, server: pro, hold: 1500 * time.Millisecond, waiting: true, stretch: 2, last: now.Add(-time.Second)}
	for i := range 300 {
		s.sent = append(s.sent, now.Add(-time.Duration(300-i)*33*time.Millisecond-time.Duration(i)*7))
	}
	wall, frames, ok := decode(encode([]*section{s}, now, -5))
	if !ok || wall != -5 || len(frames) != 1 {
		t.Fatalf("read %d frames at %d, %v", len(frames), wall, ok)
	}
	got, ok := frames[0].section(now)
	if !ok || got.id != 7 || got.version != 3 || got.server != pro || got.hold != s.hold || !got.waiting || got.stretch != 2 || len(got.sent) != len(s.sent) {
		t.Fatalf("read %+v, %v", got, ok)
	}
	for i, want := range s.sent {
		if d := got.sent[i].Sub(want); d < 0 || d > time.Microsecond {
			t.Errorf("request %d is %v younger than it was", i, d)
		}
	}
}

// A log that was written half, or over an older one, is nonsense: each bit counts,
// and each byte that is missing or too much.
func TestWireNoticesEveryBit(t *testing.T) {
	whole := logged(time.Now())
	for i := range whole {
		for bit := range 8 {
			bad := bytes.Clone(whole)
			bad[i] ^= 1 << bit
			if _, _, ok := decode(bad); ok {
				t.Fatalf("bit %d of byte %d of %d may be wrong", bit, i, len(whole))
			}
		}
		if _, _, ok := decode(whole[:i]); ok {
			t.Fatalf("%d of %d bytes are enough", i, len(whole))
		}
	}
	if _, _, ok := decode(append(bytes.Clone(whole), 0)); ok {
		t.Error("a byte may be too much")
	}
}

// FuzzLedger: whatever stands in the store, with a checksum that fits, a log
// that has read it keeps working, remembers a bounded number of requests, and
// writes a log that another one reads.
func FuzzLedger(f *testing.F) {
	now := time.Now()
	whole := logged(now)
	f.Add(whole[len(magic):len(whole)-4], int64(12345))
	f.Add([]byte{}, int64(0))
	f.Add(binary.AppendVarint(nil, 1<<62), int64(-1<<62))
	f.Fuzz(func(t *testing.T, data []byte, wall int64) {
		data = append([]byte(magic), data...)
		data = binary.BigEndian.AppendUint32(data, crc32.ChecksumIEEE(data))
		l := newSharedLog(99)
		l.read(data, now, wall)
		for _, s := range l.peers {
			for _, times := range [][]time.Time{s.taken, s.inFlight, s.sent, s.answered} {
				if len(times) > maxTimes || !slices.IsSortedFunc(times, time.Time.Compare) {
					t.Fatalf("%d times, ascending: %v", len(times), slices.IsSortedFunc(times, time.Time.Compare))
				}
				if n := len(times); n > 0 && times[n-1].After(now) {
					t.Fatalf("a request %v from now", times[n-1].Sub(now))
				}
			}
		}
		var w window
		l.add(&w, pro.Per, now)
		l.published()
		l.take(now)
		l.send(now, now)
		again := newSharedLog(100)
		again.read(l.write(now, wall, pro.Per), now, wall)
		if s := again.peers[99]; s == nil || len(s.sent) != 1 {
			t.Fatalf("the section that was written last is read as %+v", s)
		}
	})
}
