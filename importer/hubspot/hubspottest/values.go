// Values of properties: which ones HubSpot takes, how it stores them, and how it says that it does not take one.

package hubspottest

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxValue is the longest value that a property takes, in characters.
const maxValue = 65_536

const dayMillis = 24 * 60 * 60 * 1000

// An invalid is an element of the list within the message about invalid values. Members are those of a recorded answer.
type invalid struct {
	IsValid   bool   `json:"isValid"`
	Message   string `json:"message"`
	Error     string `json:"error"`
	Name      string `json:"name"`
	Value     string `json:"propertyValue,omitempty"`
	Localized string `json:"localizedErrorMessage"`
	Portal    int64  `json:"portalId"`
}

// A warning says that a value was normalised (changelog "CRM API write validation enforcement").
type warning struct {
	Category string            `json:"category"`
	Message  string            `json:"message"`
	Context  map[string]string `json:"context"`
}

// A taken value is one that a property takes, as it is stored, or why it does not take it.
type taken struct {
	stored        string
	normalized    bool // worth a warning
	code, message string
}

func refused(code, message string) taken { return taken{code: code, message: message} }

// take checks a value against a definition. From 2026-09 on, dates are normalised that were errors before (lenient).
func (p *Property) take(v string, q *Quirks, lenient bool) taken {
	switch {
	case p.Calculated && !(p.settable && q.SettableBilling):
		return refused("READ_ONLY_VALUE", "\""+p.Name+"\" is a calculated property; its value cannot be set.")
	case p.ReadOnly:
		return refused("READ_ONLY_VALUE", "Property \""+p.Name+"\" is read only")
	case len(v) > maxValue && utf8.RuneCountInString(v) > maxValue:
		return refused("VALUE_TOO_LONG", "The value is longer than "+strconv.Itoa(maxValue)+" characters")
	}
	if text := p.Type == "string" || p.Type == "phone_number"; !text && !q.RefuseSpace || text && q.TrimText {
		v = strings.TrimSpace(v) // the change that would have refused it was cancelled ("Enhanced validations for non-string properties")
	}
	if v == "" {
		return taken{} // clears
	}
	t := taken{stored: v}
	switch p.Type {
	case "number":
		t = p.takeNumber(v, q)
	case "enumeration", "bool":
		t.code, t.message = p.checkOption(v)
	case "date", "datetime":
		t = p.takeTime(v, q, lenient)
	}
	if t.code == "" && lenient {
		t.code, t.message = p.checkRules(v)
	}
	return t
}

// A number is what Java's BigDecimal takes, which is less than strconv does: no hexadecimal, no Inf, no underscores.
var number = regexp.MustCompile(`^[+-]?(?:\d+\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d+))?$`)

func (p *Property) takeNumber(v string, q *Quirks) taken {
	parts := number.FindStringSubmatch(v)
	if parts == nil || q.PlainNumbers && parts[3] != "" {
		// The message names the value and not the property (Atlas-Authority/marketing-automation#206).
		return refused("INVALID_INTEGER", v+" was not a valid number.")
	}
	exponent, err := strconv.Atoi(parts[3])
	if parts[3] != "" && (err != nil || exponent < -400 || exponent > 400) {
		return taken{stored: v}
	}
	value, _ := new(big.Rat).SetString(v)
	if p.NotNegative && value.Sign() < 0 {
		return refused("NUMBER_TOO_SMALL", p.Name+" cannot be negative")
	}
	s := value.FloatString(max(0, len(parts[1])+len(parts[2])-exponent))
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return taken{stored: s}
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
	var options []string
	for _, o := range p.Options {
		options = append(options, o.Value)
	}
	return "INVALID_OPTION", v + " was not one of the allowed options: [" + strings.Join(options, ", ") + "]"
}

// takeTime takes milliseconds, and a day or a time as ISO 8601. A date has to be midnight in UTC unless lenient.
func (p *Property) takeTime(v string, q *Quirks, lenient bool) taken {
	ms, err := strconv.ParseInt(v, 10, 64)
	day, isDay := time.Parse(time.DateOnly, v)
	at, isTime := parseISO(v)
	t := taken{}
	switch {
	case err == nil && lenient && len(v) == 10: // seconds
		ms, t.normalized = ms*1000, true
	case err == nil:
	case isDay == nil:
		ms = day.UnixMilli()
	case isTime && (p.Type == "datetime" || lenient):
		ms, t.normalized = at.UnixMilli(), p.Type == "date"
	default:
		return refused("INVALID_LONG", v+" was not a valid long.")
	}
	if p.Type == "datetime" {
		t.stored = time.UnixMilli(ms).UTC().Format(isoTime)
		return t
	}
	if rest := (ms%dayMillis + dayMillis) % dayMillis; rest != 0 {
		if !lenient {
			return refused("INVALID_DATE", v+" is at "+time.UnixMilli(ms).UTC().Format("15:04:05.000")+" UTC, not midnight!")
		}
		ms, t.normalized = ms-rest, true
	}
	switch midnight := time.UnixMilli(ms).UTC(); q.Dates {
	case DatesMilliseconds:
		t.stored = strconv.FormatInt(ms, 10)
	case DatesTime:
		t.stored = midnight.Format(isoTime)
	case DatesDay:
		t.stored = midnight.Format(time.DateOnly)
	}
	return t
}

func parseISO(v string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700"} {
		if at, err := time.Parse(layout, v); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
