// What people call the properties of line items and the records that they belong to, in
// English, Japanese, German, French, Spanish, Portuguese, Korean, Russian and Chinese.

package suggest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/mapping/schema"
)

// An alias is a property with its usual names.
type alias struct {
	property string
	kind     schema.Kind // what it takes, where the account's definition isn't known
	names    string      // that mean nothing else, with ", " between them
	vague    string      // that may mean something else
}

// amount is what a name of the line's total is listed under. HubSpot calculates it.
const amount = "amount"

// aliases returns the standard properties that a file of orders may hold.
func aliases() []alias {
	return []alias{
		{
			"name", schema.TypeAny,
			"Product, Product name, Product title, Product/Service, Item name, Item title, Line item, Line item name, Article, Article name, Service name, " +
				"商品名, 商品, 品名, 品目, 品目名, 製品名, 製品, サービス名, 項目名, 商品名称, 商品タイトル, " +
				"Artikel, Artikelname, Artikelbezeichnung, Produkt, Produktname, Produktbezeichnung, Positionstext, Materialkurztext, " +
				"Produit, Nom du produit, Article, Désignation, Libellé, Libellé article, Désignation article, Nom de l'article, " +
				"Producto, Nombre del producto, Artículo, Nombre del artículo, Nombre de producto, " +
				"Produto, Nome do produto, Nome do item, Descrição do produto, 产品名称, 产品, 品名, 产品名, 項目名稱, 產品名稱, 상품명, 제품명, 품명, 품목명, 상품 이름, 제품 이름, 서비스명, Товар, Наименование товара, Название товара, Номенклатура, Наименование номенклатуры, Продукт, Название продукта, Товар/услуга, Услуга",
			"Name, Item, Title, Service, 件名, 名前, 名称, Bezeichnung, Leistung, Nom, Nombre, Concepto, Nome, Título, Titre, Description, Item description, Product description, 説明, 商品説明, 内容, Beschreibung, Artikelbeschreibung, Descripción, Descrição, 상품, 제품, 품목, 이름, 항목, 항목명, Наименование, Название, Позиция",
		},
		{
			"description", schema.TypeAny,
			"Description, Product description, Item description, Line description, Long text, 説明, 商品説明, 詳細, 摘要, 仕様, " +
				"Beschreibung, Artikelbeschreibung, Produktbeschreibung, Langtext, Description du produit, Descriptif, Descripción, Descripción del producto, Descrição, 설명, 상품 설명, 제품 설명, 상세 설명, Описание, Описание товара, Описание продукта",
			"Details, 内容, 내용, 비고, Примечание",
		},
		{
			"hs_sku", schema.TypeAny,
			"SKU, Product SKU, Item SKU, Product code, Item code, Article no, Article number, Part no, Part number, Inventory item code, 商品コード, 商品番号, 品番, 品目コード, 製品コード, 製品番号, 型番, " +
				"Artikelnr, Artikelnummer, Artikel-Nr, Art.-Nr., Produktnummer, Produktcode, Materialnummer, Bestellnummer Artikel, " +
				"Référence produit, Réf. produit, Code article, Code produit, Référence article, Réf. article, " +
				"Código de producto, Código del producto, Código de artículo, Referencia del producto, Código do produto, Código do item, Código produto, 产品编号, 商品编码, 产品编码, 物料编码, 상품코드, 제품코드, 품목코드, 상품번호, 품번, 모델번호, Артикул, Артикул товара, Код товара, Код номенклатуры, Код продукта",
			"Item, Product, Article, Artikel, Produkt, Produit, Producto, Produto, Item no, Item number, Material, Référence, Réf., Referencia, Código, Referência, Cód., Code, EAN, GTIN, UPC, JANコード, 코드, 모델명, Код, Штрихкод",
		},
		{
			"quantity", schema.TypeNumber,
			"Quantity, Qty, No of units, Pieces, Pcs, Order qty, Order quantity, Qty ordered, Quantity ordered, Quantity purchased, 数量, 個数, 台数, 本数, ライセンス数, 注文数, 受注数, " +
				"Menge, Anzahl, Stück, Stueck, Stückzahl, Bestellmenge, Auftragsmenge, Quantité, Qté, Nbre, Quantité commandée, " +
				"Cantidad, Cant., Uds., Unidades, Quantidade, Qtd, Qtde, Qtd., 數量, 수량, 개수, 주문수량, 판매수량, Количество, Кол-во, Количество товара, Кол-во шт",
			"Units, Seats, Licenses, Hours, Nombre d'unités",
		},
		{
			"price", schema.TypePrice,
			"Unit price, Price per unit, Unit rate, Unit amount, Price each, Price/unit, Unit net price, Net unit price, Sales price, Unit cost price, " +
				"単価, 販売単価, 税抜単価, 単価(税抜), " +
				"Einzelpreis, Stückpreis, Preis pro Stück, Preis/Stück, Einzelpreis netto, Netto-Einzelpreis, Stückpreis netto, " +
				"Prix unitaire, PU, P.U., PU HT, P.U. HT, Prix unitaire HT, Prix HT unitaire, " +
				"Precio unitario, P. unitario, Precio por unidad, Precio ud., Precio/ud, Preço unitário, Valor unitário, Vlr. unitário, Valor unit., Preço unit., 单价, 單價, 单价(元), 단가, 판매단가, 판매가, 개당 가격, Цена, Цена за единицу, Цена за ед, Цена за шт, Цена без НДС",
			"Price, Item price, List price, Net price, Selling price, 価格, 販売価格, 定価, 売価, Preis, Listenpreis, Verkaufspreis, Nettopreis, EP, VK, Prix, Tarif, Prix de vente, Prix HT, Precio, Precio de venta, Tarifa, Preço, Preço de venda, 가격, 판매가격, Стоимость единицы",
		},
		{
			amount, schema.TypeNumber,
			"Amount, Total, Line total, Item total, Total price, Net amount, Sum, Extended price, Subtotal, Total amount, Net value, Line amount, Net total, Gross amount, Gross total, Amount total, Ext. price, " +
				"金額, 合計, 小計, 合計金額, 税抜金額, 税込金額, 税込合計, " +
				"Betrag, Gesamt, Gesamtpreis, Gesamtbetrag, Summe, Nettobetrag, Zeilensumme, Nettowert, Gesamtpreis netto, Bruttobetrag, GP, " +
				"Montant, Montant HT, Montant total, Total HT, Montant TTC, Total TTC, Total ligne, Importe, Importe total, Valor total, Vlr. total, Preço total, Precio total, Importe neto, Montante, 金额, 金額小計, 总价, 总金额, 小计, 合计, 금액, 합계, 총액, 합계금액, 공급가액, 소계, Сумма, Сумма без НДС, Сумма с НДС, Итого, Всего, Стоимость",
			"",
		},
		{
			"discount", schema.TypeNumber,
			"Unit discount, Discount per unit, Rabatt pro Stück, Rabatt je Stück, 単価値引, Remise unitaire, Descuento unitario, Desconto unitário",
			"Discount, Discount amount, Line discount, Item discount, Total discount, 値引, 値引き, 値引額, 割引額, 割引, Rabatt, Rabattbetrag, Nachlass, Remise, Rabais, Montant remise, Descuento, Dto., Desconto, Valor do desconto, 할인, 할인금액, 할인액, Скидка, Сумма скидки",
		},
		{
			"hs_discount_percentage", schema.TypeNumber,
			"Discount %, Discount (%), % Discount, Disc %, Discount percent, Discount percentage, Discount rate, Discount pct, 割引率, 値引率, 値引き率, 割引%, 割引率(%), " +
				"Rabatt %, Rabatt in %, Rabattsatz, Rabatt Prozent, Nachlass %, % Rabatt, Remise %, % Remise, % de remise, Remise en %, Taux de remise, Pourcentage de remise, " +
				"Descuento %, % Descuento, % Dto., Dto. %, Porcentaje de descuento, Desconto %, % Desconto, % de desconto, Percentual de desconto, Percentual desconto, 할인율, 할인율(%), 할인 %, Скидка %, % скидки, Процент скидки",
			"",
		},
		{
			"hs_line_item_currency_code", schema.TypeAny,
			"Currency, Currency code, Line item currency, Currency ISO code, 通貨, 通貨コード, Währung, Waehrung, Währungscode, Belegwährung, Devise, Code devise, Monnaie, Moneda, Divisa, Código de moneda, Moeda, Código da moeda, 币种, 货币, 幣別, 통화, 통화코드, Валюта, Код валюты",
			"",
		},
		{
			"recurringbillingfrequency", schema.TypeEnum,
			"Billing frequency, Billing cycle, Billing interval, Billing period, Recurring billing frequency, Recurrence, 請求周期, 請求頻度, 請求サイクル, 課金周期, 課金サイクル, 支払周期, 支払サイクル, 契約周期, " +
				"Abrechnung, Abrechnungsintervall, Abrechnungszeitraum, Abrechnungsturnus, Abrechnungshäufigkeit, Zahlungsintervall, Rechnungsintervall, Zahlungsweise, " +
				"Fréquence de facturation, Périodicité, Périodicité de facturation, Frecuencia de facturación, Periodicidad, Frequência de faturamento, Frequência de cobrança, Periodicidade, Ciclo de facturación, 청구 주기, 결제 주기, 청구 빈도, Периодичность оплаты, Периодичность, Частота выставления счетов",
			"Billing, Frequency, Interval, Intervall, Turnus, Fréquence, Frecuencia, Frequência, 주기, Период оплаты",
		},
		{
			"hs_recurring_billing_period", schema.TypeDuration,
			"Term, Contract term, Billing term, Term (months), Term in months, Contract length, 契約期間, Laufzeit, Vertragslaufzeit, Laufzeit (Monate), Durée du contrat, Durée d'engagement, Plazo, Duración del contrato, Prazo, Prazo do contrato, Vigência, 계약 기간, 계약기간(개월), 약정 기간, Срок договора, Срок подписки, Срок (мес.)",
			"Duration, 期間, Dauer, Durée, Duración, Duração, 기간, Срок",
		},
		{
			"hs_recurring_billing_start_date", schema.TypeDate,
			"Billing start, Billing start date, Service start, Service start date, Subscription start date, 請求開始日, 契約開始日, 利用開始日, 課金開始日, サービス開始日, " +
				"Vertragsbeginn, Abrechnungsbeginn, Leistungsbeginn, Date de début de facturation, Début de facturation, Fecha de inicio de facturación, Inicio de facturación, Data de início do faturamento, Início do faturamento, Data de início da cobrança, 청구 시작일, 계약 시작일, 서비스 시작일, Дата начала оплаты, Начало договора, Дата начала подписки",
			"Start, Start date, Contract start, 開始日, Startdatum, Beginn, gültig ab, Date de début, Début, Fecha de inicio, Inicio, Data de início, Início, 시작일, Дата начала",
		},
		{
			"hs_recurring_billing_end_date", schema.TypeDate,
			"Billing end, Billing end date, Service end, Service end date, 請求終了日, 契約終了日, Vertragsende, Date de fin de facturation, Fin de facturation, Fecha de fin de facturación, Data de término do faturamento, 청구 종료일, 계약 종료일, Конец договора, Дата окончания подписки",
			"End, End date, Contract end, 終了日, Ende, Enddatum, gültig bis, Date de fin, Fecha de fin, Fecha de finalización, Data de término, Data final, 종료일, Дата окончания",
		},
		{"hs_cost_of_goods_sold", schema.TypeNumber, "Unit cost, Cost of goods sold, COGS, 原価, 仕入単価, 仕入価格, Einkaufspreis, Selbstkosten, EK, Coût unitaire, Prix d'achat, Prix de revient, Coste unitario, Costo unitario, Precio de coste, Custo unitário, Preço de custo, 원가, 매입단가, Себестоимость, Закупочная цена", "Cost, Coût, Coste, Costo, Custo, Kosten"},
		{"hs_position_on_quote", schema.TypeNumber, "Position on quote", "Line, Line no, Line number, Position, Pos, Sort order, 行番号, 明細番号, 行, Positionsnummer, Pos.-Nr., Zeile, Ligne, N° ligne, Numéro de ligne, Línea, Nº línea, Linha, Nº linha"},
		{"hs_product_id", schema.TypeID, "HubSpot product ID, Product record ID", "Product ID, 商品ID, 製品ID, Produkt-ID, ID produit, ID du produit, ID del producto, ID de producto, ID do produto"},
		{"hs_url", schema.TypeAny, "Product URL, Produkt-URL, URL du produit, URL del producto, URL do produto", "URL, Link, Lien, Enlace"},
		{"hs_images", schema.TypeAny, "Image URL, Image URLs, Product image", ""},
	}
}

