// Configuration: the limits and faults that an account is given.

package hubspottest

import "time"

// Config describes an account. The zero value does what HubSpot documents, wherever it documents it, and has no limits,
// faults or latency.
type Config struct {
	Account  int64          // portal id; 0 means 4242
	Currency string         // company currency; "" means USD
	Location *time.Location // time zone of the account, at whose midnight the daily quota starts again; nil means UTC

	Tokens []string // bearer tokens that are let in, beside those from a token endpoint. None and no OAuth.RefreshToken: any token
	Scopes []string // what the tokens may do, such as crm.objects.line_items.write; none: everything
	OAuth  OAuth

	Limit    int           // requests in any window of Per, beyond which a 429 is answered; 0: no limit and no rate headers
	Per      time.Duration // 0 means 10 s
	Penalise bool          // a refused request counts against the window too
	Coarse   bool          // the window counts in whole seconds, so that a slot comes back after Per to Per + 1 s
	Daily    int64         // requests in a day; 0: no quota and no daily headers
	Searches int           // searches in any second, which do not count for Limit and Daily; 0: no limit

	Latency time.Duration // how long a request takes; it is carried out in the middle of that
	Jitter  time.Duration // up to so much more, evenly spread
	Seed    uint64        // of everything random
	Faults  []Fault
	Quirks  Quirks
	Gzip    bool // answer compressed and chunked, as HubSpot does, where the client accepts it

	// What the administrators have set up. Nil means some of each: an account as HubSpot makes it, with two owners and a
	// few tax rates; it has no labels.
	Owners    []Owner
	TaxRates  []TaxRate
	Pipelines map[string][]Pipeline // by object type, such as deals
	Labels    []Label

	AssociationPage int // how many associations of one record an answer lists at most; below 1 means 500
}

// OAuth is the app whose tokens the token endpoints hand out. An empty member accepts anything.
type OAuth struct {
	ClientID, ClientSecret, RefreshToken string

	Lifetime time.Duration // of an access token; 0 means 30 minutes
}

// Merge says which inputs of a batch become one record with one result.
type Merge int

// Trace ids make no difference.
const (
	MergeEntries    Merge = iota // those with equal properties and associations
	MergeProperties              // those with equal properties; the associations are those of the first
	MergeNothing                 // none
)

// Dates says how dates are given back.
type Dates int

// All of them mean midnight in UTC.
const (
	DatesMilliseconds Dates = iota // 1795996800000
	DatesTime                      // 2026-11-30T00:00:00.000Z
	DatesDay                       // 2026-11-30
)

// Conflict says how a create with a unique value that exists is answered.
type Conflict int

// Without trace ids on every input, ConflictRow is a 400 for the whole batch.
const (
	ConflictRow Conflict = iota // an error for the row, within a 207
	Conflict409                 // 409 CONFLICT for the whole batch, naming the first row's existing record (HubSpot/hubspot-api-python#51)
	Conflict400                 // 400 CONFLICTING_UNIQUE_VALUE for the whole batch
)

// Targets says how an association with an unknown record is answered.
// It is about the associations that HubSpot defines for line items and deals; of others the target's type is not known.
type Targets int

// Without trace ids on every input, RefuseRow is a 400 for the whole batch.
const (
	AcceptTargets Targets = iota // any id will do
	RefuseRow                    // an error for the row, within a 207
	RefuseBatch                  // 400 for the whole batch
)
