// How an account behaves: the limits and faults it is given, and the switches for what is not known about HubSpot.

package hubspottest

import "time"

// Config describes an account. The zero value is a strict one without limits, faults or latency.
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
	Forget  bool // keep counts and unique values only, and no associations: for loads of many millions of records

	AssociationPage int // how many associations of one record an answer lists at most; below 1 means 500
}

// OAuth is the app whose tokens the token endpoints hand out. An empty member accepts anything.
type OAuth struct {
	ClientID, ClientSecret, RefreshToken string

	Lifetime time.Duration // of an access token; 0 means 30 minutes
}

// Quirks are the ways of HubSpot that are not established, or that differ from report to report.
// The zero value is what was recorded or is documented.
type Quirks struct {
	NoTraceEcho     bool // results do not repeat objectWriteTraceId
	NoTraceInErrors bool // the errors of a 207 do not say whose they are
	WholeBatch      bool // one bad row refuses the batch, although every input has a trace id
	NotAtomic       bool // a batch that is refused for some of its rows has created the others
	SilentEmpty     bool // a body without inputs is answered 201 with empty results, not 400
	Numbers         bool // JSON numbers and booleans count as strings, null as ""
	UnknownMembers  bool // members that the specification does not know are refused, not ignored
	HiddenSchema    bool // definitions of properties cannot be listed: 403, as with a token that lacks the scopes for it

	// SilentUnassociated: batch/read of associations leaves out records that have none or do not exist, and answers 200.
	// Otherwise each of them is an error with NO_ASSOCIATIONS_FOUND within a 207, as is reported.
	SilentUnassociated bool

	Conflict Conflict // what a unique value that is taken already does
	Targets  Targets  // what an association with a record that does not exist does

	FoldUnique bool          // unique values are compared trimmed and without case
	Reverts    []string      // properties that are echoed by create and have no value afterwards, as is reported of hs_external_id
	ReadLag    time.Duration // batch/read, of associations too, does not find a record that is younger

	SearchLag   time.Duration // likewise for search, whose index lags
	SearchExact bool          // IN compares values to the letter. Otherwise it finds those that are written in small letters, as the guide says, in any letters
}

// Conflict says how a create with a unique value that exists is answered.
type Conflict int

// Without trace ids on every input, ConflictRow is a 400 for the whole batch.
const (
	ConflictRow Conflict = iota // an error for the row, within a 207
	Conflict409                 // 409 CONFLICT for the whole batch, naming the first row's existing record
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
