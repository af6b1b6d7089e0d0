// Package mapping says how a row of a CSV becomes a CRM record.
//
// A [Mapping] is what the user wrote, in YAML ([Parse]) or not at all ([ForHeader]).
// Compiled against the header of an input and the properties of the account
// ([Mapping.CompileFor]) it is a [Mapper], which fills a [Record] from each row
// ([Mapper.Map]) or reports every bad cell of the row ([Problem]).
//
// What can stand in a mapping is in [Reference].
//
// Nothing is guessed. Cells are sent as they are, leading zeros included, and texts of
// the YAML are taken as they are written: 0123, yes and 2026-01-31 stay what they are.
// An empty cell is left out of the record, unless its rule has a default or says
// empty: clear.
//
// # Cells
//
// White space around a value is no part of it, also such that can't be seen
// ([format.Trim]); a text keeps its own, unless its rule says trim: true. A cell of
// nothing else is empty. So is one that csv: empty or empty_words lists. The guard
// ="00012" is read as 00012. Where the property's type is known, a cell that isn't
// written as HubSpot takes it is read all the same if it can mean one thing only: a
// negative number with its minus behind it or in brackets, full-width digits, a day with
// a time but without an offset from UTC. Everything else is a [Problem], with advice.
//
// A line item needs a name or a product, and one of its associations, unless the mapping
// says otherwise: HubSpot shows others nowhere. See [Mapping.Complete].
//
// # Modes
//
// A mapping creates records, or with mode: upsert or update it changes those that exist:
// see [Mode]. They are found by the key, or by their ids:
//
//	mode: update
//	id: { column: Record ID }
//
// # Formats
//
// HubSpot takes numbers such as 1234.56 and days such as 2026-01-31. A column
// that is written in another way needs a rule that says how:
//
//	price:      { column: Price, decimal: ",", group: ".", symbol: "€" }
//	hs_start:   { column: Start, layout: 02/01/2006 }
//	hs_seen_at: { column: Seen, layout: 02.01.2006 15:04, timezone: Europe/Berlin }
//
// White space around the cells of such a rule is ignored. A cell that isn't written as
// the rule says is a [Problem], also without a schema, and is never read in another
// way.
//
//   - decimal is the character before the decimals, "," or "." (default).
//   - group separates groups of three digits: ".", ",", " " (which means every kind of
//     space) or "'". A number may have no groups; one with groups must have them all.
//   - symbol is a text that may stand before or after the number and isn't sent, such
//     as "€", "%" or "USD". The number stays what it is: 5 % is sent as 5. It is one
//     text for the column, because €5 and $5 are not the same. Its old name is sign.
//   - scale is what numbers are multiplied by, without rounding: with 100, 0.15 is sent
//     as 15. Beside symbol: "%" without a scale, a number below 1 that has no % is a
//     problem: 0.15 or 15 percent may be meant.
//   - unit makes a duration of a whole number: with months, 24 is sent as P24M.
//   - layout is how the column would write 2 January 2006, 15:04:05, as in package
//     time. It needs a day, a month and a year; 06 is a year from 1969 to 2068. Days of
//     the week are ignored. Names of months may be in other languages, and years of
//     layouts with 年 those of a Japanese era. The layout excel means the numbers by
//     which spreadsheets count days.
//   - timezone is where the times are meant, by a name of the IANA database; default
//     UTC. With an offset in the layout, times are converted to it. A time that the
//     clocks of the place skipped, or showed twice, is a problem.
//
// A date property is sent as YYYY-MM-DD, the day as written, or with an offset in the
// layout the day in the timezone, which the rule must then have. A datetime property is
// sent as RFC 3339 in the timezone, with 00:00 if the layout has no time. Without a
// schema the layout decides: with a time of day it is a datetime.
//
// Formats apply to cells alone: the texts of value, values and default are sent as
// they are.
//
// # Checks
//
// With a [schema.Schema], the properties of the account, values are checked before
// they are sent. A good value is sent as it is, except that for the label of an option
// its internal value is sent:
//
//   - number: an optional sign, digits with at most one point, an optional exponent.
//     The price of line items and products can't be negative.
//   - ids of owners and tax rates: digits.
//   - date: YYYY-MM-DD, or milliseconds since 1970 at midnight UTC.
//   - datetime: YYYY-MM-DD, or with Thh:mm:ss, decimals if any, and Z or an offset, or
//     milliseconds since 1970. Numbers below 100,000,000,000 (March 1973) are taken
//     for seconds and refused.
//   - bool: true or false.
//   - enumeration: the internal value of an option, or a label that only one option has
//     and that isn't a value. With checkboxes, several with ";" between them. Options
//     that are kept elsewhere aren't checked.
//   - hs_recurring_billing_period: an ISO 8601 duration, PnYnMnD or PnW.
//
// All other types take every text. No value may have more than 65,536 characters,
// with or without a schema.
//
// # Names instead of ids
//
// With by, a property that holds the id of an owner, pipeline, stage or tax rate is
// mapped to a column that holds its e-mail address, name, label or rate; with label, an
// association has the type of that label. The lists ([Mapping.References]) belong into
// the schema ([schema.Schema.With]). A stage is one of the row's pipeline, where the
// mapping has one.
//
// # Other records
//
// A row may name another record by one of its values instead of its id:
//
//		associations:
//		  - { to: deals, column: Order no, match: external_id }
//		  - { to: deals, column: Deal ID, exists: check }
//		properties:
//		  hs_product_id: { column: SKU, match: hs_sku }
//		  tax_record_id: { column: Tax, match: code, of: "2-12345" }
//
//	  - match is the property of the other record that holds the cell's value. The
//	    record becomes the associated record, or its id becomes the property's value.
//	  - of is the object type of a property's record. For hs_product_id it is products.
//	  - exists: check makes sure before the row is sent that there is a record with the
//	    id in the cell.
//
// An empty cell names no record. Nothing is looked up here: a row gets [Lookup]s, and
// the caller finds their ids ([Record.Resolve]). The property should be unique in the
// account. Where it isn't (those of products can't be), records are found by HubSpot's
// search, which may lag a few moments behind, and a value that several records hold is
// refused. Values must be equal, or equal without regard to case and to white space
// around them.
//
// # Positions
//
//	hs_position_on_quote: { position: deals }
//
// numbers the rows of each deal from 1 on, in the order of the file ([PositionRule]).
// Rows have the same deal if their cells are equal without regard to case, white space
// around them, and zeros before an id. Two cells that name one deal in two ways are two
// deals here. Every row of the file counts, whatever becomes of it, so that the numbers
// stay the same when an import is started again. A row without a deal gets no number,
// or is a [Problem] if the rule also says required: true.
//
// # Rows
//
//	rows: { where: { Status: [paid, open], Price: not empty }, fill_down: [Order no, Currency] }
//
// says which rows of the input become records, and which cells are written only where they
// change ([RowRules]). A Mapper knows one row: the caller fills cells down
// ([Mapper.FillDown]) and then leaves out rows ([Mapper.LeavesOut]). Package rows of the
// importer does both.
//
// The package is pure: it reads no files and no network, and knows only the row that
// it is given. Time zones come from the system's database.
package mapping
