// The key that is proposed: what keeps a row from being created twice.

package suggest

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// KeyProperty is the property that is proposed for a key.
const KeyProperty = "hubload_key"

// A Key is the key that is proposed.
type Key struct {
	Rule   mapping.KeyRule
	Reason string // a clause

	// Exists says that the account has the property, so that the key is in the proposed
	// mapping. Otherwise it is a comment.
	Exists bool

	// Columns tell the rows of the sample apart by their names and cells, beside an
	// automatic key; none where nothing does. Whether they do so for good is not known.
	Columns []string
}

// sampleRows is how many rows must be told apart before columns are named for it.
const sampleRows = 10

// key proposes a column that is mapped to a unique property, or else an automatic key,
// which is right for every file.
func (p *proposer) key(header []string, rows [][]string) Key {
	at := func(column string) int { return slices.Index(header, column) }
	for _, g := range p.guesses {
		r := g.Property
		if r == nil || !g.Used() || !p.unique(r.Name) || !tellsApart(rows, at(r.Column)) {
			continue
		}
		if plain := (mapping.PropertyRule{Name: r.Name, Column: r.Column}); r.YAML() == plain.YAML() {
			return Key{Rule: mapping.KeyRule{Property: r.Name, Columns: []string{r.Column}}, Exists: true, Reason: "unique in the account, and every row has a value of its own"}
		}
	}
	k := Key{Rule: mapping.KeyRule{Property: KeyProperty, Auto: true}, Reason: "made of all that a row sends"}
	if p.schema != nil {
		d := p.schema.Property(KeyProperty)
		k.Exists = d != nil && d.Unique && p.schema.Writable(KeyProperty) && schema.TypeOf(p.object, d).Kind == schema.TypeAny
	}
	if len(rows) < sampleRows {
		return k
	}
	var names []string
	for _, g := range p.guesses {
		if g.Reason != ambiguousName && namesRows(g.Name) && filled(rows, at(g.Name)) {
			names = append(names, g.Name)
		}
	}
	for i, name := range names {
		if len(k.Columns) == 0 && p.guessOf(name).Association == nil && tellsApart(rows, at(name)) {
			k.Columns = []string{name}
		}
		for _, other := range names[:i] {
			if len(k.Columns) == 0 && tellsApart(rows, at(other), at(name)) {
				k.Columns = []string{other, name}
			}
		}
	}
	return k
}

func (p *proposer) guessOf(column string) *guess {
	i := slices.IndexFunc(p.guesses, func(g *guess) bool { return g.Name == column })
	return p.guesses[i]
}

// unique reports whether the account keeps the values of a property apart. The email of
// contacts is known to be so without asking.
func (p *proposer) unique(name string) bool {
	if p.schema == nil {
		return name == "email" && p.object == "contacts"
	}
	d := p.schema.Property(name)
	return d != nil && d.Unique && !d.ReadOnly
}

// namesRows reports whether a column's name says that its cells name something.
func namesRows(column string) bool {
	name := wording.FoldCase(mapping.Normalize(column))
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" _-./#()", r) })
	for _, word := range words {
		switch word {
		case "id", "no", "nr", "number", "num", "key", "code", "sku", "ref", "reference", "line", "position", "pos", "nummer", "zeile", "uuid", "guid", "ean", "gtin":
			return true
		}
	}
	for _, part := range []string{"番号", "コード", "明細", "行", "id"} {
		if strings.HasSuffix(name, part) {
			return true
		}
	}
	return strings.HasSuffix(name, "nummer") || strings.HasSuffix(name, "-nr.")
}

// filled reports whether no row has an empty cell in the column.
func filled(rows [][]string, at int) bool {
	return at >= 0 && !slices.ContainsFunc(rows, func(row []string) bool { return strings.TrimSpace(row[at]) == "" })
}

// tellsApart reports whether all rows have cells in the columns, and no two the same, by
// more than case and white space.
func tellsApart(rows [][]string, columns ...int) bool {
	seen := make(map[string]bool, len(rows))
	for _, at := range columns {
		if !filled(rows, at) {
			return false
		}
	}
	for _, row := range rows {
		key := ""
		for _, at := range columns {
			key += strings.ToLower(strings.TrimSpace(row[at])) + "\x00"
		}
		if seen[key] {
			return false
		}
		seen[key] = true
	}
	return len(rows) > 0
}

// yaml is the key as it stands in the proposed mapping, with what it is for.
func (k *Key) yaml() string {
	if k.Rule.Property == "" {
		return ""
	}
	if k.Exists {
		return "key: " + k.Rule.YAML() + "   # " + comment(k.Reason) + "\n"
	}
	text := "# With a key no row is created twice, whatever file it comes in. Take the # away, and\n" +
		"# import with --create-key, which creates the property in the account:\n" +
		"# key: " + k.Rule.YAML() + "   # " + comment(k.Reason) + "\n"
	if len(k.Columns) > 0 {
		rule := mapping.KeyRule{Property: k.Rule.Property, Columns: k.Columns}
		text += "# Or this, if no two rows of any file will ever have the same " + comment(strings.Join(k.Columns, " and ")) + ":\n" +
			"# key: " + rule.YAML() + "\n"
	}
	return text
}
