// Formats: numbers and dates as columns write them. Numbers of cases are those of the list of bad input.

package mapping_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// rule compiles a mapping of one property, and returns what is sent for a cell, or
// the code and the message of its problem.
func rule(t testing.TB, format string, schema *schema.Schema) func(cell string) (value, code, message string) {
	t.Helper()
	m := parse(t, "properties: { p: { column: A, "+format+" } }")
	mapper, err := m.CompileFor([]string{"A"}, schema)
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	var rec mapping.Record
	return func(cell string) (value, code, message string) {
		problems := mapper.Map([]string{cell}, &rec)
		if len(problems) > 0 {
			return "", problems[0].Code, problems[0].Message
		}
		if len(rec.Properties) == 0 {
			return "", "", "" // an empty cell
		}
		return rec.Properties[0].Value, "", ""
	}
}

// Case 38: number formats, where the mapping says which.
func TestNumberFormats(t *testing.T) {
	const bad = "INVALID_NUMBER"
	for _, tt := range []struct {
		format string
		cells  map[string]string
	}{
		{`decimal: ",", group: "."`, map[string]string{
			"1.234,56": "1234.56", "1234,56": "1234.56", "1.234.567": "1234567", "12": "12", "-1.234,5": "-1234.5", "007": "007", "0,5": "0.5", ",5": ".5", "5,": "5.",
			"+1,5": "+1.5", "\u22121,5": "-1.5", " 1,5\u00a0": "1.5", "1,5e3": "1.5e3", "1e3": "1e3", "- 5": "-5",
			"1,234.56": bad, "1.23": bad, "1.2345": bad, "1234.567": bad, "12.34.567": bad, "1..234": bad, ".123": bad, "1.234.": bad, "1,5,5": bad, "1,234.567": bad,
			"0.001": bad, "1.234e3": bad, "": "", " ": "", "1 234": bad, "€5": bad, "NaN": bad, "Inf": bad, "0x1F": bad, "1_000": bad, "--5": bad, "5--": bad, "(5": bad, "(-5)": bad, "()": bad, "-5-": bad, "(5)-": bad,
			// One reading only.
			"\uff11\uff0c\uff15": "1.5", "\uff0d\uff11": "-1", "(5,00)": "-5.00", "5,00-": "-5.00", "5,00 \u2212": "-5.00", "( 1.234,5 )": "-1234.5", "\uff085\uff09": "-5",
			"e5": bad, "1e": bad, "1e+": bad, "1e5,5": bad, ",": bad, "-": bad,
		}},
		{`group: " "`, map[string]string{
			"1 234 567.89": "1234567.89", "1\u00a0234": "1234", "1\u202f234": "1234", "1\u2009234": "1234", "12 34": bad, "1  234": bad, "1.5": "1.5", "1,5": bad, "5 000 ": "5000",
		}},
		{"group: \u00a0, decimal: ','", map[string]string{"1 234,5": "1234.5", "1\u00a0234": "1234"}},
		{`group: "'"`, map[string]string{"1'234.50": "1234.50", "1’234’567": "1234567", "1'23": bad}},
		{`decimal: "."`, map[string]string{"1.5": "1.5", " 1.5 ": "1.5", "1,5": bad, "1.5.5": bad}},
		{`symbol: "%"`, map[string]string{"5%": "5", "5 %": "5", "%5": "5", "5": "5", "-5%": "-5", "(5%)": "-5", "(5)%": "-5", "0.5%": "0.5", "\uff15\uff05": "5", "0": "0", "1": "1", "5%%": bad, "5 $": bad, "%": bad, "% 5 %": bad}},
		{`symbol: $, group: ","`, map[string]string{"$1,234.56": "1234.56", "-$5": "-5", "$-5": "-5", "$ -5": "-5", "+ $ 5": "+5", "-$-5": bad, "$$5": bad, "€5": bad, "5$": "5"}},
		{`symbol: $, group: ","`, map[string]string{"$(1,063.12)": "-1063.12", "($63.12)": "-63.12", "(63.12) $": "-63.12", "$5-": "-5", "5- $": "-5", "$(63.12": bad}},
		{"scale: 100", map[string]string{"0.15": "15", "1": "100", "-.5": "-50", "0.123": "12.3", "0.1234": "12.34", "0.0": "0", "0.15\u00a0": "15", "15 %": bad}},
		{`scale: 0.01, decimal: ","`, map[string]string{"1500": "15", "7,5": "0.075", "1": "0.01"}},
		{`symbol: "%", scale: 0.01`, map[string]string{"15 %": "0.15", "0.5": "0.005"}},
		{"scale: -1", map[string]string{"5": "-5", "-5": "5", "0.1": "-0.1"}},
		{`symbol: Fr., group: "'"`, map[string]string{"Fr. 1'234.50": "1234.50", "5 Fr.": "5", "Fr5": bad}},
	} {
		read := rule(t, tt.format, nil)
		for cell, want := range tt.cells {
			if cell == "" {
				continue // left out of the record, as without a format
			}
			value, code, message := read(cell)
			if got := value + code; got != want {
				t.Errorf("%s: %q gives %q, want %q", tt.format, cell, got, want)
			}
			if code != "" && (!strings.HasPrefix(message, "{value} is not a number as the rule says, with ") || strings.Contains(message, cell) && len(cell) > 2) {
				t.Errorf("%s: message for %q is %q", tt.format, cell, message)
			}
		}
	}
}

