// What people call the standard properties of line items: in English, Japanese and German.

package suggest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/mapping/schema"
)

// An alias is a property with its usual names, and what it takes where the account's
// own definition isn't known.
type alias struct {
	property string
	kind     schema.Kind
	names    []string
}

// aliases returns the standard properties that a file of orders may hold.
func aliases() []alias {
	return []alias{
		{"name", schema.TypeAny, []string{
			"Name", "Product", "Product name", "Item", "Item name", "Line item", "Line item name", "Article", "Title", "Service",
			"商品名", "商品", "品名", "品目", "品目名", "製品名", "製品", "サービス名", "項目名", "件名",
			"Artikel", "Artikelname", "Artikelbezeichnung", "Bezeichnung", "Produkt", "Produktname", "Leistung", "Positionstext",
		}},
		{"description", schema.TypeAny, []string{
			"Description", "Product description", "Item description", "Details", "Long text",
			"説明", "商品説明", "詳細", "内容", "摘要", "仕様",
			"Beschreibung", "Artikelbeschreibung", "Produktbeschreibung", "Langtext",
		}},
		{"hs_sku", schema.TypeAny, []string{
			"SKU", "Product code", "Item code", "Item no", "Item number", "Article no", "Article number", "Part no", "Part number",
			"商品コード", "商品番号", "品番", "品目コード", "製品コード", "製品番号", "型番",
			"Artikelnr", "Artikelnummer", "Artikel-Nr", "Art.-Nr.", "Produktnummer", "Produktcode", "Materialnummer",
		}},
		{"quantity", schema.TypeNumber, []string{
			"Quantity", "Qty", "Units", "No of units", "Pieces", "Pcs",
			"数量", "個数", "台数", "本数", "ライセンス数",
			"Menge", "Anzahl", "Stück", "Stueck", "Stückzahl",
		}},
		{"price", schema.TypePrice, []string{
			"Price", "Unit price", "Price per unit", "List price", "Net price", "Unit rate", "Rate",
			"単価", "価格", "販売単価", "販売価格", "税抜単価", "定価",
			"Preis", "Einzelpreis", "Stückpreis", "Listenpreis", "Verkaufspreis", "Nettopreis", "Preis pro Stück", "EP", "VK",
		}},
		{"amount", schema.TypeNumber, []string{
			"Amount", "Total", "Line total", "Total price", "Net amount", "Sum", "Extended price",
			"金額", "合計", "小計", "合計金額", "税抜金額",
			"Betrag", "Gesamt", "Gesamtpreis", "Gesamtbetrag", "Summe", "Nettobetrag", "Zeilensumme",
		}},
		{"discount", schema.TypeNumber, []string{
			"Discount", "Unit discount", "Discount amount",
			"値引", "値引き", "値引額", "割引額", "割引",
			"Rabatt", "Rabattbetrag", "Nachlass",
		}},
		{"hs_discount_percentage", schema.TypeNumber, []string{
			"Discount %", "Discount percent", "Discount percentage", "Discount rate", "Discount pct",
			"割引率", "値引率", "値引き率",
			"Rabatt %", "Rabatt in %", "Rabattsatz", "Rabatt Prozent", "Nachlass %",
		}},
		{"hs_line_item_currency_code", schema.TypeAny, []string{
			"Currency", "Currency code", "通貨", "通貨コード", "Währung", "Waehrung", "Währungscode",
		}},
		{"recurringbillingfrequency", schema.TypeEnum, []string{
			"Billing", "Billing frequency", "Billing cycle", "Billing interval", "Frequency", "Recurring billing frequency", "Recurrence",
			"請求周期", "請求頻度", "請求サイクル", "課金周期", "課金サイクル", "支払周期", "支払サイクル", "契約周期",
			"Abrechnung", "Abrechnungsintervall", "Abrechnungszeitraum", "Abrechnungsturnus", "Zahlungsintervall", "Rechnungsintervall",
			"Zahlungsweise", "Intervall", "Turnus",
		}},
		{"hs_recurring_billing_period", schema.TypeDuration, []string{
			"Term", "Contract term", "Duration", "Billing term", "契約期間", "期間", "Laufzeit", "Vertragslaufzeit",
		}},
		{"hs_recurring_billing_start_date", schema.TypeDate, []string{
			"Start", "Start date", "Billing start", "Billing start date", "Contract start", "Service start",
			"開始日", "請求開始日", "契約開始日", "利用開始日", "課金開始日", "サービス開始日",
			"Startdatum", "Beginn", "Vertragsbeginn", "Abrechnungsbeginn", "Leistungsbeginn", "gültig ab",
		}},
		{"hs_recurring_billing_end_date", schema.TypeDate, []string{
			"End", "End date", "Billing end date", "Contract end",
			"終了日", "請求終了日", "契約終了日",
			"Ende", "Enddatum", "Vertragsende", "gültig bis",
		}},
		{"hs_recurring_billing_number_of_payments", schema.TypeNumber, []string{
			"Number of payments", "No of payments", "支払回数", "請求回数", "Anzahl Zahlungen", "Anzahl der Zahlungen", "Anzahl Raten",
		}},
		{"hs_cost_of_goods_sold", schema.TypeNumber, []string{
			"Cost", "Unit cost", "Cost of goods sold", "COGS", "原価", "仕入単価", "仕入価格", "Einkaufspreis", "Selbstkosten", "EK",
		}},
		{"hs_position_on_quote", schema.TypeNumber, []string{
			"Line", "Line no", "Line number", "Position", "Pos", "Position on quote",
			"行番号", "明細番号", "行", "Positionsnummer", "Pos.-Nr.", "Zeile",
		}},
		{"hs_product_id", schema.TypeID, []string{"Product ID", "HubSpot product ID", "商品ID", "製品ID", "Produkt-ID"}},
		{"hs_url", schema.TypeAny, []string{"URL", "Product URL", "Link"}},
	}
}

// parents are the records that line items are associated with, with the usual names
// of columns of their ids.
func parents() []alias {
	return []alias{
		{"deals", schema.TypeID, []string{
			"Deal ID", "Deal", "Deals", "HubSpot deal ID", "Deal record ID", "Associated deal", "Associated deal ID", "Associated deal IDs",
			"取引ID", "取引", "取引番号", "取引コード", "案件ID", "案件", "案件番号", "商談ID", "商談",
			"Deal-ID", "Deal-Nr", "Dealnummer", "Geschäfts-ID", "Geschäft",
		}},
		{"quotes", schema.TypeID, []string{"Quote ID", "HubSpot quote ID", "見積ID", "Angebots-ID"}},
	}
}

// normalizeName is a name without what spellings of it differ in: case, width, spaces,
// hyphens and points. A percent sign is kept.
func normalizeName(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.M, c) || c == '%' || c == 'ー' {
			return unicode.ToLower(c)
		}
		return -1
	}, norm.NFKC.String(name))
}

// normalizeCore is normalizeName without what stands in brackets at the end, such as a unit.
func normalizeCore(name string) string {
	name = strings.TrimSpace(norm.NFKC.String(name))
	for _, pair := range []string{"()", "[]"} {
		if i := strings.LastIndexByte(name, pair[0]); i > 0 && strings.HasSuffix(name, pair[1:]) {
			return normalizeName(name[:i])
		}
	}
	return normalizeName(name)
}
