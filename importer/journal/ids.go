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

func appendIDs(dst []byte, ids []string) []byte {
	last := int64(-1) // number of the id before
	letter, times := byte(0), 0
	for _, id := range ids {
		n := idNumber(id)
		step, known := n-last, n >= 0 && last >= 0
		last = n
		next := byte(0)
		if known {
			next = stepLetter(step)
		}
		if next != letter {
			dst = appendSteps(dst, letter, times)
			letter, times = next, 0
		}
		switch {
		case letter != 0:
			times++
		case !known:
			dst = append(append(dst, '='), id...)
		case step >= 0:
			dst = strconv.AppendInt(append(dst, '+'), step, 10)
		default:
			dst = strconv.AppendInt(dst, step, 10)
		}
	}
	return appendSteps(dst, letter, times)
}

func appendSteps(dst []byte, letter byte, times int) []byte {
	if letter != 0 {
		dst = append(dst, letter)
	}
	if times > 1 {
		dst = strconv.AppendInt(dst, int64(times), 10)
	}
	return dst
}

// idNumber returns the number behind id, -1 when it has more than 63 bits or
// would be written in another way.
func idNumber(id string) int64 {
	if len(id) > 18 {
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

// parseIDs reads a list of exactly n ids. They are parts of one text.
func parseIDs(text []byte, n int64) ([]string, error) {
	usual := min(n, 128)
	all := make([]byte, 0, 12*usual)
	ends := make([]int, 0, usual) // of each id in all
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
