// Names of months and Japanese years, as people write them in other languages than English.

package format

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// months are the months by their names in German, French, Spanish and Portuguese, whole
// and short, and English ones that package time doesn't read. No name means two months.
var months = func() map[string]time.Month {
	names := map[string]time.Month{}
	for i, list := range []string{
		"januar jän jänner janvier janv enero ene janeiro",
		"februar feber février fevrier févr fevr fév fev febrero fevereiro",
		"märz maerz mär mrz mars marzo março marco",
		"avril avr abril abr",
		"mai mayo maio",
		"juni juin junio junho",
		"juli juillet juil julio julho",
		"august août aout agosto ago",
		"sept septembre septiembre setiembre setembro set",
		"oktober okt octobre octubre outubro out",
		"november novembre noviembre novembro",
		"dezember dez décembre decembre déc diciembre dic dezembro",
	} {
		for _, name := range strings.Fields(list) {
			names[name] = time.Month(i + 1)
		}
	}
	return names
}()

// englishMonths replaces the name of a month in another language by the English one, in
// the form in which the layout has it, and removes the point behind it.
func englishMonths(cell string, long bool) string {
	for i := 0; i < len(cell); {
		start := strings.IndexFunc(cell[i:], unicode.IsLetter)
		if start < 0 {
			break
		}
		start += i
		end := start + len(cell[start:])
		if n := strings.IndexFunc(cell[start:], func(c rune) bool { return !unicode.IsLetter(c) }); n >= 0 {
			end = start + n
		}
		month, found := months[strings.ToLower(cell[start:end])]
		if !found {
			i = end
			continue
		}
		name := month.String()
		if !long {
			name = name[:3]
		}
		return cell[:start] + name + strings.TrimPrefix(cell[end:], ".")
	}
	return cell
}

// gregorian replaces the year of a Japanese era, such as 令和8年 or 令和元年.
func gregorian(cell string) string {
	for _, era := range []struct {
		name   string
		before int // year 0
	}{{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}} {
		rest, found := strings.CutPrefix(cell, era.name)
		year, after, ok := strings.Cut(rest, "年")
		if !found || !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(strings.Replace(year, "元", "1", 1)))
		if err == nil && n > 0 && n < 100 {
			return strconv.Itoa(era.before+n) + "年" + after
		}
	}
	return cell
}
