// Words of cells and what they become: options, billing frequencies, yes and no, currencies, terms.

package suggest

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// maxWords is how many different cells a column of words may have.
const maxWords = 60

// options finds what the cells of an enumeration become.
func (p *proposer) options(g *guess) {
	list := frequencies()
	if g.property != nil {
		if g.property.ExternalOptions || len(g.property.Options) == 0 {
			return
		}
		list = g.property.Options
	} else if g.Property.Name != "recurringbillingfrequency" {
		return
	}
	o := schema.NewOptions(list)
	if g.kind == schema.TypeEnums && g.splits(o) {
		return
	}
	words := map[string]string{}
	switch g.Property.Name {
	case "recurringbillingfrequency":
		words = frequencyWords()
	case "hs_line_item_currency_code":
		words = schema.CurrencyWords()
	}
	g.words("are not options of the property", func(cell string) (string, bool) {
		if _, ok := o.Value(cell); ok {
			return cell, true
		}
		if g.kind == schema.TypeEnums {
			if _, bad := o.Values(cell); bad == 0 {
				return cell, true
			}
		}
		if value, ok := o.ValueFold(cell); ok {
			return value, true
		}
		for _, word := range []string{strings.TrimSpace(cell), normalizeName(cell)} {
			if value, ok := words[word]; ok {
				if _, has := o.Value(value); has || value == "" {
					return value, true
				}
			}
		}
		return "", false
	})
}

// splits reports whether the cells are lists of options with something else than ";" between
// them, and gives the rule what it is.
func (g *guess) splits(o *schema.Options) bool {
	asIs := g.cells.Count(func(cell string) bool { _, bad := o.Values(cell); return bad == 0 })
	for _, separator := range []string{",", "|", "/", "\n"} {
		fits := g.cells.Count(func(cell string) bool {
			_, bad := o.Values(strings.ReplaceAll(cell, separator, ";"))
			return bad == 0
		})
		if fits > asIs && g.cells.Most(fits) && g.require(fits, "are not lists of options") {
			g.Property.Split = separator
			return true
		}
	}
	return false
}

// currencies does the same where the account's property is a text, or isn't known.
func (g *guess) currencies() {
	g.words("are not currency codes", func(cell string) (string, bool) {
		if len(cell) == 3 && strings.Trim(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return cell, true
		}
		if upper := strings.ToUpper(strings.TrimSpace(cell)); isCurrency(upper) {
			return upper, true
		}
		value, ok := schema.CurrencyWords()[strings.TrimSpace(cell)]
		return value, ok
	})
}

// words gives the rule values for cells that aren't sent as they are.
func (g *guess) words(fault string, sent func(cell string) (string, bool)) {
	fits := g.cells.Count(func(cell string) bool { _, ok := sent(cell); return ok })
	if !g.require(fits, fault) {
		return
	}
	values := make(map[string]string)
	changed := false
	var unknown []string
	for _, cell := range slices.Sorted(slices.Values(g.cells.Cells)) {
		value, ok := sent(cell)
		if !ok || utf8.RuneCountInString(cell) > 100 {
			unknown = append(unknown, cell)
			continue
		}
		values[cell] = value
		changed = changed || value != cell
	}
	switch {
	case !changed:
		return
	case len(values) > maxWords:
		g.Confidence = Low
		g.note("%d different cells would need a value each", len(values))
		return
	}
	g.Property.Values = values
	if len(unknown) > 0 {
		g.note("no value is known for %s: add what they become", wording.QuoteAll(unknown))
	}
}

