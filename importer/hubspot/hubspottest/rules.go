// The rules of an account's administrators: what a property must have, enforced from 2026-09 on.

package hubspottest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Condition is that a property has a value. The zero Condition never holds.
type Condition struct{ Name, Value string }

// A Rule is a validation rule of a property. Of the kinds that HubSpot has, the account enforces MIN_NUMBER, MAX_NUMBER,
// MIN_LENGTH, MAX_LENGTH and REGEX, each with one argument; the others are only listed.
type Rule struct {
	Kind      string   `json:"ruleType"`
	Arguments []string `json:"ruleArguments"`
}

// checkRequired finds the properties that the account's administrators want. From 2026-09 on this is enforced
// (changelog "CRM API write validation enforcement"); the older versions do not ask for them.
func (d *definitions) checkRequired(sent map[string]string) (list []invalid) {
	for _, name := range slices.Sorted(maps.Keys(d.byName)) {
		p := d.byName[name]
		code := ""
		switch when := p.RequiredWhen; {
		case sent[name] != "":
		case p.Required:
			code = "MISSING_REQUIRED_PROPERTY"
		case when.Name != "" && sent[when.Name] == when.Value:
			code = "MISSING_CONDITIONAL_REQUIRED_PROPERTY"
		}
		if code != "" {
			list = append(list, invalid{Message: "A value for " + name + " must be provided", Error: code, Name: name})
		}
	}
	return list
}

// checkRules applies the administrators' rules to a value. The codes are made up: HubSpot's are not published.
func (p *Property) checkRules(v string) (code, message string) {
	for _, r := range p.Rules {
		if len(r.Arguments) != 1 {
			continue
		}
		limit, _ := strconv.ParseFloat(r.Arguments[0], 64)
		value, _ := strconv.ParseFloat(v, 64)
		length := float64(utf8.RuneCountInString(v))
		broken := false
		switch r.Kind {
		case "MIN_NUMBER":
			broken = value < limit
		case "MAX_NUMBER":
			broken = value > limit
		case "MIN_LENGTH":
			broken = length < limit
		case "MAX_LENGTH":
			broken = length > limit
		case "REGEX":
			re, err := regexp.Compile(r.Arguments[0])
			broken = err == nil && !re.MatchString(v)
		}
		if broken {
			return "PROPERTY_VALIDATION_" + r.Kind, v + " does not meet the rule " + r.Kind + " " + r.Arguments[0] + " of " + p.Name
		}
	}
	return "", ""
}

// AddRule adds a validation rule to a property that exists.
func (a *Account) AddRule(objectType, property string, r Rule) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := a.knownTable(objectType)
	if err != nil {
		return err
	}
	p := t.defs.byName[property]
	if p == nil {
		return fmt.Errorf("there is no property %q of %s", property, t.objectType)
	}
	ruled := *p
	ruled.Rules = append(slices.Clone(p.Rules), r)
	t.defs = t.defs.with(&ruled)
	return nil
}

// listRules lists the validation rules of a type's properties.
func (a *Account) listRules(c *call) *response {
	type rules struct {
		Name  string `json:"propertyName"`
		Rules []Rule `json:"propertyValidationRules"`
	}
	list := []rules{}
	for _, p := range a.definitions(c.route.objectType) {
		if len(p.Rules) > 0 {
			list = append(list, rules{p.Name, p.Rules})
		}
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}
