// Quirks: switches for what HubSpot does not say, or what is reported otherwise than it is documented.

package hubspottest

import (
	"fmt"
	"iter"
	"time"
)

// Quirks are readings of HubSpot that differ from its documentation, or that nobody outside can decide.
// The zero value is the documented reading.
type Quirks struct {
	// Answers to creates.

	EchoTrace       bool // results repeat objectWriteTraceId: recorded for companies and contacts, never for line items
	NoTraceInErrors bool // the errors of a 207 do not say whose they are
	JoinErrors      bool // rows with the same error share one element, which names them all; the field is an array for a reason
	NoMultiStatus   bool // 2025-09 and 2026-09 answer bad rows with 200 or 201: their specifications list no 207
	InOrder         bool // results stand in the order of the inputs: else in any, as reported (HubSpot/hubspot-api-nodejs#190)
	SilentEmpty     bool // a body without inputs is answered 201 with empty results, not 400 (rudder-transformer#5147)
	WholeBatch      bool // one bad row refuses the batch, although every input has a trace id (airbytehq/airbyte#76340)
	NotAtomic       bool // a batch that is refused for some of its rows has created the others (bruin-data/ingestr#1203)

	// Merge says which inputs of a batch become one record. Documented in the line items guide for 2026-09: "the API
	// deduplicates them and returns fewer objects in results than were submitted". Whether associations count is not said.
	Merge Merge

	// Values.

	ValuesAsSent     bool  // values are given back as they were sent; else as they are stored: 10.50 as 10.5
	Dates            Dates // how dates are given back, unless ValuesAsSent
	TrimText         bool  // white space around texts is not stored
	RefuseSpace      bool  // white space around what is not a text is an error: announced for 2026, then cancelled
	PlainNumbers     bool  // numbers in scientific notation are refused (Atlas-Authority/marketing-automation#206), though documented
	SettableBilling  bool  // hs_recurring_billing_terms and hs_recurring_billing_number_of_payments can be set; the guide calls them calculated
	AnyPeriod        bool  // hs_recurring_billing_period takes any text; the guide says PnYnMnD or PnW
	PriceBesideTiers bool  // price can be set beside tiers; the guide says it must not

	// Reverts are properties that are echoed by create and have no value afterwards, as is reported of hs_external_id.
	Reverts []string

	// Bodies of requests.

	Numbers        bool // JSON numbers and booleans count as strings, null as "": the guide's examples, not the specification
	UnknownMembers bool // members that the specification does not know are refused, not ignored

	// Other records.

	Conflict      Conflict // what a unique value that is taken already does
	Targets       Targets  // what an association with a record that does not exist does
	ExactUnique   bool     // unique values are compared to the letter; else without case and white space around them
	KeepLineItems bool     // line items outlive their parent; the guide says that they are deleted with it

	// NoEditAssociations: the token's user may not associate records, which refuses batches from 2026-09 on.
	NoEditAssociations bool

	// Reads.

	HiddenSchema bool          // definitions of properties cannot be listed: 403, as with a token that lacks the scopes for it
	ReadLag      time.Duration // batch/read, of associations too, does not find a record that is younger
	SearchLag    time.Duration // the same for search, whose index lags
	SearchExact  bool          // IN compares values to the letter. Otherwise it finds those that are written in small letters, as the guide says, in any letters

	// SilentUnassociated: batch/read of associations leaves out records that have none or do not exist, and answers 200.
	// Otherwise each of them is an error with NO_ASSOCIATIONS_FOUND within a 207, as is reported.
	SilentUnassociated bool
}

