// The log of several processes: what each has sent, in everybody's own time.

package ratelimit

import (
	"slices"
	"time"
)

const (
	// How long a request of another process is thought to be on its way that
	// was taken or sent, and of which nothing more was heard: its process may
	// be dead.
	grace = 2 * time.Second

	keep         = time.Minute // a process that has written nothing for as long has no part any more
	mostSections = 256
)

// A section is what one process has written. It is replaced as a whole. Its times
// ascend.
type section struct {
	id      uint64
	version uint64
	at      time.Time // when it was written
	body    []byte    // as it was written; nil for the own one

	waiting bool          // a slot is waited for
	server  Limit         // what the server has told; zero: nothing
	stretch int           // steps, because of refusals
	hold    time.Duration // from at on nothing shall leave, because of a refusal
	last    time.Time     // when a slot was last taken; zero: never
	taken   []time.Time   // slots whose request wasn't sent yet
	flying  []time.Time   // when requests were sent that aren't answered
	sent    []time.Time   // the same of all requests
	heard   []time.Time   // when answers came
}

// A ledger is one process's copy of the log of all. Each process writes its own
// section, and copies those of the others.
//
// Processes of a host share no clock but the wall's, which may jump. So times
// are written as ages: those of a section at the time when it was written, by its
// process's monotonic clock, and those of sections at the time of the last
// writing. Only the age of that is a difference of two wall times, and it is held
// between zero and the time since this process last looked. So a jump of the
// clock misleads nobody who looks often. It may mislead who looks for the first
// time, about processes that write nothing more: their requests then count for a
// window too long, or not at all, which the answer to the probe shows.
//
// A ledger knows no clock; it is not safe for concurrent use.
type ledger struct {
	own    section
	others map[uint64]*section
	looked time.Time // when the log was last read; zero: never
	dirty  bool      // own has changed since it was last written
}

func newLedger(id uint64) *ledger {
	return &ledger{own: section{id: id}, others: map[uint64]*section{}}
}

// take notes that a slot was taken.
func (l *ledger) take(now time.Time) {
	l.own.last = now
	l.own.taken = append(l.own.taken, now)
	l.dirty = true
}

// send notes that the request leaves whose slot was taken at a time.
func (l *ledger) send(taken, now time.Time) {
	l.own.taken = strike(l.own.taken, taken)
	l.own.flying = append(l.own.flying, now)
	l.own.sent = append(l.own.sent, now)
	l.dirty = true
}

func (l *ledger) answer(sent, now time.Time) {
	l.own.flying = strike(l.own.flying, sent)
	l.own.heard = append(l.own.heard, now)
	l.dirty = true
}

// cancel strikes out a request that never left; sent is zero if it wasn't tried.
func (l *ledger) cancel(taken, sent time.Time) {
	if sent.IsZero() {
		l.own.taken = strike(l.own.taken, taken)
	} else {
		l.own.flying = strike(l.own.flying, sent)
		l.own.sent = strike(l.own.sent, sent)
	}
	l.dirty = true
}

// forget drops what this process sent and heard up to a time. Nobody may be reading
// what is written of it.
func (l *ledger) forget(until time.Time) {
	l.own.sent, l.own.heard = after(l.own.sent, until), after(l.own.heard, until)
}

// strike takes one t out of times.
func strike(times []time.Time, t time.Time) []time.Time {
	if i := slices.IndexFunc(times, t.Equal); i >= 0 {
		return slices.Delete(times, i, i+1)
	}
	return times
}

// tell notes what the others shall know of this process besides its requests.
func (l *ledger) tell(waiting bool, server Limit, stretch int, hold time.Duration) {
	s := &l.own
	if s.waiting != waiting || s.server != server || s.stretch != stretch || hold > s.hold {
		l.dirty = true
	}
	s.waiting, s.server, s.stretch, s.hold = waiting, server, stretch, hold
}

// rank returns how many processes that wait for a slot have had none for longer
// than this one.
func (l *ledger) rank() (n int) {
	for _, s := range l.others {
		if c := s.last.Compare(l.own.last); s.waiting && (c < 0 || c == 0 && s.id < l.own.id) {
			n++
		}
	}
	return n
}

// told is what others know of the server: its limit, zero if nothing, by how many
// steps its window is stretched, and until when it shall be left in peace.
func (l *ledger) told() (server Limit, stretch int, hold time.Time) {
	var newest time.Time
	for _, s := range l.others {
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

// read takes in what is written in the log. Nonsense is as good as nothing: the
// others will write again. wall is the wall clock's time in nanoseconds.
func (l *ledger) read(data []byte, now time.Time, wall int64) {
	written, pages, ok := decode(data)
	age := max(0, time.Duration(wall-written))
	if !l.looked.IsZero() {
		age = min(age, now.Sub(l.looked))
	}
	l.looked = now
	if !ok {
		return
	}
	for _, p := range pages {
		known := l.others[p.id]
		if p.id == l.own.id || known != nil && p.version <= known.version {
			continue
		}
		if s, ok := p.section(now.Add(-age)); ok {
			l.others[s.id] = s
		}
	}
	for id, s := range l.others {
		if now.Sub(s.at) > keep+s.span() {
			delete(l.others, id)
		}
	}
}

// span is how long before its writing the section's first request was: about
// twice the window of its process.
func (s *section) span() (d time.Duration) {
	for _, times := range [][]time.Time{s.taken, s.flying, s.sent, s.heard} {
		if len(times) > 0 {
			d = max(d, s.at.Sub(times[0]))
		}
	}
	return d
}

// write returns the log with everything that is known. What happened until two
// windows of length per ago is left out.
func (l *ledger) write(now time.Time, wall int64, per time.Duration) []byte {
	s, old := &l.own, now.Add(-2*per-spread)
	s.sent, s.heard = after(s.sent, old), after(s.heard, old)
	s.version++
	s.at = now
	l.dirty = false

	sections := []*section{s}
	for _, other := range l.others {
		sections = append(sections, other)
	}
	slices.SortFunc(sections[1:], func(a, b *section) int { return b.at.Compare(a.at) })
	return encode(sections[:min(len(sections), mostSections)], now, wall)
}

// add returns w with the requests of the other processes, as far as they matter
// for windows of length per.
func (l *ledger) add(w *window, per time.Duration, now time.Time) *window {
	old := now.Add(-per - spread)
	all := &window{taken: w.taken, flying: w.flying, sent: after(w.sent, old), heard: after(w.heard, old)}
	for _, s := range l.others {
		all.sent = merge(all.sent, after(s.sent, old))
		all.heard = merge(all.heard, after(s.heard, old))

		fresh := after(s.taken, now.Add(-grace))
		all.taken += len(fresh)
		gone := later(s.taken[:len(s.taken)-len(fresh)], grace)
		all.sent = merge(all.sent, gone)
		all.heard = merge(all.heard, gone)

		fresh = after(s.flying, now.Add(-grace))
		all.flying += len(fresh)
		all.heard = merge(all.heard, later(s.flying[:len(s.flying)-len(fresh)], grace))
	}
	return all
}

// explains is for the other processes what explains is for a window.
func (l *ledger) explains(sent time.Time, per time.Duration) (n int) {
	for _, s := range l.others {
		n += len(s.flying) + len(after(s.heard, sent.Add(-per)))
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
func merge(a, b []time.Time) []time.Time {
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
