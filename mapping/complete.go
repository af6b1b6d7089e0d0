// Line items that nobody would see: those without a record that they belong to, and
// those without a name.

package mapping

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// Errors of [Mapping.Complete].
var (
	// ErrUnassociated: no rule associates the line items with anything. No page of
	// HubSpot lists a line item that belongs to nothing.
	ErrUnassociated = errors.New("no rule associates the line items with a deal or another record, and HubSpot shows line items without one nowhere")

	// ErrNameless: no rule gives the line items a name or a product.
	ErrNameless = errors.New("no rule gives the line items a name or a product (hs_product_id)")
)

// Complete returns ErrUnassociated or ErrNameless for a mapping of line items all of
// which would be such that nobody sees them, unless the mapping says that this is
// meant. Mode update creates none. Compile takes such a mapping all the same.
func (m *Mapping) Complete() error {
	switch {
	case m.Mode == Update || !schema.IsLineItem(cmp.Or(m.Object, DefaultObject)):
		return nil
	case len(m.Associations) == 0 && !m.Unassociated:
		return ErrUnassociated
	case !m.Nameless && !m.givesNames():
		return ErrNameless
	}
	return nil
}

// AllowUnassociated makes every association optional, so that rows without any are sent.
func (m *Mapping) AllowUnassociated() {
	m.Unassociated = len(m.Associations) == 0
	for i := range m.Associations {
		a := &m.Associations[i]
		a.Optional = !a.Required
	}
}

// mustAssociate reports whether a row needs one of its associations.
func (m *Mapping) mustAssociate() bool {
	return len(m.Associations) > 0 && !slices.ContainsFunc(m.Associations, func(a AssociationRule) bool { return a.Optional })
}

// isNaming reports whether a line item with this property can be seen and understood.
func isNaming(property string) bool { return property == "name" || property == "hs_product_id" }

func (m *Mapping) givesNames() bool {
	return m.Key != nil && isNaming(m.Key.Property) ||
		slices.ContainsFunc(m.Properties, func(p PropertyRule) bool { return isNaming(p.Name) })
}

// isNamed reports whether a record gets a name or a product, or would get it if it had
// not another problem.
func isNamed(rec *Record, problems []Problem) bool {
	return slices.ContainsFunc(rec.Properties, func(p Property) bool { return isNaming(p.Name) && format.Trim(p.Value) != "" }) ||
		slices.ContainsFunc(rec.Lookups, func(l Lookup) bool { return isNaming(l.IDProperty) }) ||
		slices.ContainsFunc(problems, func(p Problem) bool { return isNaming(p.Property) })
}

// nameless is the problem of a row that gives no name.
func (m *Mapper) nameless() Problem {
	problem := Problem{
		Code: CodeEmptyLineItem, Property: "name",
		Message: "the line item would have neither a name nor a product. Fill in the cell, or add allow: [nameless] to the mapping if such line items are meant.",
	}
	for i := range m.properties {
		if p := &m.properties[i]; isNaming(p.Name) && p.Column != "" {
			problem.Column, problem.Property = p.Column, p.Name
			break
		}
	}
	return problem
}

// IsDealID reports whether a column is named as those are that hold the ids of deals.
func IsDealID(column string) bool {
	name := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, norm.NFKC.String(column))
	return slices.Contains([]string{
		"dealid", "dealids", "dealrecordid", "hubspotdealid", "hsdealid", "associateddealid", "associateddealids",
		"取引id", "案件id", "商談id", "hubspot取引id", "取引レコードid",
		"geschäftsid", "idtransaction", "iddelatransaction",
		"negocioid", "idnegocio", "iddelnegocio", "iddonegócio", "idnegócio", "idсделки", "交易id", "商机id", "거래id", "딜id",
	}, name)
}
