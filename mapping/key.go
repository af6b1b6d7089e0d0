// The key: a value that is unique in the account, made of cells of the row.

package mapping

import (
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

type keyCells struct {
	property string
	columns  []string // names in the header
	cells    []cellReader
	takes    schema.Type
	isID     bool // it is the record's id, and not a property that is sent
}

// gives reports whether a property rule asks for what the key gives anyway.
func (k *KeyRule) gives(rule PropertyRule) bool {
	return !k.Auto && len(k.Columns) == 1 && rule.Column == k.Columns[0] &&
		rule.Value == nil && rule.Values == nil && rule.Default == "" && !rule.Clear &&
		rule.Match == "" && rule.By == "" && rule.Position == "" && rule.Strip == "" && rule.Split == "" && rule.Words == nil &&
		!rule.isNumberFormat() && !rule.isTimeFormat()
}

func (c *compiler) key(rule *KeyRule) *keyCells {
	k := &keyCells{property: rule.Property}
	for _, column := range rule.Columns {
		index, name := c.column(column, "the key")
		k.cells = append(k.cells, c.newCellReader(index, "", nil))
		k.columns = append(k.columns, name)
	}
	if len(k.cells) == 0 {
		c.fail("the key has no columns; name at least one")
	}
	return k
}

// keyType returns the type of the key's property.
func (c *compiler) keyType(key *KeyRule) schema.Type {
	what := "the key's property " + wording.Quote(key.Property)
	d := c.definition(key.Property, what)
	if d == nil {
		return schema.Type{}
	}
	t := schema.TypeOf(c.object, d)
	switch {
	case !d.Unique:
		c.fail("%s isn't unique in the account, which can only be chosen when a property is created; make a new one that requires unique values", what)
	case key.Auto && t.Kind != schema.TypeAny:
		c.fail("%s takes %s, and an automatic key is a text; name a property of single-line text", what, t.Example())
	}
	return t
}

// fits returns the code of what is wrong with a key that isn't empty.
func (k *keyCells) fits(key string) (code string) {
	switch {
	case tooLong(key):
		return CodeValueTooLong
	case k.isID && key != "" && !schema.ValidID(key):
		return CodeRecordIDInvalid
	}
	if key != "" {
		_, code = k.takes.Check(key)
	}
	return code
}

// value returns the key of a row.
func (k *keyCells) value(fields []string) string {
	if len(k.cells) == 1 {
		return k.cells[0].read(fields)
	}
	size := len(k.cells) - 1
	for i := range k.cells {
		size += len(fields[k.cells[i].index])
	}
	var b strings.Builder
	b.Grow(size)
	for i := range k.cells {
		writeJoined(&b, i, k.cells[i].read(fields))
	}
	return b.String()
}

// writeJoined writes the cell of a list that is joined by "|", so that different lists
// never give the same text.
func writeJoined(b *strings.Builder, i int, cell string) {
	if i > 0 {
		b.WriteByte('|')
	}
	for j := range len(cell) {
		if cell[j] == '\\' || cell[j] == '|' {
			b.WriteByte('\\')
		}
		b.WriteByte(cell[j])
	}
}

func (k *keyCells) names() string { return strings.Join(k.columns, "|") }

func (k *keyCells) problem(code, column, key string) Problem {
	problem := Problem{Code: code, Column: column, Property: k.property}
	switch code {
	case CodeKeyEmpty:
		problem.Message = "the cell is empty and belongs to the key. Fill it in: every row needs its own key."
		if k.isID {
			problem.Message = "the cell is empty and names the record to change. Fill in the record's id."
		}
	case CodeValueTooLong:
		problem.Message = tooLongMessage
	case CodeRecordIDInvalid:
		problem.Message = "{value} is not the id of a record. Write the id, in digits alone."
	default:
		what, _ := k.takes.Explain(code, key)
		problem.Message = "{value} " + what + ". The key's property takes " + k.takes.Example() + "."
	}
	return problem
}
