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
	for i := 0; i < len(ids); {
		step, ok := stepTo(ids, i)
		letter := stepLetter(step)
		switch {
		case !ok:
			dst = append(append(dst, '='), ids[i]...)
			i++
		case letter == 0:
			if step >= 0 {
				dst = append(dst, '+')
			}
			dst = strconv.AppendInt(dst, step, 10)
			i++
		default:
			times := 0
			for again := step; ok && again == step; again, ok = stepTo(ids, i) {
				times++
				i++
			}
			dst = append(dst, letter)
			if times > 1 {
				dst = strconv.AppendInt(dst, int64(times), 10)
			}
		}
	}
	return dst
}

// stepTo returns the step that leads to ids[i] from the id before it, if there
// is one.
func stepTo(ids []string, i int) (step int64, ok bool) {
	if i == 0 || i >= len(ids) {
		return 0, false
	}
	from, to := idNumber(ids[i-1]), idNumber(ids[i])
	return to - from, from >= 0 && to >= 0
}

// idNumber returns the number behind id, -1 when it has more than 63 bits or
// would be written in another way.
func idNumber(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || len(id) > 1 && id[0] == '0' {
		return -1
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

// parseIDs reads a list of exactly n ids.
func parseIDs(text []byte, n int64) ([]string, error) {
	var ids []string
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
			ids, prev, text = append(ids, id), idNumber(id), text[i:]
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
		if times < 1 || times > n-int64(len(ids)) {
			return nil, errIDs
		}
		for range times {
			if prev < 0 || prev+step < 0 { // the sum is negative when it overflows, too
				return nil, errIDs
			}
			prev += step
			ids = append(ids, strconv.FormatInt(prev, 10))
		}
	}
	if int64(len(ids)) != n {
		return nil, errIDs
	}
	return ids, nil
}

func validID(id string) bool {
	return len(id) >= 1 && len(id) <= 20 && digits([]byte(id)) == len(id)
}