// Case 41: dates, where the mapping says how they are written.
func TestLayouts(t *testing.T) {
	for _, tt := range []struct {
		name, format, kind string // kind "" = no schema
		cells              map[string]string
	}{
		{"day", "layout: 02/01/2006", "", map[string]string{
			"31/12/2024": "2024-12-31", " 29/02/2024 ": "2024-02-29",
			"30/02/2026": "INVALID_DATE", "29/02/2026": "INVALID_DATE", "31/12/24": "INVALID_DATE", "1/2/2026": "INVALID_DATE", "12/31/2026": "INVALID_DATE",
			"2026-12-31": "INVALID_DATE", "31/12/2024 10:00": "INVALID_DATE", "x": "INVALID_DATE", "1735603200000": "INVALID_DATE",
		}},
		{"year of two digits", "layout: 2.1.06", "", map[string]string{"1.2.68": "2068-02-01", "1.2.69": "1969-02-01"}},
		{"day without signs", "layout: 20060102", "date", map[string]string{"20260131": "2026-01-31", "20260230": "INVALID_DATE"}},
		{"Japanese", "layout: 2006年1月2日", "", map[string]string{"2026年1月31日": "2026-01-31"}},
		{"German", "layout: 2. January 2006", "date", map[string]string{"15. März 2026": "2026-03-15", "1. Dez. 2026": "2026-12-01", "1. May 2026": "2026-05-01", "31. Juni 2026": "INVALID_DATE", "1. Foo 2026": "INVALID_DATE"}},
		{"French", "layout: 2 Jan 2006", "date", map[string]string{"15 janv. 2026": "2026-01-15", "1 mars 2026": "2026-03-01", "2 AOÛT 2026": "2026-08-02", "3 juil. 2026": "2026-07-03", "4 Jun 2026": "2026-06-04"}},
		{"Spanish", "layout: 2 de January de 2006", "date", map[string]string{"15 de enero de 2026": "2026-01-15", "15 de septiembre de 2026": "2026-09-15"}},
		{"Japanese eras", "layout: 2006年1月2日", "date", map[string]string{"令和8年3月15日": "2026-03-15", "令和元年5月1日": "2019-05-01", "平成３１年4月30日": "2019-04-30", "2026年3月15日": "2026-03-15", "令和八年3月15日": "INVALID_DATE"}},
		{"American, short", "layout: 1/2/06", "date", map[string]string{"3/15/26": "2026-03-15", "12/1/26": "2026-12-01", "15/3/26": "INVALID_DATE"}},
		{"serial numbers of days", "layout: excel", "date", map[string]string{"46096": "2026-03-15", "46096.75": "2026-03-15", "61": "1900-03-01", "60": "INVALID_DATE", "2026-03-15": "INVALID_DATE", "2958466": "INVALID_DATE", "NaN": "INVALID_DATE"}},
		{"serial numbers of times", "layout: excel, timezone: Europe/Berlin", "datetime", map[string]string{"46096.75": "2026-03-15T18:00:00+01:00", "46204.5": "2026-07-01T12:00:00+02:00"}},
		{"name of the month", `layout: "Jan 2, 2006"`, "", map[string]string{"Feb 3, 2026": "2026-02-03", "Feb 30, 2026": "INVALID_DATE"}},
		{"time, UTC", "layout: 02/01/2006 15:04", "", map[string]string{"31/12/2024 23:30": "2024-12-31T23:30:00Z", "31/12/2024 24:00": "INVALID_DATETIME"}},
		{"half a day", "layout: 1/2/2006 3:04 PM", "", map[string]string{"1/31/2026 12:05 AM": "2026-01-31T00:05:00Z", "1/31/2026 11:05 PM": "2026-01-31T23:05:00Z"}},
		{"decimals", `layout: "2006-01-02 15:04:05"`, "", map[string]string{"2026-01-31 10:00:00.125": "2026-01-31T10:00:00.125Z"}},
		{"day sent as a time", "layout: 02/01/2006, timezone: Asia/Tokyo", "datetime", map[string]string{"31/12/2024": "2024-12-31T00:00:00+09:00"}},
		{"time sent as a day", "layout: 02/01/2006 15:04, timezone: Asia/Tokyo", "date", map[string]string{"31/12/2024 23:30": "2024-12-31"}},
		{"time zone", "layout: 02/01/2006 15:04, timezone: Europe/Berlin", "datetime", map[string]string{
			"31/12/2024 23:30": "2024-12-31T23:30:00+01:00", "01/07/2024 00:00": "2024-07-01T00:00:00+02:00",
			// The clocks were set forward from 2 to 3, and back from 3 to 2.
			"31/03/2024 01:59": "2024-03-31T01:59:00+01:00", "31/03/2024 02:00": "INVALID_DATETIME", "31/03/2024 02:59": "INVALID_DATETIME", "31/03/2024 03:00": "2024-03-31T03:00:00+02:00",
			"27/10/2024 01:59": "2024-10-27T01:59:00+02:00", "27/10/2024 02:00": "INVALID_DATETIME", "27/10/2024 02:59": "INVALID_DATETIME", "27/10/2024 03:00": "2024-10-27T03:00:00+01:00",
			"01/01/1890 00:00": "1889-12-31T23:06:32Z", // Berlin's own time was 53 minutes 28 seconds ahead
		}},
		{"offset", "layout: 2006-01-02T15:04:05Z0700", "", map[string]string{
			"2024-10-27T02:30:00+0100": "2024-10-27T02:30:00+01:00", "2024-12-31T23:30:00Z": "2024-12-31T23:30:00Z", "2024-12-31T23:30:00": "INVALID_DATETIME",
		}},
		{"offset and time zone", "layout: 2006-01-02T15:04:05Z07:00, timezone: Asia/Tokyo", "", map[string]string{"2024-12-31T23:30:00Z": "2025-01-01T08:30:00+09:00"}},
		{"offset, time zone and day", "layout: 2006-01-02T15:04:05Z07:00, timezone: Asia/Tokyo", "date", map[string]string{"2024-12-31T23:30:00Z": "2025-01-01"}},
		{"text takes either", "layout: 02/01/2006", "string", map[string]string{"31/12/2024": "2024-12-31"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var account *schema.Schema
			if tt.kind != "" {
				account = schema.New([]schema.Property{{Name: "p", Type: tt.kind}})
			}
			read := rule(t, tt.format, account)
			for cell, want := range tt.cells {
				value, code, message := read(cell)
				if got := value + code; got != want {
					t.Errorf("%s: %q gives %q, want %q", tt.format, cell, got, want)
				}
				if code != "" && (!strings.HasPrefix(message, "{value} ") || len(cell) > 2 && strings.Contains(message, cell)) {
					t.Errorf("%s: message for %q is %q", tt.format, cell, message)
				}
			}
		})
	}
}

