// Values are checked against the types of their properties. Numbers of cases are those of the list of bad input.

package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// sends returns what is sent for a property that is mapped as it is.
func sends(t testing.TB, property string) func(cell string) (value, code, message string) {
	t.Helper()
	mapper, err := parse(t, "properties: { "+property+": A }").CompileFor([]string{"A"}, account())
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	return func(cell string) (value, code, message string) {
		if problems := mapper.Map([]string{cell}, &rec); len(problems) > 0 {
			return "", problems[0].Code, problems[0].Message
		}
		if len(rec.Properties) == 0 {
			return "", "", "" // an empty cell
		}
		return rec.Properties[0].Value, "", ""
	}
}

// Values that fit, and what is sent for them; "=" is the value itself.
func TestChecks(t *testing.T) {
	const (
		number, negative, date, datetime = "INVALID_NUMBER", "NEGATIVE_PRICE", "INVALID_DATE", "INVALID_DATETIME"
		boolean, option, duration        = "INVALID_BOOLEAN", "INVALID_OPTION", "INVALID_DURATION"
	)
	for _, tt := range []struct {
		name, property string
		cells          map[string]string
	}{
		{"case 38: numbers", "quantity", map[string]string{
			"1": "=", "007": "=", "1.50": "=", "-0": "=", "-5": "=", "+1": "=", ".5": "=", "5.": "=", "1e3": "=", "1.23E+11": "=", strings.Repeat("9", 500): "=",
			"1.234,56": number, "1 234": number, "1,234": number, "$5": number, "5%": number, "NaN": number, "Inf": number, "-Infinity": number, "0x1F": number, "1_000": number,
			" 1": "1", "1\u00a0": "1", "\u200b1\t": "1", "1.2.3": number, "e3": number, "1e": number, "1e+": number, "1e2.5": number, ".": number, "-": number, "--1": number, "\u22121": "-1", "5-": "-5",
			"\uff11": "1", "١": number, "(5)": "-5", "( 5 )": "-5", "#REF!": number, "true": number, strings.Repeat("9", 65_537): "VALUE_TOO_LONG",
		}},
		{"case 40: negative price", "price", map[string]string{
			"0": "=", "-0": "=", "-0.00e5": "=", "10.5": "=", "-0.01": negative, "-1e-9": negative, "-5": negative, "-x": number, "-0e1": "=",
		}},
		{"case 41: dates", "start", map[string]string{
			"2026-01-31": "=", "2024-02-29": "=", "1735603200000": "=", "-157766400000": "=", "2000-02-29": "=",
			"31/12/24": date, "2026-02-30": date, "2026-02-29": date, "1900-02-29": date, "2026-04-31": date, "2026-13-01": date, "2026-00-10": date, "2026-01-00": date,
			"2026-01-31T00:00:00Z": "2026-01-31", "2026-01-31 00:00:00.000": "2026-01-31", "2026-01-31T17:30": "2026-01-31", "2026-01-31T00:00:00+00:00": "2026-01-31",
			"2026-01-31T22:00:00Z": date, "2026-01-31T00:00:00+01:00": date, "2026-01-31T00:00:01Z": date, "2026-02-30 00:00": date, "2026-1-31": date, "20260131": date, "1735603200": date, "1735603200001": date, "0": date, "45678": date, "1735603200000000": date,
			"864000000": date, "2026-01-31 ": "2026-01-31", "2026/01/31": date, "99999999999999999999": date, "1e12": date, "2O26-01-31": date,
		}},
		{"case 41: times", "seen", map[string]string{
			"2026-01-31T09:30:00Z": "=", "2026-01-31T09:30:00.5Z": "=", "2026-01-31T09:30:00.123456789+01:00": "=", "2026-01-31T23:59:59-0330": "=", "2026-01-31": "=", "1735603200001": "=",
			"2026-01-31T09:30:00": datetime, "2026-01-31T09:30Z": datetime, "2026-01-31 09:30:00Z": datetime, "2026-02-30T09:30:00Z": datetime, "2026-01-31T24:00:00Z": datetime,
			"2026-01-31T09:60:00Z": datetime, "2026-01-31T09:30:60Z": datetime, "2026-01-31T09:30:00.Z": datetime, "2026-01-31T09:30:00.1234567890Z": datetime, "2026-01-31T09:30:00+02": datetime,
			"2026-01-31T09:30:00+19:00": datetime, "2026-01-31T9:30:00Z": datetime, "2026-01-31t09:30:00z": datetime, "1735603200": datetime, "31/12/24 10:00": datetime, "2026-01-31T09:30:00Zx": datetime,
		}},
		{"yes and no", "optional", map[string]string{"true": "=", "false": "=", "True": boolean, "TRUE": boolean, "yes": boolean, "Yes": boolean, "1": boolean, "true\t": "true"}},
		{"case 42: options", "billing", map[string]string{
			"monthly": "=", "Monthly": "monthly", "1": "=", "3": "=", "old": "=",
			"MONTHLY": option, "monthly ": "monthly", "Same": option, "Old": option, "weekly": option, "monthly;annually": option, " ": "", "Nothing": option,
		}},
		{"case 42: several options", "colours", map[string]string{
			"r": "=", "r;g;b": "=", ";r;g": "=", "b;b": "=", "Red": "r", "Red;g;Blue": "r;g;b", ";r;Blue": ";r;b", "Green; dark": "g",
			"r; g": "r;g", "r;;g": "r;g", "r;": "r", ";": "", ";;r": ";r", " Red ; b": "r;b", "r;x": option, "RED": option,
		}},
		{"options kept elsewhere", "owner", map[string]string{"anyone": "="}},
		{"terms", "hs_recurring_billing_period", map[string]string{
			"P12M": "=", "P1Y6M": "=", "P1Y2M3D": "=", "P2W": "=", "P7D": "=", "P1Y3D": "=",
			"12": duration, "13 months": duration, "P": duration, "P12": duration, "PT5H": duration, "P1M1Y": duration, "P1Y1W": duration, "p12m": duration, "P-1M": duration, "P1.5Y": duration, "PM": duration, "P1M1M": duration,
		}},
		{"case 44: texts", "name", map[string]string{"=cmd": "=", " x ": "=", " \u00a0": "EMPTY_LINE_ITEM", "1.234,56": "=", "x": "="}},
		{"type that nobody knows", "shape", map[string]string{"anything": "="}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			send := sends(t, tt.property)
			for cell, want := range tt.cells {
				if want == "=" {
					want = cell
				}
				value, code, message := send(cell)
				if got := value + code; got != want {
					t.Errorf("%.60q gives %.60q, want %.60q", cell, got, want)
				}
				if code != "" && (strings.ContainsAny(message, "\n") || len(cell) > 3 && strings.Contains(message, cell) || len(message) < 30 || !strings.HasSuffix(message, ".")) {
					t.Errorf("message for %.60q is %q", cell, message)
				}
			}
		})
	}
}

