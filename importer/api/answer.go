// What is sent, and what an answer proves.

package api

import (
	"time"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// An Input is one record to create, or to change.
type Input struct {
	// Trace names the input in the answer. It is unique within the run.
	Trace string

	// ID is the record to change, "" for one to create.
	ID string

	// Record is what is sent: of a record to change the properties that change, and no
	// associations.
	Record *mapping.Record
}

// Rate is what an answer says about the rate limit; see [ratelimit.Answer].
type Rate = ratelimit.Answer

// Outcome is what an answer proves about a request as a whole.
type Outcome uint8

const (
	// Unknown proves nothing: the request may have been executed, may be
	// executed later, or not at all. Every lost, late, broken or 5xx answer is
	// Unknown.
	Unknown Outcome = iota

	// Answered is a complete answer that names records and errors one by one.
	Answered

	// Refused is a complete answer by which the batch as a whole was refused;
	// this attempt created or changed nothing.
	Refused

	// The rest were certainly not executed.

	// Limited was refused by the rate limit.
	Limited

	// Unreachable had no connection, or one that didn't take the whole body.
	Unreachable

	// Busy was refused for a while, which [Answer.Wait] tells.
	Busy

	// Denied was refused for its credentials or their scopes.
	Denied

	// Impossible can't be answered otherwise by sending it again: the address,
	// the method or the format is wrong.
	Impossible
)

// Executed reports whether the request may have been executed.
func (o Outcome) Executed() bool { return o == Unknown || o == Answered }

// An Answer is what came of one request. It is neutral to the wire: the engine
// judges it without knowing HTTP.
type Answer struct {
	Outcome Outcome

	Created  []Created // with Answered: records that were created, or changed
	Failures []Failure // with Answered: rows that were refused
	Refusal  Failure   // with every other Outcome: what was said; Traces is empty

	Completeness Completeness // with Answered

	// Stop means that no later request can fare better: a redirect, a wrong
	// certificate. The run ends once the requests in flight are answered.
	Stop bool

	Wait time.Duration // how long the other side asks to wait, 0 when it doesn't say
	Rate Rate
	Err  error // what went wrong, for people; nil with Answered
}

// Completeness is what an answer says about itself as a whole. A row that it doesn't
// name was created or refused only if the counts leave nothing else.
type Completeness struct {
	Final     bool // its status says that it is complete; false where it has none
	Results   int  // all of them, also those whose id can't be read and are not in Created
	NumErrors int  // as the answer counts them, -1 when it doesn't
	Unnamed   int  // errors that name no row
}

// Created is a record that exists after the request: created or changed by it.
type Created struct {
	Trace string // "" when the answer doesn't echo it
	Key   string // with Trace "": the value of the unique property, "" when there is none
	ID    string

	// Properties are, with Trace "", the values given back of properties that were sent
	// for any of the inputs, as HubSpot stores them. A property that the answer leaves
	// out, or gives as null, isn't there; that says nothing about the record.
	Properties map[string]string

	Warnings []Warning // what HubSpot changed, or advises against
}

// A Warning is what HubSpot says about a value of a record that exists. Raw and Stored
// are values of the user's: they don't go into a journal.
type Warning struct {
	Property    string // internal name, "" when none is named
	Code        string // such as PROPERTY_VALUE_NORMALIZED; never empty
	Message     string // one sentence; {value} stands for the value that was sent
	Raw, Stored string // the value as it was sent and as it is stored, "" when not said
}

// CodeEditAssociations is the code of a refusal because the token's user may not
// associate records. HubSpot gives it none.
const CodeEditAssociations = "MISSING_EDIT_ASSOCIATIONS"

// A Failure is an error that an answer holds.
type Failure struct {
	Traces        []string // the inputs it names; empty when it names none
	Code          string   // such as INVALID_OPTION; never empty
	Property      string   // internal name of the property, "" when none is named
	Message       string   // one sentence; {value} stands for the property's value
	CorrelationID string   // for HubSpot's support
	Conflict      bool     // a record with this unique value exists already
	Retryable     bool     // the same row may fare better later
}