func TestFormatProblemsSayWhy(t *testing.T) {
	for _, tt := range []struct{ format, cell, want string }{
		{"layout: 02/01/2006", "30/02/2026", "{value} is not a day of the calendar, or not a time. Fix the cell."},
		{"layout: 02/01/2006", "2026-01-31", `{value} is not written as the rule's layout says, "02/01/2006". If the whole column is written this way, the p rule needs layout: 2006-01-02 instead; otherwise fix the cell.`},
		{"layout: 02/01/2006 15:04, timezone: Europe/Berlin", "31/03/2024 02:30", "{value} did not exist in Europe/Berlin, where the clocks were set forward over it. Fix the cell or the timezone of the rule."},
		{"layout: 02/01/2006 15:04, timezone: Europe/Berlin", "27/10/2024 02:30", "{value} happened twice in Europe/Berlin, where the clocks were set back. Write the times with their offset from UTC, and add -0700 to the layout."},
		{"decimal: ','", "x", `{value} is not a number as the rule says, with decimal: ",". Fix the cell.`},
		{"symbol: $", "x", `{value} is not a number as the rule says, with symbol: "$". Fix the cell.`},
	} {
		if _, _, got := rule(t, tt.format, nil)(tt.cell); got != tt.want {
			t.Errorf("%s: %q\ngot  %s\nwant %s", tt.format, tt.cell, got, tt.want)
		}
	}
}