// parents are the records that line items are associated with: the names of columns
// that hold their ids, and those that name the record in another way.
func parents() []alias {
	return []alias{
		{
			"deals", schema.TypeID,
			"Deal ID, Deal IDs, HubSpot deal ID, HS deal ID, Deal record ID, Associated deal ID, Associated deal IDs, 取引ID, HubSpot取引ID, 取引レコードID, 関連する取引ID, 案件ID, 商談ID, " +
				"Deal-ID, Deal-Datensatz-ID, Zugeordnete Deal-IDs, Geschäfts-ID, ID transaction, ID de transaction, ID de la transaction, ID du deal, ID des transactions associées, " +
				"ID negocio, ID de negocio, ID del negocio, ID de los negocios asociados, ID do negócio, ID de negócio, IDs de negócios associados, 交易ID, 商机ID, 거래 ID, 거래ID, 딜 ID, 연결된 거래 ID, ID сделки, ID сделок, Идентификатор сделки",
			"Deal, Deals, Deal name, Associated deal, Deal no, Deal number, Opportunity, Opportunity ID, Opportunity name, 取引, 取引名, 取引番号, 取引コード, 案件, 案件名, 案件番号, 商談, 商談名, Deal-Nr, Dealnummer, Dealname, Geschäft, Verkaufschance, " +
				"Transaction associée, Nom de la transaction, Opportunité, Negocio, Nombre del negocio, Oportunidad, Negócio, Nome do negócio, Oportunidade, 거래, 거래명, 딜, Сделка, Название сделки, Номер сделки",
		},
		{"quotes", schema.TypeID, "Quote ID, HubSpot quote ID, Associated quote IDs, 見積ID, Angebots-ID, ID du devis, ID de cotización, ID da cotação", ""},
		{"invoices", schema.TypeID, "HubSpot invoice ID, Associated invoice IDs", ""},
		{"subscriptions", schema.TypeID, "HubSpot subscription ID, Associated subscription IDs", ""},
		{"orders", schema.TypeID, "HubSpot order ID, Associated order IDs", ""},
	}
}

