// Number formats: which of a sheet's numbers are dates.

package xlsxfile

import (
	"regexp"
	"strconv"
	"strings"
)

// maxStyles is Excel's own limit.
const maxStyles = 65_490

// styles returns for each style of a cell whether its numbers are dates.
func (w *workbook) styles() (isDate []bool, err error) {
	if w.stylesPart == "" || w.parts[w.stylesPart] == nil {
		return nil, nil
	}
	custom := map[string]bool{}
	in := false
	err = w.each(w.stylesPart, func(_ *xmlReader, e element) error {
		switch e.name {
		case "numFmt":
			if len(custom) < maxStyles {
				custom[e.attr("numFmtId")] = isDateFormat(e.attr("formatCode"))
			}
		case "cellXfs":
			in = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			in = false
		case "xf":
			if !in || len(isDate) == maxStyles {
				break
			}
			id := e.attr("numFmtId")
			date, ok := custom[id]
			if !ok {
				date = isDateID(id)
			}
			isDate = append(isDate, date)
		}
		return nil
	})
	return isDate, err
}

// isDateID reports whether a format that every workbook has is that of a date or time:
// ECMA-376 part 1, 18.8.30, where 27 to 36 and 50 to 58 are dates of East Asia, and 46 is
// a duration.
func isDateID(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (14 <= n && n <= 22 || 27 <= n && n <= 36 || n == 45 || n == 47 || 50 <= n && n <= 58)
}

var (
	// Literal text: in quotes, behind a backslash, or for the width of a character.
	literal = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.`)
	// Durations count hours, minutes or seconds beyond a day.
	elapsed = regexp.MustCompile(`\[(h+|m+|s+)\]`)
	bracket = regexp.MustCompile(`\[[^\]]*\]`)
)

// isDateFormat reports whether a format shows numbers as dates or times.
func isDateFormat(code string) bool {
	code = strings.ToLower(literal.ReplaceAllString(code, ""))
	code, _, _ = strings.Cut(code, ";") // the others are for negative numbers, 0 and text
	if elapsed.MatchString(code) {
		return false
	}
	code = bracket.ReplaceAllString(code, "")
	return code != "general" && strings.ContainsAny(code, "ymdhs")
}
