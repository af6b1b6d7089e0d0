// What a bad cell probably is, and which key of the mapping reads it.

package mapping

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

const fixCell = "Fix the cell"

// explain says what is wrong with a cell, and how to fix it: the rest of a sentence
// about the cell, and a sentence without its full stop. Neither holds anything of the
// cell but common symbols, such as those of currencies.
func (p *propertyCell) explain(code, cell string) (what, fix string) {
	const most = 50 // bytes of a cell that is looked at for hints
	if format.IsPlaceholder(cell) {
		what, _ = p.explainFormat(code, cell)
		return what, "If {value} means that there is none, add csv: { empty: [{value}] } to the mapping; otherwise fix the cell"
	}
	if what, fix = p.explainFormat(code, cell); p.format != nil {
		return what, fix
	}
	if len(cell) > most {
		return what, fixCell
	}
	switch code {
	case schema.CodeInvalidNumber:
		return what, p.advice(p.numberKeys(cell), fixCell)
	case schema.CodeInvalidID:
		return what, p.waysAdvice(cell, fix)
	case schema.CodeInvalidDuration:
		if schema.IsNumber(cell) {
			return what, p.advice([]string{"unit: months"}, fix)
		}
	case schema.CodeInvalidDate, schema.CodeInvalidDatetime:
		if !schema.IsSeconds(cell) && (code == schema.CodeInvalidDatetime || !schema.IsMillis(cell)) {
			return what, p.advice(layoutKeys(cell, code == schema.CodeInvalidDatetime), fix)
		}
	}
	return what, fix
}

// explainFormat explains a cell by the rule's format, if there is one, or else by what
// the property takes.
func (p *propertyCell) explainFormat(code, cell string) (what, fix string) {
	if p.format == nil {
		return p.takes.Explain(code, cell)
	}
	sent, why := p.format.Read(cell)
	if why == 0 {
		return p.takes.Explain(code, sent)
	}
	what, fix = p.format.Explain(why)
	if why != format.Unreadable {
		return what, fix
	}
	var keys []string
	switch p.format.(type) {
	case *format.Number:
		keys = p.numberKeys(cell)
	case *format.Time:
		keys = layoutKeys(cell, code == schema.CodeInvalidDatetime)
	}
	if len(keys) > 0 {
		fix = "If the whole column is written this way, the " + p.Name + " rule needs " + strings.Join(keys, " or ") + " instead; otherwise fix the cell"
	}
	return what, fix
}

// advice suggests keys of the mapping, of which one is right. Without keys it is fix.
func (p *propertyCell) advice(keys []string, fix string) string {
	if len(keys) == 0 {
		return fix
	}
	return "If the whole column is written this way, add " + strings.Join(keys, " or ") + " to the " + p.Name + " rule; otherwise fix the cell"
}

// numberKeys returns the keys with which a cell is a number, at most two ways. They
// are found by trying: nothing is advised that doesn't work. Those that keep the rule's
// decimal character come first, and alone.
func (p *propertyCell) numberKeys(cell string) []string {
	var keys []string
	formats := format.NewSample(cell).Numbers()
	same := func(f format.Number) bool { return f.Decimal == p.decimal() }
	if p.isNumberFormat() && slices.ContainsFunc(formats, same) {
		formats = slices.DeleteFunc(formats, func(f format.Number) bool { return !same(f) })
	}
	for _, f := range atMostTwo(formats) {
		decimal := "" // that the rule says another is a part of what to change
		if p.Decimal != 0 && f.Decimal == '.' && (f.Group != 0 || f.Symbol != "") {
			decimal = `decimal: "." and `
		}
		if f.Symbol == "" || isShown(f.Symbol) {
			keys = append(keys, decimal+f.Keys(f.Symbol))
		} else {
			f.Symbol = ""
			other := decimal
			if f.Group != 0 || f.Decimal != '.' {
				other += f.Keys("") + " and "
			}
			keys = append(keys, other+"symbol: with the text beside the number")
		}
	}
	return keys
}

// isShown reports whether a message may show a symbol. Other words aren't shown: they
// may be anybody's.
func isShown(symbol string) bool {
	const units = " EUR USD GBP JPY CHF CAD AUD SEK NOK DKK PLN CZK BRL CNY INR R$ US$ A$ C$ UK£ pcs pc units kg h Stk Stück 個 円 "
	c, size := utf8.DecodeRuneInString(symbol)
	return size == len(symbol) && !unicode.IsLetter(c) || strings.Contains(units, " "+symbol+" ")
}

// layoutKeys returns the keys with which a cell is a date or a time, at most two ways.
func layoutKeys(cell string, datetime bool) []string {
	if schema.IsDayNumber(cell) {
		return []string{"layout: " + format.Excel}
	}
	var keys []string
	for _, layout := range atMostTwo(format.NewSample(cell).Layouts(func(string) bool { return false })) {
		zone := ""
		if _, offset := format.LayoutHas(layout); datetime != offset {
			zone = " and a timezone"
		}
		if strings.Contains(layout, ",") {
			layout = wording.Quote(layout) // between braces a comma ends the text
		}
		keys = append(keys, "layout: "+layout+zone)
	}
	return keys
}

func atMostTwo[T any](list []T) []T { return list[:min(2, len(list))] }
