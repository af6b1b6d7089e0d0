// The log of several processes: what each has sent, converted to this process's clock.

package ratelimit

import (
	"slices"
	"time"
)

const (
	// peerGrace is how long a peer's slot or request counts as under way of which nothing
	// more was written: its process may be dead. Answers of HubSpot take 0.4 s at the
	// median and under 2 s nearly always; a slower one is counted twice for a while, which
	// is safe. After two of four processes died, the others keep 97 % of the limit
	// (TestProcessesThatDie).
	peerGrace = 2 * time.Second

	// peerExpiry after its last entry a process is forgotten: several of HubSpot's
	// windows, so that nothing that still counts is lost.
	peerExpiry = time.Minute

	// maxPeers bounds what is read. A busy window of 190 takes about 1 kB of the log, so
	// MaxStored has room for several hundred.
	maxPeers = 256
)

// A section is what one process has written. It is replaced as a whole. Its times
// are in ascending order.
type section struct {
	id      uint64
	version uint64
	at      time.Time // when it was written
	body    []byte    // as it was written; nil for the own one

	waiting  bool          // a slot is waited for
	server   Limit         // what the server has stated; zero: nothing
	stretch  int           // steps, because of refusals
	hold     time.Duration // after a refusal: nothing leaves for as long from at on
	last     time.Time     // when a slot was last taken; zero: never
	taken    []time.Time   // slots whose request wasn't sent yet
	inFlight []time.Time   // when requests were sent that aren't answered
	sent     []time.Time   // the same of all requests
	answered []time.Time   // when answers came
}

// A sharedLog is one process's copy of the log of all. Each process writes its own
// section, and copies those of its peers.
//
// Processes of a host share no clock but the wall's, which may jump. So times are
// written as ages: a section's times as ages when it was written, by its process's
// monotonic clock, and sections as ages when the log was last written. Only the age of
// the log is a difference of two wall times, and it is kept between zero and the time
// since this process last looked. So a jump of the clock doesn't mislead a process that
// looks often. It may mislead one that looks for the first time, about processes that
// write nothing more: their requests then count for a window too long, or not at all,
// which the answer to the probe shows.
//
// A sharedLog has no clock; it is not safe for concurrent use.
type sharedLog struct {
	own    section
	peers  map[uint64]*section
	looked time.Time // when the log was last read; zero: never
	dirty  bool      // own has changed since it was last written
}

func newSharedLog(id uint64) *sharedLog {
	return &sharedLog{own: section{id: id}, peers: map[uint64]*section{}}
}

// take notes that a slot was taken.
func (l *sharedLog) take(now time.Time) {
	l.own.last = now
	l.own.taken = append(l.own.taken, now)
	l.dirty = true
}

// send notes that the request leaves whose slot was taken at a time.
func (l *sharedLog) send(taken, now time.Time) {
	l.own.taken = removeTime(l.own.taken, taken)
	l.own.inFlight = append(l.own.inFlight, now)
	l.own.sent = append(l.own.sent, now)
	l.dirty = true
}

func (l *sharedLog) answer(sent, now time.Time) {
	l.own.inFlight = removeTime(l.own.inFlight, sent)
	l.own.answered = append(l.own.answered, now)
	l.dirty = true
}

// cancel removes a request that never left; sent is zero if it wasn't tried.
func (l *sharedLog) cancel(taken, sent time.Time) {
	if sent.IsZero() {
		l.own.taken = removeTime(l.own.taken, taken)
	} else {
		l.own.inFlight = removeTime(l.own.inFlight, sent)
		l.own.sent = removeTime(l.own.sent, sent)
	}
	l.dirty = true
}

// prune drops what this process sent and what was answered up to a time. It must not be
// called while its section is being read.
func (l *sharedLog) prune(until time.Time) {
	l.own.sent, l.own.answered = after(l.own.sent, until), after(l.own.answered, until)
}

// removeTime removes one t from times.
func removeTime(times []time.Time, t time.Time) []time.Time {
	if i := slices.IndexFunc(times, t.Equal); i >= 0 {
		return slices.Delete(times, i, i+1)
	}
	return times
}

// publish sets what peers get to know of this process besides its requests.
func (l *sharedLog) publish(waiting bool, server Limit, stretch int, hold time.Duration) {
	s := &l.own
	if s.waiting != waiting || s.server != server || s.stretch != stretch || hold > s.hold {
		l.dirty = true
	}
	s.waiting, s.server, s.stretch, s.hold = waiting, server, stretch, hold
}

