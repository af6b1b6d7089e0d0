// Property values: what the definitions allow, and how HubSpot says that they do not.

package hubspottest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxValue is the longest value that a property takes, in characters.
const maxValue = 65_536

// A problem is why an input cannot be created.
type problem struct {
	status   int // when it refuses the whole batch
	category string
	message  string
	details  []wireDetail // beside the message, when it refuses the whole batch
	context  map[string][]string
	whole    bool // refuses the whole batch whatever the trace ids
}

// An invalid is an element of the list within the message about invalid values.
type invalid struct {
	IsValid   bool   `json:"isValid"`
	Message   string `json:"message"`
	Error     string `json:"error"`
	Name      string `json:"name"`
	Value     string `json:"propertyValue,omitempty"`
	Localized string `json:"localizedErrorMessage"`
	Portal    int64  `json:"portalId"`
}

func (a *Account) invalidValues(list []invalid) *problem {
	p := &problem{status: http.StatusBadRequest, category: "VALIDATION_ERROR"}
	for i := range list {
		v := &list[i]
		v.Localized, v.Portal = v.Message, a.config.Account
		p.details = append(p.details, wireDetail{v.Message, v.Error, map[string][]string{"propertyName": {v.Name}}})
	}
	p.message = "Property values were not valid: " + string(encode(list))
	return p
}

// validate finds the definition of each property of an input and checks its value.
func (a *Account) validate(defs *definitions, in *input, q *Quirks) *problem {
	var list []invalid
	for i := range in.props {
		p := &in.props[i]
		p.def = defs.byName[string(p.name)]
		p.reverts = len(q.Reverts) > 0 && slices.Contains(q.Reverts, string(p.name))
		code, message := "", ""
		switch {
		case p.def != nil:
			code, message = p.def.check(p.value)
		case !defs.open:
			name := string(p.name)
			list = append(list, invalid{Message: "Property \"" + name + "\" does not exist", Error: "PROPERTY_DOESNT_EXIST", Name: name})
			continue
		case tooLong(p.value):
			code, message = valueTooLong()
		}
		if code != "" {
			list = append(list, invalid{Message: message, Error: code, Name: string(p.name), Value: string(p.value)})
		}
	}
	if list == nil {
		return nil
	}
	return a.invalidValues(list)
}

func tooLong(v []byte) bool { return len(v) > maxValue && utf8.RuneCount(v) > maxValue }

func valueTooLong() (code, message string) {
	return "VALUE_TOO_LONG", "The value is longer than " + strconv.Itoa(maxValue) + " characters"
}

// check says why a property cannot take a value; no code means that it can.
func (p *Property) check(v []byte) (code, message string) {
	switch {
	case p.Calculated:
		return "READ_ONLY_VALUE", "\"" + p.Name + "\" is a calculated property; its value cannot be set."
	case p.ReadOnly:
		return "READ_ONLY_VALUE", "Property \"" + p.Name + "\" is read only"
	case len(v) == 0:
		return "", "" // clears
	case tooLong(v):
		return valueTooLong()
	}
	switch p.Type {
	case "number":
		if !isNumber(v) {
			return "INVALID_INTEGER", p.Name + " was not a valid number"
		}
		if p.NotNegative && v[0] == '-' && strings.ContainsAny(mantissa(string(v)), "123456789") {
			return "NUMBER_TOO_SMALL", p.Name + " cannot be negative"
		}
	case "enumeration", "bool":
		return p.checkOption(string(v))
	case "date":
		return checkDate(string(v))
	case "datetime":
		return checkDatetime(string(v))
	}
	return "", ""
}

func mantissa(s string) string {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i]
	}
	return s
}

// isNumber takes what Java's BigDecimal takes, which is less than strconv does: no hexadecimal, no Inf, no underscores.
func isNumber(v []byte) bool {
	i := 0
	sign := func() {
		if i < len(v) && (v[i] == '-' || v[i] == '+') {
			i++
		}
	}
	digits := func() (n int) {
		for ; i < len(v) && '0' <= v[i] && v[i] <= '9'; i++ {
			n++
		}
		return n
	}
	sign()
	n := digits()
	if i < len(v) && v[i] == '.' {
		i++
		n += digits()
	}
	if n > 0 && i < len(v) && (v[i] == 'e' || v[i] == 'E') {
		i++
		sign()
		n = digits()
	}
	return n > 0 && i == len(v)
}

func (p *Property) checkOption(v string) (code, message string) {
	if p.External {
		return "", "" // the options are kept elsewhere
	}
	one := func(v string) bool {
		return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Value == v })
	}
	ok := one(v)
	if p.FieldType == "checkbox" {
		ok = true
		for s := range strings.SplitSeq(strings.TrimPrefix(v, ";"), ";") {
			ok = ok && one(s)
		}
	}
	if ok {
		return "", ""
	}
	var b strings.Builder
	b.WriteString(v + " was not one of the allowed options: [")
	for i, o := range p.Options {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(o.Value)
	}
	b.WriteString("]")
	return "INVALID_OPTION", b.String()
}

func checkDate(v string) (code, message string) {
	if _, err := time.Parse(time.DateOnly, v); err == nil {
		return "", ""
	}
	ms, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return "INVALID_LONG", v + " was not a valid long."
	}
	if ms%(24*time.Hour).Milliseconds() != 0 {
		return "INVALID_DATE", v + " is at " + time.UnixMilli(ms).UTC().Format("15:04:05.000") + " UTC, not midnight!"
	}
	return "", ""
}

func checkDatetime(v string) (code, message string) {
	if _, err := strconv.ParseInt(v, 10, 64); err == nil {
		return "", ""
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", time.DateOnly} {
		if _, err := time.Parse(layout, v); err == nil {
			return "", ""
		}
	}
	return "INVALID_LONG", v + " was not a valid long."
}