// orderNames are what people call the number of the order, which a property of the deal
// may hold.
const orderNames = "Order, Order no, Order number, Order ID, Order ref, Order reference, Sales order, Invoice, Invoice no, Invoice number, 注文番号, 受注番号, 伝票番号, 請求書番号, " +
	"Auftrag, Auftragsnr, Auftragsnummer, Bestellung, Bestellnr, Bestellnummer, Belegnummer, Verkaufsbeleg, Rechnungsnummer, Commande, N° commande, N° de commande, Numéro de commande, N° facture, " +
	"Pedido, Nº pedido, N.º de pedido, Número de pedido, Número do pedido, Factura, Nº factura, Nota fiscal, " +
	"订单号, 订单编号, 訂單編號, 주문번호, 주문 ID, 견적번호, 계산서번호, Заказ, Номер заказа, № заказа, Счёт, Номер счёта, № счёта, Накладная"

// ownNames are what HubSpot's own exports call what it keeps itself.
const ownNames = "Record ID, Record ID - Line item, Object ID, Line item ID, Create date, Last modified date, Created by user ID, レコードID, Datensatz-ID, ID de l'enregistrement, ID de fiche d'informations, ID de registro, ID do registro, 레코드 ID, ID записи"

// rateNames may be prices, or rates of taxes, discounts or exchange.
const rateNames = "Rate, Hourly rate, Satz, Taux, Tasa, Taxa, レート, Item cost, Charge"

