// What a column may be: each property and each associated object gets a score, by the
// column's name and by what its cells look like.

package suggest

import (
	"strings"
	"unicode"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// A guess is a column on its way to a proposal.
type guess struct {
	Column
	cells      *format.Sample
	nothing    []string  // its cells that are words for nothing, such as NULL
	filled     int       // rows of the sample whose cell isn't empty
	rows       []float64 // the numbers of the sample's rows, NaN where there is none; nil where most cells aren't numbers
	candidates []candidate
	kind       schema.Kind
	property   *schema.Property // nil when the account's isn't known
	scale      string           // what the numbers are multiplied by, where the sums show it
}

// A candidate is what a column may be. Scores are at most 100.
type candidate struct {
	target      string // property, or object type
	association bool
	split       string // of an association, what stands between several ids
	score       int
	reason      string
	late        bool // others want the target more
}

// Scores of names. What is at least sure is High, at least likely Medium, and used.
const (
	internalName = 100
	accountLabel = 97
	knownExport  = 95
	usualName    = 90
	strippedName = 84 // without words such as Item
	sure         = 80
	bracketName  = 75 // without what stands in brackets
	vagueName    = 65
	likely       = 60
	doubtfulName = 50
	mistaken     = 40 // the cells don't fit
	possible     = 30
)

// A proposer matches columns.
type proposer struct {
	object   string
	schema   *schema.Schema // may be nil
	known    *vocabulary
	export   *export // the program that wrote the file, nil if it isn't known
	rows     [][]string
	guesses  []*guess
	japanese bool // the header is written so

	// What the columns that leave no doubt show of the file's way of writing.
	decimal  rune // 0 = nothing
	dayFirst *bool
}

func (p *proposer) isLineItem() bool { return schema.IsLineItem(p.object) }

func (p *proposer) writable(name string) bool {
	if p.schema != nil {
		return p.schema.Writable(name)
	}
	return p.isLineItem() && schema.IsLineItemProperty(name)
}

func (p *proposer) readOnly(name string) bool {
	return p.schema != nil && p.schema.Property(name) != nil && !p.schema.Writable(name)
}

func (p *proposer) hasAssociation(to string) bool {
	_, _, ok := schema.AssociationType(p.object, to)
	return ok
}

// match finds the candidates of a column, or the reason why it has none.
func (p *proposer) match(g *guess) {
	p.matchName(g)
	if len(g.candidates) == 0 && g.Reason == "" {
		p.matchCells(g)
	}
	for i := range g.candidates {
		p.weigh(g, &g.candidates[i])
	}
}

func (g *guess) add(target string, score int, reason string) {
	g.candidates = append(g.candidates, candidate{target: target, score: score, reason: reason})
}

// matchName finds candidates by the column's name.
func (p *proposer) matchName(g *guess) {
	name := mapping.Normalize(g.Name)
	switch folded := normalizeName(name); {
	case p.writable(name):
		g.add(name, internalName, "named as the property is")
		return
	case p.readOnly(name):
		g.Reason = "HubSpot keeps or calculates " + name + ", and it can't be set"
		return
	case p.matchExport(g, folded):
		return
	case p.isLineItem() && p.known.own[folded]:
		g.Reason = "HubSpot's own number or date, which can't be set"
		return
	}
	p.matchParents(g)
	if len(g.candidates) > 0 {
		return
	}
	if property := p.labelled(name, true); property != "" {
		g.add(property, accountLabel, "what HubSpot shows for the property")
		return
	}
	if property := p.labelled(name, false); property != "" {
		g.Reason = "HubSpot shows " + property + " under this name, and it can't be set"
		return
	}
	if p.isLineItem() {
		p.matchAliases(g)
	}
}

// matchExport reports whether the program that wrote the file says what the column is.
func (p *proposer) matchExport(g *guess, name string) bool {
	if p.export == nil || !p.isLineItem() {
		return false
	}
	m, known := p.export.columns[name]
	switch {
	case !known:
		return false
	case m.property == "":
		g.Reason = m.reason
	case !p.writable(m.property):
		g.Reason = "it is " + m.property + ", which the account doesn't have"
	case m.doubtful:
		g.add(m.property, doubtfulName, m.reason)
	case m.property == "price" && !p.perPiece():
		g.add(m.property, doubtfulName, "the net price of as many pieces as KPEIN says")
	default:
		g.add(m.property, knownExport, m.reason+", in "+p.export.program)
	}
	return true
}

// perPiece reports whether SAP's price unit is one piece in all rows, or isn't exported.
func (p *proposer) perPiece() bool {
	for _, g := range p.guesses {
		if normalizeName(g.Name) == "kpein" {
			return g.cells.Count(func(cell string) bool { return strings.TrimSpace(cell) == "1" }) == g.cells.Total
		}
	}
	return true
}

// matchParents finds the record that the column's cells may name.
func (p *proposer) matchParents(g *guess) {
	for i, name := range []string{normalizeName(g.Name), normalizeCore(g.Name)} {
		for _, m := range p.known.parents[name] {
			c := candidate{target: m.target, association: true, score: usualName, reason: "a usual name"}
			switch {
			case !p.hasAssociation(m.target):
				continue
			case m.vague:
				c.score = vagueName
			case i > 0:
				c.score = bracketName
			}
			g.candidates = append(g.candidates, c)
		}
		if len(g.candidates) > 0 {
			return
		}
	}
}

// labelled returns the property that the account shows by a column's name, of those
// that can be set or of the others, "" unless it is the only one.
func (p *proposer) labelled(name string, writable bool) (property string) {
	want := normalizeName(name)
	if p.schema == nil || want == "" {
		return ""
	}
	names := p.schema.Labelled(writable, func(label string) bool { return normalizeName(label) == want })
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

// matchAliases finds candidates by what people call the properties. The first spelling
// of the name that anything is called by decides.
func (p *proposer) matchAliases(g *guess) {
	for _, spelling := range []struct {
		name         string
		usual, vague int
		except       string
	}{
		{normalizeName(g.Name), usualName, vagueName, ""},
		{normalizeWords(g.Name), strippedName, likely, ""},
		{normalizeCore(g.Name), bracketName, doubtfulName, ", except for the part in brackets"},
	} {
		for _, m := range p.known.properties[spelling.name] {
			if m.vague {
				g.add(m.target, spelling.vague, "a possible name of it"+spelling.except)
			} else {
				g.add(m.target, spelling.usual, "a usual name of it"+spelling.except)
			}
		}
		if p.known.rates[spelling.name] {
			g.add("price", possible, "a rate may be a price, and the sums of the file don't show it")
		}
		if len(g.candidates) > 0 {
			break
		}
	}
	p.dropUnknown(g)
}

// dropUnknown leaves only what can be set, and says why the others can't.
func (p *proposer) dropUnknown(g *guess) {
	kept := g.candidates[:0]
	for _, c := range g.candidates {
		switch {
		case c.target == amount || p.readOnly(c.target):
			g.Reason = "it seems to be " + c.target + ", which HubSpot calculates"
		case !p.writable(c.target):
			g.Reason = "it seems to be " + c.target + ", which the account doesn't have"
		default:
			kept = append(kept, c)
		}
	}
	if g.candidates = kept; len(kept) > 0 {
		g.Reason = ""
	}
}

// matchCells recognises the two kinds of cells that leave little doubt.
func (p *proposer) matchCells(g *guess) {
	if !p.isLineItem() || g.cells.Total < 3 {
		return
	}
	switch {
	case p.writable("recurringbillingfrequency") && g.frequencies():
		g.add("recurringbillingfrequency", likely, "the cells are billing frequencies")
	case p.writable("hs_line_item_currency_code") && g.cells.Most(g.cells.Count(isCurrency)):
		g.add("hs_line_item_currency_code", likely, "the cells are currency codes")
	}
}

// frequencies reports whether most cells are billing frequencies.
func (g *guess) frequencies() bool {
	words := frequencyWords()
	return g.cells.Most(g.cells.Count(func(cell string) bool {
		word := normalizeName(cell)
		_, known := words[word]
		return known && len([]rune(word)) > 1
	}))
}

func isCurrency(cell string) bool {
	return len(cell) == 3 && !strings.ContainsRune(cell, ' ') && strings.Contains(commonCurrencies, " "+cell+" ")
}

// looksLikeCodes reports whether most cells are codes such as LAMP-1 or 00012: one word
// with a digit in it.
func looksLikeCodes(s *format.Sample) bool {
	return s.Most(s.Count(func(cell string) bool {
		return strings.IndexFunc(cell, unicode.IsDigit) >= 0 && strings.IndexFunc(strings.TrimSpace(cell), unicode.IsSpace) < 0
	}))
}