// quirkNames are the readings that have a name.
var quirkNames = []struct {
	name, about string
	set         func(*Config)
}{
	{"trace-echo", "results repeat the trace id", func(c *Config) { c.Quirks.EchoTrace = true }},
	{"no-trace-in-errors", "errors don't say which row they are about", func(c *Config) { c.Quirks.NoTraceInErrors = true }},
	{"join-errors", "rows with the same error share one element of errors", func(c *Config) { c.Quirks.JoinErrors = true }},
	{"no-207", "2025-09 and 2026-09 answer bad rows with 200 or 201", func(c *Config) { c.Quirks.NoMultiStatus = true }},
	{"in-order", "results stand in the order of the rows", func(c *Config) { c.Quirks.InOrder = true }},
	{"whole-batch", "one bad row refuses its batch", func(c *Config) { c.Quirks.WholeBatch = true }},
	{"not-atomic", "a refused batch has created its good rows", func(c *Config) { c.Quirks.NotAtomic = true }},
	{"silent-empty", "a body without inputs is answered 201", func(c *Config) { c.Quirks.SilentEmpty = true }},
	{"merge-properties", "rows with equal properties become one record, whatever their associations", func(c *Config) { c.Quirks.Merge = MergeProperties }},
	{"merge-nothing", "equal rows of a batch become a record each", func(c *Config) { c.Quirks.Merge = MergeNothing }},
	{"values-as-sent", "values come back as they were sent", func(c *Config) { c.Quirks.ValuesAsSent = true }},
	{"dates-time", "dates come back with a time", func(c *Config) { c.Quirks.Dates = DatesTime }},
	{"dates-day", "dates come back as a day", func(c *Config) { c.Quirks.Dates = DatesDay }},
	{"trim-text", "white space around texts is not stored", func(c *Config) { c.Quirks.TrimText = true }},
	{"refuse-space", "white space around numbers, dates and options is refused", func(c *Config) { c.Quirks.RefuseSpace = true }},
	{"plain-numbers", "numbers like 1e3 are refused", func(c *Config) { c.Quirks.PlainNumbers = true }},
	{"settable-billing", "billing terms and number of payments can be set", func(c *Config) { c.Quirks.SettableBilling = true }},
	{"any-period", "a billing period may be any text", func(c *Config) { c.Quirks.AnyPeriod = true }},
	{"price-beside-tiers", "a price may stand beside tiers", func(c *Config) { c.Quirks.PriceBesideTiers = true }},
	{"reverting-id", "hs_external_id is echoed and then lost", func(c *Config) { c.Quirks.Reverts = []string{"hs_external_id"} }},
	{"conflict-409", "a unique value that is taken refuses the batch with 409", func(c *Config) { c.Quirks.Conflict = Conflict409 }},
	{"conflict-400", "the same with 400", func(c *Config) { c.Quirks.Conflict = Conflict400 }},
	{"targets-row", "an association with an unknown record refuses the row", func(c *Config) { c.Quirks.Targets = RefuseRow }},
	{"targets-batch", "an association with an unknown record refuses the batch", func(c *Config) { c.Quirks.Targets = RefuseBatch }},
	{"exact-unique", "unique values are compared to the letter", func(c *Config) { c.Quirks.ExactUnique = true }},
	{"keep-line-items", "line items outlive the record that they belong to", func(c *Config) { c.Quirks.KeepLineItems = true }},
	{"no-edit-associations", "from 2026-09 on, associations are refused", func(c *Config) { c.Quirks.NoEditAssociations = true }},
	{"silent-unassociated", "a record without associations is left out of the answer, and no error", func(c *Config) { c.Quirks.SilentUnassociated = true }},
	{"search-exact", "search compares values to the letter", func(c *Config) { c.Quirks.SearchExact = true }},
	{"hidden-schema", "the definitions of properties can't be listed", func(c *Config) { c.Quirks.HiddenSchema = true }},
}

// QuirkNames lists the names of quirks, each with a description of one line.
func QuirkNames() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, q := range quirkNames {
			if !yield(q.name, q.about) {
				return
			}
		}
	}
}

// AddQuirk turns on the quirk with a name of [QuirkNames]. Another name is an error.
func (c *Config) AddQuirk(name string) error {
	for _, q := range quirkNames {
		if q.name == name {
			q.set(c)
			return nil
		}
	}
	return fmt.Errorf("there is no quirk %q", name)
}