// An error of the table is "column part of the message"; all are in line 1, after
// the 30 characters of "properties: { a: { column: A, ".
func TestFormatErrors(t *testing.T) {
	for _, tt := range []struct {
		name, format string
		want         []string
	}{
		{"decimal of two characters", `decimal: "ab"`, []string{"40 decimal must be one character"}},
		{"decimal empty", `decimal: ""`, []string{"40 decimal is empty"}},
		{"decimal unknown", `decimal: ";"`, []string{`40 decimal must be "." or ","`}},
		{"group unknown", `group: "-"`, []string{`38 group must be ".", ",", " " or "'"`}},
		{"group a point", `group: "."`, []string{`38 group "." needs decimal: "," beside it`}},
		{"group like decimal", `decimal: ",", group: ","`, []string{"52 group and decimal are the same"}},
		{"sign a digit", `symbol: "5"`, []string{"39 symbol must be a text such as"}},
		{"sign a minus", `symbol: "-€"`, []string{"39 symbol must be"}},
		{"sign a point", `symbol: "."`, []string{"39 symbol must be"}},
		{"sign with white space", `symbol: "€ "`, []string{"39 symbol must be"}},
		{"no layout at all", "layout: x", []string{"39 lacks the day (02) and the month (01) and the year (2006); a layout is how"}},
		{"no year", "layout: 02/01", []string{"39 lacks the year (2006)"}},
		{"no day", "layout: 01/2006", []string{"39 lacks the day (02)"}},
		{"no month", "layout: 02/2006", []string{"39 lacks the month (01)"}},
		{"day of the week is no day", "layout: Mon 01/2006", []string{"39 lacks the day"}},
		{"the date itself", "layout: 31/12/2026", []string{"39 lacks the year"}},
		{"pattern", "layout: DD.MM.YYYY", []string{`39 did you mean "02.01.2006"?`}},
		{"small pattern", "layout: yyyy-mm-dd hh:mm:ss", []string{`39 did you mean "2006-01-02 15:04:05"?`}},
		{"short pattern", "layout: d/M/yy", []string{`39 did you mean "2/1/06"?`}},
		{"pattern with a month's name", "layout: dd-MMM-yyyy", []string{`39 did you mean "02-Jan-2006"?`}},
		{"strftime", `layout: "%d/%m/%Y %H:%M"`, []string{`39 did you mean "02/01/2006 15:04"?`}},
		{"abbreviated zone", "layout: 02/01/2006 15:04 MST", []string{"39 can mean several"}},
		{"half without PM", "layout: 02/01/2006 03:04", []string{"39 without PM"}},
		{"minutes without hours", "layout: 02/01/2006 04:05", []string{"39 without an hour"}},
		{"runs together", "layout: '212006'", []string{"39 can't be read back"}},
		{"zone alone", "timezone: UTC", []string{"41 timezone needs a layout"}},
		{"zone unknown", "layout: 02/01/2006, timezone: Berlin", []string{"61 \"Berlin\" is not a time zone"}},
		{"zone of the machine", "layout: 02/01/2006, timezone: Local", []string{"61 \"Local\" is not a time zone"}},
		{"zone with a path", "layout: 02/01/2006, timezone: ../UTC", []string{"61 \"../UTC\" is not a time zone"}},
		{"numbers and dates", "decimal: ',', layout: 02/01/2006", []string{"40 contradicts layout"}},
		{"beside values", "decimal: ',', values: { a: b }", []string{"40 decimal has no use beside values"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mapping.Parse([]byte("properties: { a: { column: A, " + tt.format + " } }"))
			var got mapping.Errors
			if !errors.As(err, &got) || len(got) != len(tt.want) {
				t.Fatalf("%s: %v, want %q", tt.format, err, tt.want)
			}
			for i, want := range tt.want {
				column, part, _ := strings.Cut(want, " ")
				if got[i].Line != 1 || fmt.Sprint(got[i].Column) != column || !strings.Contains(got[i].Message, part) {
					t.Errorf("%s: got %v, want %s", tt.format, got[i], want)
				}
			}
		})
	}
	_, err := mapping.Parse([]byte("properties: { a: { value: x, decimal: ',' } }\ntimezone: UTC\n"))
	if err == nil || !strings.Contains(err.Error(), "line 1, column 39: decimal has no use beside value") ||
		!strings.Contains(err.Error(), `line 2, column 1: unknown key "timezone" in the mapping`) {
		t.Errorf("a format beside value, and one at the top: %v", err)
	}
	m := &mapping.Mapping{Properties: []mapping.PropertyRule{{Name: "a", Column: "A", Layout: "x"}, {Name: "b", Column: "A", Group: '.'}}}
	if _, err := m.Compile([]string{"A"}); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("a mapping made by hand: %v, want two errors", err)
	}
}