// frequencyWords returns the words for each billing frequency, normalized; "" is for
// what is paid once, which has no value in HubSpot.
func frequencyWords() map[string]string {
	words := make(map[string]string)
	for value, list := range map[string]string{
		"weekly":          "weekly week w perweek 毎週 週次 週 週払い hebdomadaire semaine semanal semanalmente semana wöchentlich woechentlich woche 매주 주간 еженедельно неделя",
		"biweekly":        "biweekly everytwoweeks every2weeks fortnightly 隔週 2週間ごと bimensuel quincenal quinzenal zweiwöchentlich alle2wochen 14täglich",
		"monthly":         "monthly month m mo mth permonth everymonth 月次 毎月 月額 月 月払い 月払 月ごと 1ヶ月 1か月 mensuel mensuelle mensuellement parmois mois mensual mensualmente mes mensal mensalmente mês monatlich monat mtl 매월 월간 월별 월 ежемесячно месяц помесячно",
		"quarterly":       "quarterly quarter q qtr perquarter 四半期 四半期ごと 四半期払い 3ヶ月 3か月 3ヵ月 3カ月 trimestriel trimestrielle trimestre trimestral trimestralmente vierteljährlich vierteljaehrlich quartalsweise quartal 분기 분기별 ежеквартально квартал",
		"per_six_months":  "semiannually semiannual halfyearly halfyear every6months everysixmonths 半年 半期 半年ごと 半年払い 6ヶ月 6か月 6ヵ月 6カ月 semestriel semestrielle semestre semestral semestralmente halbjährlich halbjaehrlich halbjahr 반기 반년 полугодие",
		"annually":        "annually annual yearly year y a yr peryear everyyear 年次 毎年 年額 年 年払い 年払 年間 12ヶ月 12か月 annuel annuelle annuellement paran an anual anualmente año ano jährlich jaehrlich jahr j 매년 연간 년 ежегодно год",
		"per_two_years":   "everytwoyears every2years biennially 隔年 biennal bienal 2年 2年ごと 2年払い zweijährlich alle2jahre allezweijahre",
		"per_three_years": "everythreeyears every3years 3年 3年ごと 3年払い dreijährlich alle3jahre alledreijahre",
		"per_four_years":  "everyfouryears every4years 4年 4年ごと vierjährlich alle4jahre allevierjahre",
		"per_five_years":  "everyfiveyears every5years 5年 5年ごと 5年払い fünfjährlich alle5jahre allefünfjahre",
		"":                "onetime once single 一回 1回 一括 一括払い 単発 都度 スポット 買い切り 初回のみ unique ponctuel unefois único única puntual pagoúnico pagamentoúnico avulso einmalig einmal 일회성 разово единовременно",
	} {
		for word := range strings.FieldsSeq(list) {
			words[normalizeName(word)] = value
		}
	}
	return words
}

// frequencies are the values of recurringbillingfrequency in every account.
func frequencies() []schema.Option {
	var options []schema.Option
	for _, value := range []string{
		"weekly", "biweekly", "monthly", "quarterly", "per_six_months", "annually",
		"per_two_years", "per_three_years", "per_four_years", "per_five_years",
	} {
		options = append(options, schema.Option{Value: value, Label: value})
	}
	return options
}

// booleanWords returns the words for true and false, normalized.
func booleanWords() map[string]string {
	words := make(map[string]string)
	for value, list := range map[string]string{
		"true":  "true yes y 1 on ja j wahr oui vrai o si sí verdadero sim s verdadeiro はい 有 有り あり 可 예 네 да",
		"false": "false no n 0 off nein falsch non faux falso não いいえ 無 無し なし 否 不可 아니요 아니오 нет",
	} {
		for word := range strings.FieldsSeq(list) {
			words[normalizeName(word)] = value
		}
	}
	return words
}

// commonCurrencies are codes by which a column of currencies is known where the
// account's aren't.
const commonCurrencies = " AED ARS AUD BRL CAD CHF CLP CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN RON SAR SEK SGD THB TRY TWD USD VND ZAR "

var durationForm = regexp.MustCompile(`^(\d{1,4})(年間?|years?|yrs?|jahre?|[ヶケか箇ヵカ]月間?|months?|mo|monate?|mon|週間?|weeks?|wochen?|日間?|days?|tage?|ans?|mois|jours?|semaines?|anos?|mes|meses|dias?|semanas?)$`)

// durationOf returns the ISO 8601 duration that a cell means, "" if it isn't known.
func durationOf(cell string) string {
	if schema.IsDuration(cell) {
		return cell
	}
	m := durationForm.FindStringSubmatch(normalizeName(cell))
	if m == nil {
		return ""
	}
	unit := "D"
	switch c := []rune(m[2])[0]; {
	case strings.HasPrefix(m[2], "jour"):
	case strings.ContainsRune("年yja", c):
		unit = "Y"
	case c == 'm' || strings.ContainsRune("ヶケか箇ヵカ", c):
		unit = "M"
	case strings.ContainsRune("週ws", c):
		unit = "W"
	}
	return "P" + m[1] + unit
}
