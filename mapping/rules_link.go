// The keys of rules that lead to other records: match, of, exists, position.

package mapping

import "go.yaml.in/yaml/v4"

// match reads how the record is found whose id is the property's value.
func (r *reader) match(s map[string]*yaml.Node, rule *PropertyRule) {
	rule.Match, rule.Object = r.name(s["match"], "match"), r.name(s["of"], "of")
	if s["match"] == nil {
		if s["of"] != nil {
			r.fail(s["of"], "of needs match beside it, the property by which the record is found")
		}
		return
	}
	if s["of"] == nil {
		if rule.Object = linkOf(rule.Name); rule.Object == "" {
			r.fail(s["match"], "match needs of beside it, the object type of the record whose id is the value, such as of: products")
		}
	}
	for _, other := range append([]string{"default", "values"}, formatKeys()...) {
		if s[other] != nil {
			r.fail(s[other], "%s has no use beside match, which looks cells up as they are; keep one of the two", other)
		}
	}
	if s["value"] != nil {
		r.fail(s["value"], "value has no use beside match, which looks up the cells of a column; keep one of the two")
	}
}

// position reads a rule that numbers rows.
func (r *reader) position(s map[string]*yaml.Node, rule *PropertyRule) {
	rule.Position = r.name(s["position"], "position")
	for _, other := range append([]string{"column", "value", "default", "values", "empty", "match", "of"}, formatKeys()...) {
		if s[other] != nil {
			r.fail(s[other], "%s has no use beside position, which numbers the rows; keep one of the two", other)
		}
	}
}

// check reads exists.
func (r *reader) check(n *yaml.Node) bool {
	before := len(r.errs)
	text := r.name(n, "exists")
	if n == nil || len(r.errs) > before {
		return false
	}
	if text != "check" {
		r.fail(n, "exists can only be check; without the key, ids aren't looked up before they are sent")
	}
	return text == "check"
}