// FuzzNumber: what a format reads is a number to HubSpot, has the digits of the
// cell in their order, and stays as it is when it is read as a plain number.
func FuzzNumber(f *testing.F) {
	for _, cell := range []string{"1.234,56", "-€ 1.234", "1,5e3", "\u2212 5", "€", "1.234.567,", ",5 €", "+0", "1e400", "€-1.5"} {
		f.Add(cell)
	}
	schema := schema.New([]schema.Property{{Name: "p", Type: "number"}})
	plain := rule(f, "", schema)
	formats := []func(string) (string, string, string){
		rule(f, `decimal: ",", group: ".", symbol: "€"`, schema),
		rule(f, `group: " "`, schema),
		rule(f, `decimal: ",", group: "'"`, schema),
	}
	digits := func(s string) string {
		return strings.Map(func(c rune) rune {
			if '0' <= c && c <= '9' {
				return c
			}
			return -1
		}, s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if cell == "" {
			return
		}
		for i, read := range formats {
			value, code, _ := read(cell)
			if code != "" {
				continue
			}
			if again, code, _ := plain(value); code != "" || again != value {
				t.Errorf("format %d makes %q of %q, which is no number", i, value, cell)
			}
			if _, err := strconv.ParseFloat(value, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
				t.Errorf("format %d makes %q of %q: %v", i, value, cell, err)
			}
			if digits(value) != digits(cell) {
				t.Errorf("format %d makes %q of %q: other digits", i, value, cell)
			}
		}
	})
}

// FuzzTime: a moment, written by the clocks of a zone and read back, is the same
// moment, or a problem because the clocks showed it twice.
func FuzzTime(f *testing.F) {
	f.Add(int64(1711846799))
	f.Add(int64(1711846800))
	f.Add(int64(1729987200))
	f.Add(int64(1729990800))
	f.Add(int64(-2524521600))
	var reads []func(string) (string, string, string)
	var zones []*time.Location
	for _, name := range []string{"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			f.Fatal(err)
		}
		zones = append(zones, zone)
		reads = append(reads, rule(f, `layout: "2006-01-02 15:04:05", timezone: `+name, nil))
	}
	f.Fuzz(func(t *testing.T, seconds int64) {
		seconds %= 4e9
		for i, read := range reads {
			moment := time.Unix(seconds, 0).In(zones[i])
			cell := moment.Format("2006-01-02 15:04:05")
			value, code, message := read(cell)
			if strings.Contains(message, "happened twice") {
				twice := false
				for shift := time.Second; shift < 2*time.Hour; shift += time.Second {
					twice = twice || moment.Add(shift).Format("2006-01-02 15:04:05") == cell || moment.Add(-shift).Format("2006-01-02 15:04:05") == cell
				}
				if !twice {
					t.Errorf("%s was once in %v", cell, zones[i])
				}
				continue
			}
			got, err := time.Parse(time.RFC3339, value)
			if code != "" || err != nil || !got.Equal(moment) {
				t.Errorf("%s in %v is sent as %q (%s), want %s", cell, zones[i], value, code, moment.Format(time.RFC3339))
			}
		}
	})
}