// A vocabulary is all names by their normalized form.
type vocabulary struct {
	properties, parents map[string][]meant
	orders, own, rates  map[string]bool
}

// meant is what a name means.
type meant struct {
	target string
	vague  bool // it may mean something else
}

func newVocabulary() *vocabulary {
	return &vocabulary{
		properties: meanings(aliases()), parents: meanings(parents()),
		orders: names(orderNames), own: names(ownNames), rates: names(rateNames),
	}
}

func meanings(aliases []alias) map[string][]meant {
	all := make(map[string][]meant)
	for _, a := range aliases {
		usual := names(a.names)
		for name := range usual {
			all[name] = append(all[name], meant{target: a.property})
		}
		for name := range names(a.vague) {
			if !usual[name] {
				all[name] = append(all[name], meant{a.property, true})
			}
		}
	}
	return all
}

// names returns the names of a list, normalized.
func names(list string) map[string]bool {
	all := make(map[string]bool)
	for name := range strings.SplitSeq(list, ", ") {
		if name != "" {
			all[normalizeName(name)] = true
		}
	}
	return all
}

// normalizeName is a name without what spellings of it differ in: case, width, accents,
// spaces, hyphens and points. A percent sign is kept.
func normalizeName(name string) string {
	return strings.Map(func(c rune) rune {
		if '\u0300' <= c && c <= '\u036f' {
			return -1 // the accents of Latin letters; the marks of kana are others
		}
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.M, c) || c == '%' || c == 'ー' {
			return unicode.ToLower(c)
		}
		return -1
	}, norm.NFKD.String(name))
}