// A message says which key of the mapping reads the column.
func TestChecksAdvise(t *testing.T) {
	const rest = " rule; otherwise fix the cell."
	for _, tt := range []struct{ property, cell, want string }{
		{"quantity", "1.234,56", `{value} is not a number. If the whole column is written this way, add decimal: "," and group: "." to the quantity` + rest},
		{"quantity", "1,5", `{value} is not a number. If the whole column is written this way, add decimal: "," to the quantity` + rest},
		{"quantity", "1,234", `{value} is not a number. If the whole column is written this way, add decimal: "," or group: "," to the quantity` + rest},
		{"quantity", "1 234", `{value} is not a number. If the whole column is written this way, add group: " " to the quantity` + rest},
		{"quantity", "1'234", `{value} is not a number. If the whole column is written this way, add group: "'" to the quantity` + rest},
		{"quantity", "$5", `{value} is not a number. If the whole column is written this way, add symbol: "$" to the quantity` + rest},
		{"quantity", "5 %", `{value} is not a number. If the whole column is written this way, add symbol: "%" to the quantity` + rest},
		{"quantity", "-5,50 €", `{value} is not a number. If the whole column is written this way, add decimal: "," and symbol: "€" to the quantity` + rest},
		{"quantity", "EUR 5", `{value} is not a number. If the whole column is written this way, add symbol: "EUR" to the quantity` + rest},
		{"quantity", "5 Miller", `{value} is not a number. If the whole column is written this way, add symbol: with the text beside the number to the quantity` + rest},
		{"quantity", "5,5 EUR", `{value} is not a number. If the whole column is written this way, add decimal: "," and symbol: "EUR" to the quantity` + rest},
		{"quantity", "x", `{value} is not a number. Fix the cell.`},
		{"quantity", "NaN", `{value} is not a number. If {value} means that there is none, add csv: { empty: [{value}] } to the mapping; otherwise fix the cell.`},
		{"billing", "n/a", `{value} is not one of the options. If {value} means that there is none, add csv: { empty: [{value}] } to the mapping; otherwise fix the cell.`},
		{"quantity", "R$ 1.234,56", `{value} is not a number. If the whole column is written this way, add decimal: "," and group: "." and symbol: "R$" to the quantity` + rest},
		{"price", "-5", `{value} is negative, and HubSpot takes no negative prices. Put a discount into its own property, as a positive number.`},
		{"start", "31/12/2024", `{value} is not a date. If the whole column is written this way, add layout: 02/01/2006 to the start` + rest},
		{"start", "01/02/2024", `{value} is not a date. If the whole column is written this way, add layout: 02/01/2006 or layout: 01/02/2006 to the start` + rest},
		{"start", "31/12/24", `{value} is not a date. If the whole column is written this way, add layout: 02/01/06 to the start` + rest},
		{"start", "Jan 31, 2026", `{value} is not a date. If the whole column is written this way, add layout: "Jan 2, 2006" to the start` + rest},
		{"start", "20260131", `{value} is not a date. If the whole column is written this way, add layout: 20060102 to the start` + rest},
		{"start", "2026-02-30", `{value} is not a day of the calendar. Write a day such as 2026-01-31.`},
		{"start", "2026-01-31T09:30:00Z", `{value} has a time, and the property takes a day. If the whole column is written this way, add layout: 2006-01-02T15:04:05Z07:00 and a timezone to the start` + rest},
		{"start", "1735603200", `{value} looks like a timestamp in seconds, and HubSpot takes milliseconds. Write a day such as 2026-01-31.`},
		{"start", "1735603200001", `{value} is a millisecond timestamp that is not midnight UTC. Write a day such as 2026-01-31.`},
		{"start", "45678", `{value} looks like a spreadsheet's internal number of a day. If the whole column is written this way, add layout: excel to the start` + rest},
		{"seen", "2026-01-31T09:30:00", `{value} has no time zone. If the whole column is written this way, add layout: 2006-01-02T15:04:05 and a timezone to the seen` + rest},
		{"seen", "31.12.2024 10:00", `{value} is not a date with a time. If the whole column is written this way, add layout: 02.01.2006 15:04 and a timezone to the seen` + rest},
		{"seen", "12/31/2024 3:04 PM", `{value} is not a date with a time. If the whole column is written this way, add layout: 01/02/2006 3:04 PM and a timezone to the seen` + rest},
		{"seen", "2026-01-31T09:30Z", `{value} is not a date with a time. If the whole column is written this way, add layout: 2006-01-02T15:04Z07:00 to the seen` + rest},
		{"seen", "1735603200", `{value} looks like a timestamp in seconds, and HubSpot takes milliseconds. Write a time such as 2026-01-31T09:30:00+01:00.`},
		{"optional", "yes", `{value} is neither true nor false. Add values: to the rule to say what the cells mean, such as values: { yes: true, no: false }.`},
		{"billing", "MONTHLY", `{value} differs from an option in case. Write "monthly".`},
		{"billing", "Same", `{value} is the label of several options. Use the internal value of the one that is meant.`},
		{"billing", "weekly", `{value} is not one of the options. Write "monthly", "annually", "1", "2", "3", or add values: to the rule to say what this cell becomes.`},
		{"currency", "JPY", `{value} is not one of the options. Write "C00", "C01", "C02", "C03", "C04", "C05", "C06", "C07" and 4 more, or add values: to the rule to say what this cell becomes.`},
		{"colours", "r;x", `{value} can't be used: its part 2 is not one of the options. Write "r", "g", "b", or add values: to the rule to say what this cell becomes.`},
		{"hs_recurring_billing_period", "a year", `{value} is not a duration. Write one such as P12M (12 months), P1Y6M or P2W, or add values: to the rule to say what this cell becomes.`},
		{"hs_recurring_billing_period", "12", `{value} is not a duration. If the whole column is written this way, add unit: months to the hs_recurring_billing_period` + rest},
	} {
		if _, _, got := sends(t, tt.property)(tt.cell); got != tt.want {
			t.Errorf("%s %q\ngot  %s\nwant %s", tt.property, tt.cell, got, tt.want)
		}
		// What is advised does it.
		_, keys, advised := strings.Cut(strings.TrimSuffix(tt.want, " to the "+tt.property+rest), "this way, add ")
		if !advised || strings.Contains(keys, "with the text") {
			continue
		}
		for _, way := range strings.Split(keys, " or ") {
			format := strings.ReplaceAll(strings.ReplaceAll(way, " and a timezone", ", timezone: UTC"), " and ", ", ")
			mapper, err := parse(t, "properties: { "+tt.property+": { column: A, "+format+" } }").CompileFor([]string{"A"}, account())
			if err != nil {
				t.Errorf("%s: %v", format, err)
			} else if problems := mapper.Map([]string{tt.cell}, new(mapping.Record)); problems != nil {
				t.Errorf("%s doesn't read %q: %v", format, tt.cell, problems)
			}
		}
	}
}

