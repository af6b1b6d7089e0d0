// Text for people: messages with the values put back that the journal leaves out.

package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// The most characters of a value in a message, of what stands beyond the last column, and
// of a cell of hubload's.
const (
	maxValue  = 60
	maxBeyond = 300
	maxText   = 500
)

// placeholder is in a message instead of the value of its property, or of a property
// that it names.
var placeholder = regexp.MustCompile(`\{value(?: of [^{}]+)?\}`)

// values finds the cells that messages are about.
type values struct {
	mapper      *mapping.Mapper // may be nil
	neutralised bool            // the input's cells are
}

func valuesOf(header []string, src Source) (values, error) {
	v := values{neutralised: src.Neutralised}
	if src.Mapper == nil {
		return v, nil
	}
	var err error
	if v.mapper, err = src.Mapper(v.restored(header)); err != nil {
		return v, fmt.Errorf("applying the mapping to the input: %w", err)
	}
	return v, nil
}

// numbered reports whether the mapping numbers rows within their group.
func (v *values) numbered() bool { return v.mapper != nil && len(v.mapper.PositionRules()) > 0 }

// fills reports whether the mapping fills cells down.
func (v *values) fills() bool { return v.mapper != nil && len(v.mapper.FillDown()) > 0 }

// restored returns cells as they are meant, in their place.
func (v *values) restored(cells []string) []string {
	if v.neutralised {
		for i, c := range cells {
			cells[i] = Restore(c)
		}
	}
	return cells
}

// message returns a fate's message with its placeholders replaced. Fields are nil
// for a record with a Problem. They may be changed.
func (v *values) message(fate *journal.Fate, fields []string) string {
	message := v.fill(fate.Message, fate.Property, fields)
	if cell := v.untold(fate, fields); cell != "" {
		sentence, stop := strings.CutSuffix(message, ".")
		message = sentence + ` (the cell holds "` + cell + `")`
		if stop {
			message += "."
		}
	}
	return v.column(fate, fields) + message
}

// fill returns text with its placeholders replaced. {value} is that of property.
func (v *values) fill(text, property string, fields []string) string {
	restored := false
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		if v.mapper == nil || fields == nil {
			return "the value"
		}
		if !restored {
			fields, restored = v.restored(fields), true
		}
		property := property
		if name, ok := strings.CutPrefix(found, "{value of "); ok {
			property = strings.TrimSuffix(name, "}")
		}
		column, value := v.mapper.Cell(fields, property)
		if column == "" && value == "" {
			return "the value" // of a property that the mapping doesn't have
		}
		return `"` + shorten(value, maxValue) + `"`
	})
}

// column begins the message about a row that was never sent with the column that it
// is about: what the mapping says against a cell names no property, and HubSpot's
// messages name no columns.
func (v *values) column(fate *journal.Fate, fields []string) string {
	if v.mapper == nil || fields == nil || fate.Property == "" || fate.Attempts > 0 {
		return ""
	}
	column, _ := v.mapper.Cell(fields, fate.Property)
	if column == "" {
		return ""
	}
	return "column " + shorten(column, maxValue) + ": "
}

// untold returns the value that a message is about and doesn't tell.
func (v *values) untold(fate *journal.Fate, fields []string) string {
	if v.mapper == nil || fields == nil || fate.Property == "" || strings.Contains(fate.Message, "{value}") {
		return ""
	}
	column, value := v.mapper.Cell(fields, fate.Property)
	if column == "" {
		return ""
	}
	return shorten(value, maxValue)
}

// oneLine returns text as one line that shows all it holds: control characters
// and those that turn the direction of writing are escaped as in Go. It is cut to
// maxText characters.
func oneLine(text string) string {
	if strings.IndexFunc(text, unseen) >= 0 {
		var b strings.Builder
		for _, c := range text {
			if unseen(c) {
				b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
			} else {
				b.WriteRune(c)
			}
		}
		text = b.String()
	}
	return shorten(text, maxText)
}

func unseen(c rune) bool {
	return unicode.IsControl(c) || c > unicode.MaxLatin1 && unicode.In(c, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// shorten cuts text to n characters, the last three of which say so.
func shorten(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	for i := range text {
		if n--; n < 3 {
			return text[:i] + "..."
		}
	}
	return text
}
