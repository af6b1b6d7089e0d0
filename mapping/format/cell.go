// What stands around a value in a cell and is no part of it.

package format

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Trim returns a cell without the white space around it: all that Unicode calls so,
// and what can't be seen either, such as the zero width space.
func Trim(cell string) string {
	if cell == "" || isInk(cell[0]) && isInk(cell[len(cell)-1]) {
		return cell // most cells: 2 ns instead of 20 (2026-11)
	}
	return strings.TrimFunc(cell, isBlank)
}

// isInk reports whether a byte is a visible ASCII character.
func isInk(b byte) bool { return '!' <= b && b <= '~' }

func isBlank(c rune) bool {
	switch c {
	case '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(c)
}

// Unguard returns the text of a cell such as ="00012", by which people keep Excel from
// taking a text for a number. Other cells are returned as they are.
func Unguard(cell string) string {
	if len(cell) < 3 || cell[0] != '=' && isInk(cell[0]) {
		return cell
	}
	text, found := strings.CutPrefix(Trim(cell), `="`)
	if !found {
		return cell
	}
	text, found = strings.CutSuffix(text, `"`)
	if !found || strings.Contains(strings.ReplaceAll(text, `""`, ""), `"`) {
		return cell
	}
	return strings.ReplaceAll(text, `""`, `"`)
}

// IsPlaceholder reports whether a cell holds one of the usual words for nothing, such
// as NULL, n/a or -, which programs and people write instead of leaving a cell empty.
func IsPlaceholder(cell string) bool {
	const longest = 12
	if len(cell) > longest || cell == "" {
		return false
	}
	if c, _ := utf8.DecodeRuneInString(cell); unicode.IsDigit(c) {
		return cell == "0000-00-00" || cell == "1900-01-00"
	}
	switch strings.ToLower(cell) {
	case "null", "(null)", "<null>", `\n`, "nil", "none", "(none)", "n/a", "#n/a", "n.a.", "na", "nan", "(blank)", "undefined", "-", "--", "---", "–", "—", "?", "k.a.", "なし", "ー":
		return true
	}
	return false
}

// IsSpreadsheetError reports whether a cell shows that a formula went wrong, such as
// #NAME? or #REF!.
func IsSpreadsheetError(cell string) bool {
	switch cell {
	case "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!", "#GETTING_DATA", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#NOM?", "#VALEUR!":
		return true
	}
	return false
}
