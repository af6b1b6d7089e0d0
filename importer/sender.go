// The seam between the engine and an API: what is sent, and what an answer proves.

package importer

import (
	"context"
	"time"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// A Sender creates records over some API.
//
// Create sends exactly one request that asks for one record per input, 1 to 100
// of them, and returns what its answer proves. It never sends a second request,
// whatever happened to the first: whether an attempt may be repeated is decided
// by the engine, from [Answer.Proof]. Create must say [Unknown] unless it is
// certain. It honours ctx, though a request cut off by ctx after its body was
// taken is Unknown. The engine calls Create from many goroutines at once, and
// doesn't change the inputs before Create has returned.
type Sender interface {
	Create(ctx context.Context, inputs []Input) Answer
}

// A Finder is a Sender that can look records up by a unique property. An import
// whose mapping has a key needs one.
//
// Find sends exactly one request for 1 to 100 distinct values and returns the
// ids of the records that hold them. It reads from the primary store: a search
// index lags and can't prove that a record is absent.
type Finder interface {
	Find(ctx context.Context, property string, values []string) Found
}

// A Renewer is a Sender whose credentials can be renewed. The engine calls Renew
// after a [Denied] answer, from one goroutine at a time. It reports whether the
// credentials differ now from those that were denied, so that another attempt
// makes sense.
type Renewer interface {
	Renew(ctx context.Context) (bool, error)
}

// An Input is one record to create.
type Input struct {
	// Trace names the input in the answer. It is unique within the run.
	Trace  string
	Record *mapping.Record
}

// Rate is what an answer says about the rate limit; see [ratelimit.Answer].
type Rate = ratelimit.Answer

// Proof is what an answer proves about a request as a whole.
type Proof uint8

const (
	// Unknown proves nothing: the request may have been executed, may be
	// executed later, or not at all. Every lost, late, broken or 5xx answer is
	// Unknown.
	Unknown Proof = iota

	// Answered is a complete answer that names records and errors one by one.
	Answered

	// Refused is a complete answer by which the batch as a whole was refused;
	// this attempt created nothing.
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
func (p Proof) Executed() bool { return p == Unknown || p == Answered }

// An Answer is what came of one request. It is neutral to the wire: the engine
// judges it without knowing HTTP.
type Answer struct {
	Proof Proof

	Created  []Created // with Answered: records that exist now
	Failures []Failure // with Answered: rows that were refused
	Refusal  Failure   // with every other Proof: what was said; Traces is empty

	// Stop means that no later request can fare better: a redirect, a wrong
	// certificate. The run ends once the requests in flight are answered.
	Stop bool

	Wait time.Duration // how long the other side asks to wait, 0 when it doesn't say
	Rate Rate
	Err  error // what went wrong, for people; nil with Answered
}

// Created is a record that exists after the request.
type Created struct {
	Trace string // "" when the answer doesn't echo it
	Key   string // value of the unique property, "" when there is none
	ID    string
}

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

// aboutKey reports whether a row was refused because a record holds its key.
// Another property may be unique too.
func (f *Failure) aboutKey(key string) bool {
	return f.Conflict && (f.Property == "" || f.Property == key)
}

// Found is what came of one Find.
type Found struct {
	OK   bool              // the answer is complete: a value not in IDs is absent
	IDs  map[string]string // value -> record id
	Rate Rate
	Wait time.Duration

	// Temporary reports that asking again may help. It has a meaning only
	// without OK.
	Temporary bool
	Denied    bool // the credentials or their scopes were refused
	Err       error
}
