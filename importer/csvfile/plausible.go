// Whether a text is one: do its letters make words of a language?

package csvfile

import (
	"strings"
	"unicode"
)

// languages are the letters beyond ASCII of those that are written in an encoding, in
// small letters. A text is in one language: è and ř in one file are rarely right.
var languages = map[*charset][]string{
	windows:  {"äöüßéà", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "àáâãçéêíóôõúü", "àèéìíòóùú", "åäöæøé", "áðéíóúýþæö", "éëïöüáóíèê", "àçèéíïòóúü"},
	central:  {"ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíľňóôšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"},
	cyrillic: {"абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ", "абвгдежзијклљмнњопрстћуфхцчџшђ"},
	turkish:  {"çğıöşüâîû"},
}

func init() {
	languages[latin2] = languages[central]
	languages[latin9], languages[mac], languages[dos] = languages[windows], languages[windows], languages[windows]
}

// plausibility is how much of what isn't ASCII in a text makes words, from 0 to 1. sample
// are its bytes.
func plausibility(cs *charset, text string, sample []byte) float64 {
	if cs == shiftJIS || cs == eucJP || cs == korean || cs == gb18030 || cs == big5 {
		return eastAsian(cs, text, sample)
	}
	counts := map[rune]int{}
	letters, wrong := 0, 0
	var before rune
	inWord := false // a sign follows a letter
	for _, c := range text {
		if inWord && unicode.IsLetter(c) && !(before == '–' && unicode.IsUpper(c)) { // Mo–Fr is a word
			wrong++
		}
		inWord = c >= 0x80 && c != '’' && unicode.IsLetter(before) && !unicode.IsLetter(c)
		switch {
		case c < 0x80:
		case unicode.IsLetter(c) && joins(before, c):
			counts[unicode.ToLower(c)]++
			letters++
		case unicode.IsLetter(c):
			wrong++
		case unicode.IsLetter(before) && !strings.ContainsRune("’“”–…°²³»™©®\u00A0", c):
			wrong++ // a symbol in the middle of a word, or at its end
		case !strings.ContainsRune("’‘“”„‚–—…€£§°²³«»¿¡·•™©®½¼¾±×µ№†\u00A0‰ºª", c):
			wrong++
		}
		before = c
	}
	best := 0
	for _, alphabet := range languages[cs] {
		n := 0
		for c, times := range counts {
			if strings.ContainsRune(alphabet, c) {
				n += times
			}
		}
		best = max(best, n)
	}
	if letters+wrong == 0 {
		return 0 // signs alone say nothing
	}
	return float64(best) / float64(letters+wrong)
}

// joins reports whether a letter may follow a character: of the same script, and no
// capital after a small letter.
func joins(before, c rune) bool {
	if !unicode.IsLetter(before) {
		return true
	}
	if unicode.Is(unicode.Cyrillic, before) != unicode.Is(unicode.Cyrillic, c) {
		return false
	}
	return !(unicode.IsLower(before) && unicode.IsUpper(c))
}

// eastAsian is plausibility for encodings of two bytes a character.
func eastAsian(cs *charset, text string, sample []byte) float64 {
	kana, others := 0, 0
	for _, c := range text {
		switch {
		case c < 0x80, 0x3000 <= c && c <= 0x303F, 0xFF00 <= c && c <= 0xFF60: // signs, full-width ASCII
		case unicode.In(c, unicode.Hiragana, unicode.Katakana) && c < 0xFF00, c == 'ー':
			kana++
		default:
			others++
		}
	}
	all := float64(kana + others)
	if all == 0 {
		return 0
	}
	common := commonPairs(cs, sample)
	switch cs {
	case korean:
		return common / all
	case shiftJIS, eucJP:
		if kana > 0 {
			return min(1, (float64(kana)+common)/all)
		}
	}
	if koreanLeads(sample) {
		return common / all / 2 // Chinese that is all Korean by chance
	}
	return common / all
}

// pairs calls f for each character of two bytes.
func pairs(sample []byte, f func(lead, trail byte)) {
	for i := 0; i+1 < len(sample); i++ {
		if sample[i] >= 0x81 && sample[i+1] >= 0x40 {
			f(sample[i], sample[i+1])
			i++
		}
	}
}

// commonPairs counts the characters that are in daily use: the first level of GB 2312, of
// JIS X 0208 and of Big5, and the Hangul of KS X 1001.
func commonPairs(cs *charset, sample []byte) (n float64) {
	if cs == shiftJIS {
		// Katakana of half width are single bytes between A1 and DF.
		for i := 0; i+1 < len(sample); i++ {
			switch c := sample[i]; {
			case 0x81 <= c && c <= 0x9F || 0xE0 <= c && c <= 0xFC:
				if 0x88 <= c && c <= 0x97 {
					n++
				}
				i++
			}
		}
		return n
	}
	pairs(sample, func(lead, trail byte) {
		switch cs {
		case korean:
			if 0xB0 <= lead && lead <= 0xC8 && trail >= 0xA1 { // the Hangul of KS X 1001
				n++
			}
		case gb18030:
			if 0xB0 <= lead && lead <= 0xD7 && trail >= 0xA1 {
				n++
			}
		case eucJP:
			if 0xB0 <= lead && lead <= 0xCF && trail >= 0xA1 {
				n++
			}
		case big5:
			if 0xA4 <= lead && lead <= 0xC6 {
				n++
			}
		}
	})
	return n
}

// koreanLeads reports whether all pairs begin as those of Hangul do, which of 6 Chinese
// characters happens in one text of twenty.
func koreanLeads(sample []byte) bool {
	n, in := 0, 0
	pairs(sample, func(lead, trail byte) {
		if lead >= 0xA4 {
			n++
			if 0xB0 <= lead && lead <= 0xC8 {
				in++
			}
		}
	})
	return n >= 6 && in == n
}
