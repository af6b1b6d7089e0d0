// Record ids as steps from each to the next, because the ids of a batch lie near each other.

package journal

import (
	"encoding/json"
	"errors"
	"strconv"
)

// encodeIDs returns ids as a JSON array. A number is the step from the id before; the
// first one is a step from 0. [step, times] repeats a step. A string is an id that is
// not the usual text of a number below 2^63, such as "007"; the next step is from 0.
func encodeIDs(ids []string) json.RawMessage {
	text := []byte{'['}
	last := int64(0)
	for i := 0; i < len(ids); {
		if len(text) > 1 {
			text = append(text, ',')
		}
		n, ok := idNumber(ids[i])
		if !ok {
			text = append(append(append(text, '"'), ids[i]...), '"')
			last = 0
			i++
			continue
		}
		step, times := n-last, int64(0)
		for ; ok && n-last == step; n, ok = idNumber(ids[i]) {
			last = n
			times++
			if i++; i == len(ids) {
				break
			}
		}
		if times <= 2 { // shorter than the array
			text = strconv.AppendInt(text, step, 10)
			if times == 2 {
				text = strconv.AppendInt(append(text, ','), step, 10)
			}
			continue
		}
		text = strconv.AppendInt(append(text, '['), step, 10)
		text = strconv.AppendInt(append(text, ','), times, 10)
		text = append(text, ']')
	}
	return append(text, ']')
}

// idNumber returns the number whose usual text id is.
func idNumber(id string) (int64, bool) {
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil && validID(id) && (id[0] != '0' || id == "0")
}

var errIDs = errors.New("a list of ids is malformed")

// decodeIDs reads a list of exactly n ids.
func decodeIDs(text json.RawMessage, n int64) ([]string, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return nil, err
	}
	// All ids are parts of one text: reading the fates for the reports, they took a
	// seventh of the time as strings of their own.
	var all []byte
	ends := make([]int, 0, min(n, int64(len(text)))) // of each id in all
	last := int64(0)
	for _, item := range items {
		if item[0] == '"' {
			id := string(item[1 : len(item)-1])
			if !validID(id) {
				return nil, errIDs
			}
			all = append(all, id...)
			ends, last = append(ends, len(all)), 0
			continue
		}
		run := []int64{0, 1}
		into := any(&run)
		if item[0] != '[' {
			into = &run[0]
		}
		err := json.Unmarshal(item, into)
		if err != nil || len(run) != 2 || run[1] < 1 || run[1] > n-int64(len(ends)) {
			return nil, errIDs
		}
		for range run[1] {
			if last += run[0]; last < 0 { // also when it overflows
				return nil, errIDs
			}
			all = strconv.AppendInt(all, last, 10)
			ends = append(ends, len(all))
		}
	}
	if int64(len(ends)) != n {
		return nil, errIDs
	}
	ids, shared, start := make([]string, n), string(all), 0
	for i, end := range ends {
		ids[i], start = shared[start:end], end
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