func TestPriceOfOtherObjects(t *testing.T) {
	for object, want := range map[string]int{"line_items": 1, "0-8": 1, "products": 1, "deals": 0} {
		mapper, err := parse(t, "object: "+object+"\nproperties: { price: A }").CompileFor([]string{"A"}, account())
		if err != nil {
			t.Fatal(err)
		}
		if got := mapper.Map([]string{"-1"}, new(mapping.Record)); len(got) != want {
			t.Errorf("a negative price of %s: %v, want %d problems", object, got, want)
		}
	}
}

// checkedRow is a row of 8 properties of all types, under a schema or without.
func checkedRow(t testing.TB, s *schema.Schema) (*mapping.Mapper, []string) {
	t.Helper()
	mapper, err := parse(t, "properties: { name: A, price: B, quantity: C, start: D, seen: E, optional: F, billing: G, colours: H }").
		CompileFor([]string{"A", "B", "C", "D", "E", "F", "G", "H"}, s)
	if err != nil {
		t.Fatal(err)
	}
	return mapper, []string{"Annual maintenance", "149000.50", "12", "2026-01-31", "2026-01-31T09:30:00Z", "true", "monthly", "r;b"}
}

func TestChecksAllocateNothing(t *testing.T) {
	mapper, row := checkedRow(t, account())
	formatted, err := parse(t, `properties: { quantity: { column: A, decimal: ",", group: "." }, price: { column: B, symbol: € }, start: { column: C, layout: 2006-01-02 }, seen: { column: D, layout: "2006-01-02T15:04:05Z07:00" } }`).
		CompileFor([]string{"A", "B", "C", "D"}, account())
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	for name, run := range map[string]func() []mapping.Problem{
		"checks": func() []mapping.Problem { return mapper.Map(row, &rec) },
		"formats": func() []mapping.Problem {
			return formatted.Map([]string{"123", "149000.50 €", "2026-01-31", "2026-01-31T09:30:00+02:00"}, &rec)
		},
	} {
		if n := testing.AllocsPerRun(100, func() {
			if problems := run(); problems != nil {
				t.Fatal(problems)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a row whose values need no change, want none", name, n)
		}
	}
}

func BenchmarkMap8(b *testing.B) {
	for _, bb := range []struct {
		name   string
		schema *schema.Schema
	}{{"unchecked", nil}, {"checked", account()}} {
		b.Run(bb.name, func(b *testing.B) {
			mapper, row := checkedRow(b, bb.schema)
			var rec mapping.Record
			b.ReportAllocs()
			for b.Loop() {
				if problems := mapper.Map(row, &rec); problems != nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// What a format costs for one cell, and a bad cell with its advice.
func BenchmarkCell(b *testing.B) {
	for _, bb := range []struct{ name, property, format, cell string }{
		{"decimal comma", "price", `decimal: ",", group: "."`, "1.234,56"},
		{"layout", "start", "layout: 02/01/2006", "31/12/2024"},
		{"layout and zone", "seen", "layout: 02/01/2006 15:04, timezone: Europe/Berlin", "31/12/2024 10:00"},
		{"bad number", "price", "", "1.234,56"},
		{"bad date", "start", "", "31/12/2024"},
		{"bad option", "currency", "", "JPY"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			mapper, err := parse(b, "properties: { "+bb.property+": { column: A, "+bb.format+" } }").CompileFor([]string{"A"}, account())
			if err != nil {
				b.Fatal(err)
			}
			row := []string{bb.cell}
			var rec mapping.Record
			b.ReportAllocs()
			for b.Loop() {
				mapper.Map(row, &rec)
			}
		})
	}
}

// FuzzChecks: what passes is what a second reading of the types allows, and what
// doesn't pass is one problem with one sentence that doesn't hold the cell.
func FuzzChecks(f *testing.F) {
	for _, cell := range []string{"1.5e3", "-0", "2026-02-29", "1735603200000", "2026-01-31T09:30:00.5+01:00", "true", "Red;b", "P1Y6M", ";r", "1,5 €", "31/12/2024 10:00"} {
		f.Add(cell)
	}
	mapper, err := parse(f, "properties: { quantity: A, start: A, seen: A, optional: A, colours: A, hs_recurring_billing_period: A }").CompileFor([]string{"A"}, account())
	if err != nil {
		f.Fatal(err)
	}
	examples := strings.NewReplacer("2026-01-31T09:30:00+01:00", "", "2026-01-31", "", "(12 months)", "")
	f.Fuzz(func(t *testing.T, cell string) {
		if cell == "" {
			return
		}
		refused := make(map[string]bool)
		for _, p := range mapper.Map([]string{cell}, new(mapping.Record)) {
			if refused[p.Property] || p.Code == "" || strings.Contains(p.Message, "\n") || len(cell) > 8 && strings.Contains(examples.Replace(p.Message), cell) {
				t.Errorf("%q: %+v", cell, p)
			}
			refused[p.Property] = true
		}
		if !refused["start"] {
			if _, err := time.Parse(time.DateOnly, cell); err != nil && (len(cell) < 12 || !strings.HasSuffix(cell, "00000")) {
				t.Errorf("%q passes as a date", cell)
			}
		} else if _, err := time.Parse(time.DateOnly, cell); err == nil {
			t.Errorf("%q doesn't pass as a date: %v", cell, err)
		}
		if !refused["seen"] && strings.Contains(cell, "T") {
			_, err := time.Parse(time.RFC3339, cell)
			if _, basic := time.Parse("2006-01-02T15:04:05Z0700", cell); err != nil && basic != nil {
				t.Errorf("%q passes as a time: %v", cell, err)
			}
		}
		if !refused["quantity"] && strings.Trim(cell, "+-.0123456789eE") != "" {
			t.Errorf("%q passes as a number", cell)
		}
	})
}
