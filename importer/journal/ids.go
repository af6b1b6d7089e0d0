// Record ids as text: the first one, then steps.

package journal

import (
	"errors"
	"strconv"
)

// A list of ids is written as steps from each to the next, because the ids of a
// batch lie near each other: "=" and digits is an id itself, a letter is a step
// of 1 to 26 (a to z) or of -1 to -26 (A to Z), + or - and digits is any other
// step. Digits after a letter repeat it: "=5000a99" is 5000 to 5099.

var errIDs = errors.New("a list of ids is malformed")

// An idWriter makes such a list.
type idWriter struct {
	text   []byte
	last   int64 // number of the id before, -1 when it has none
	letter byte  // of steps that aren't in text yet, 0 when all are
	times  int   // how many they are
}

func (w *idWriter) add(id string) {
	n := idNumber(id)
	step, known := n-w.last, n >= 0 && w.last >= 0 && len(w.text) > 0
	w.last = n
	letter := byte(0)
	if known {
		letter = stepLetter(step)
	}
	if letter != w.letter {
		w.repeat()
		w.letter = letter
	}
	switch {
	case letter != 0:
		w.times++
	case !known:
		w.text = append(append(w.text, '='), id...)
	case step >= 0:
		w.text = strconv.AppendInt(append(w.text, '+'), step, 10)
	default:
		w.text = strconv.AppendInt(w.text, step, 10)
	}
}

// repeat writes the steps that wait for more of their kind.
func (w *idWriter) repeat() {
	if w.letter != 0 {
		w.text = append(w.text, w.letter)
	}
	if w.times > 1 {
		w.text = strconv.AppendInt(w.text, int64(w.times), 10)
	}
	w.letter, w.times = 0, 0
}

// end returns the list, which is complete.
func (w *idWriter) end() []byte {
	w.repeat()
	return w.text
}

// idNumber returns the number behind id, -1 when it has more than 63 bits or
// would be written in another way.
func idNumber(id string) int64 {
	if len(id) > 18 { // fewer digits fit into any int64
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil || id[0] == '0' {
			return -1
		}
		return n
	}
	if !validID(id) || id[0] == '0' && id != "0" {
		return -1
	}
	n := int64(0)
	for _, c := range []byte(id) {
		n = 10*n + int64(c-'0')
	}
	return n
}

func stepLetter(step int64) byte {
	switch {
	case step >= 1 && step <= 26:
		return 'a' + byte(step-1)
	case step >= -26 && step <= -1:
		return 'A' + byte(-step-1)
	}
	return 0
}

// An idReader reads such lists. Its room is used again by the next one.
type idReader struct {
	all  []byte // ids
	ends []int  // of each in all
}

// read reads a list of exactly n ids. They are parts of one text.
func (r *idReader) read(text []byte, n int64) ([]string, error) {
	all, ends := r.all[:0], r.ends[:0]
	prev := int64(-1)
	for len(text) > 0 {
		c := text[0]
		text = text[1:]
		step, times := int64(0), int64(1)
		switch {
		case c == '=':
			i := digits(text)
			id := string(text[:i])
			if !validID(id) {
				return nil, errIDs
			}
			all = append(all, id...)
			ends, prev, text = append(ends, len(all)), idNumber(id), text[i:]
			continue
		case c == '+' || c == '-':
			if step, text = cutInt(text); step < 0 {
				return nil, errIDs
			}
			if c == '-' {
				step = -step
			}
		case c >= 'a' && c <= 'z':
			step = int64(c-'a') + 1
		case c >= 'A' && c <= 'Z':
			step = -int64(c-'A') - 1
		default:
			return nil, errIDs
		}
		if digits(text) > 0 {
			times, text = cutInt(text)
		}
		if times < 1 || times > n-int64(len(ends)) {
			return nil, errIDs
		}
		for range times {
			if prev < 0 || prev+step < 0 { // the sum is negative when it overflows, too
				return nil, errIDs
			}
			prev += step
			all = strconv.AppendInt(all, prev, 10)
			ends = append(ends, len(all))
		}
	}
	if int64(len(ends)) != n {
		return nil, errIDs
	}
	r.all, r.ends = all, ends
	ids, shared, start := make([]string, n), string(all), 0
	for i, end := range ends {
		ids[i] = shared[start:end]
		start = end
	}
	return ids, nil
}

func validID(id string) bool {
	for _, c := range []byte(id) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(id) >= 1 && len(id) <= 20
}