// rank returns how many processes that wait for a slot have had none for longer
// than this one.
func (l *sharedLog) rank() (n int) {
	for _, s := range l.peers {
		if c := s.last.Compare(l.own.last); s.waiting && (c < 0 || c == 0 && s.id < l.own.id) {
			n++
		}
	}
	return n
}

// published returns what peers know of the server: its limit, zero if unknown, by how many
// steps its window is stretched, and until when nothing is to be sent.
func (l *sharedLog) published() (server Limit, stretch int, hold time.Time) {
	var newest time.Time
	for _, s := range l.peers {
		if s.server.N > 0 && s.at.After(newest) {
			newest, server = s.at, s.server
		}
		stretch = max(stretch, s.stretch)
		if s.hold > 0 {
			hold = latest(hold, s.at.Add(s.hold))
		}
	}
	return server, stretch, hold
}

// read takes in what is written in the log. A damaged log counts as an empty one:
// peers will write again. wall is the wall clock's time in nanoseconds.
func (l *sharedLog) read(data []byte, now time.Time, wall int64) {
	written, frames, ok := decode(data)
	age := max(0, time.Duration(wall-written))
	if !l.looked.IsZero() {
		age = min(age, now.Sub(l.looked))
	}
	l.looked = now
	if !ok {
		return
	}
	for _, p := range frames {
		known := l.peers[p.id]
		if p.id == l.own.id || known != nil && p.version <= known.version {
			continue
		}
		if s, ok := p.section(now.Add(-age)); ok {
			l.peers[s.id] = s
		}
	}
	for id, s := range l.peers {
		if now.Sub(s.at) > peerExpiry+s.span() {
			delete(l.peers, id)
		}
	}
}

// span is how long before its writing the section's first request was: about
// twice the window of its process.
func (s *section) span() (d time.Duration) {
	for _, times := range [][]time.Time{s.taken, s.inFlight, s.sent, s.answered} {
		if len(times) > 0 {
			d = max(d, s.at.Sub(times[0]))
		}
	}
	return d
}

// write returns the log with everything that is known. What happened until two
// windows of length per ago is left out.
func (l *sharedLog) write(now time.Time, wall int64, per time.Duration) []byte {
	s, old := &l.own, now.Add(-2*per-transitSpread)
	s.sent, s.answered = after(s.sent, old), after(s.answered, old)
	s.version++
	s.at = now
	l.dirty = false

	sections := []*section{s}
	for _, other := range l.peers {
		sections = append(sections, other)
	}
	slices.SortFunc(sections[1:], func(a, b *section) int { return b.at.Compare(a.at) })
	return encode(sections[:min(len(sections), maxPeers)], now, wall)
}

// add returns w with the requests of the other processes, as far as they matter
// for windows of length per.
func (l *sharedLog) add(w *window, per time.Duration, now time.Time) *window {
	old := now.Add(-per - transitSpread)
	all := &window{taken: w.taken, inFlight: w.inFlight, sent: after(w.sent, old), answered: after(w.answered, old)}
	for _, s := range l.peers {
		all.sent = mergeTimes(all.sent, after(s.sent, old))
		all.answered = mergeTimes(all.answered, after(s.answered, old))

		fresh := after(s.taken, now.Add(-peerGrace))
		all.taken += len(fresh)
		gone := later(s.taken[:len(s.taken)-len(fresh)], peerGrace)
		all.sent = mergeTimes(all.sent, gone)
		all.answered = mergeTimes(all.answered, gone)

		fresh = after(s.inFlight, now.Add(-peerGrace))
		all.inFlight += len(fresh)
		all.answered = mergeTimes(all.answered, later(s.inFlight[:len(s.inFlight)-len(fresh)], peerGrace))
	}
	return all
}

// accountedFor is [window.accountedFor] for the peers.
func (l *sharedLog) accountedFor(sent time.Time, per time.Duration) (n int) {
	for _, s := range l.peers {
		n += len(s.inFlight) + len(after(s.answered, sent.Add(-per)))
	}
	return n
}

func later(times []time.Time, d time.Duration) []time.Time {
	moved := make([]time.Time, len(times))
	for i, t := range times {
		moved[i] = t.Add(d)
	}
	return moved
}

// merge returns the times of two ascending lists as one. It changes neither.
func mergeTimes(a, b []time.Time) []time.Time {
	if len(b) == 0 {
		return a
	}
	all := make([]time.Time, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].Before(a[0]) {
			all, b = append(all, b[0]), b[1:]
		} else {
			all, a = append(all, a[0]), a[1:]
		}
	}
	return append(append(all, a...), b...)
}
