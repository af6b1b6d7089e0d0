// The two records that nearly all of a journal is made of, written without reflection:
// an intent of new rows, and an end at which all rows were created.

package journal

import "strconv"

// appendCommon appends the record as encoding/json would, but for the closing brace.
// Of other records it reports false.
func (r *record) appendCommon(dst []byte) ([]byte, bool) {
	if len(r.Existing)+len(r.Refused)+len(r.InDoubt) > 0 {
		return dst, false
	}
	switch {
	case r.Begin != nil && len(r.Slices) > 0 && len(r.Rows) > 0 && r.Attempt == 0 && len(r.Created) == 0:
		dst = strconv.AppendInt(append(dst, `{"begin":`...), *r.Begin, 10)
		dst = append(dst, `,"slices":["`...)
		for i, s := range r.Slices {
			if i > 0 {
				dst = append(dst, `","`...)
			}
			dst = s.appendText(dst)
		}
		dst = append(dst, `"],"rows":"`...)
		return append(r.Rows.appendText(dst), '"'), true
	case r.End > 0 && len(r.Created) == 1:
		dst = strconv.AppendInt(append(dst, `{"end":`...), r.End, 10)
		dst = append(dst, `,"created":["`...)
		return append(r.Created[0].appendText(dst), `"]`...), true
	}
	return dst, false
}