// normalizeCore is normalizeName without what stands in brackets at the end, such as a
// unit.
func normalizeCore(name string) string {
	name = strings.TrimSpace(norm.NFKC.String(name))
	for _, pair := range []string{"()", "[]"} {
		if i := strings.LastIndexByte(name, pair[0]); i > 0 && strings.HasSuffix(name, pair[1:]) {
			return normalizeName(name[:i])
		}
	}
	return normalizeName(name)
}

// normalizeWords is normalizeName without the words that say that the column is one of a
// line item, or in which currency it is; "" where nothing is left or was dropped.
func normalizeWords(name string) string {
	var kept strings.Builder
	dropped := false
	for _, word := range words(name) {
		switch {
		case word == "line" || word == "item" || word == "lineitem" || word == "product" || word == "in" || len(word) == 3 && isCurrency(strings.ToUpper(word)):
			dropped = true
		default:
			kept.WriteString(word)
		}
	}
	if !dropped {
		return ""
	}
	return normalizeName(kept.String())
}

// words cuts a name at what isn't a letter, digit or percent sign, and where a capital
// begins a word, as in UnitPrice.
func words(name string) []string {
	var b strings.Builder
	before := ' '
	for _, c := range norm.NFKC.String(name) {
		if unicode.IsUpper(c) && unicode.IsLower(before) || !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '%' {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == '%' {
			b.WriteRune(unicode.ToLower(c))
		}
		before = c
	}
	return strings.Fields(b.String())
}
