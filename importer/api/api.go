// The interface that the engine calls.

// Package api is the contract between the engine and the other side: what is sent,
// and what an answer proves. It knows no HTTP. Package hubspot implements it.
package api

import "context"

// MaxBatch is the most records that one request may name: HubSpot's batch endpoints
// take no more than 100 inputs.
const MaxBatch = 100

// An API creates, changes, archives, finds and reads records of one object type in one account,
// and finds records of other types. Its methods may be called by many goroutines at once.
//
// Each method sends exactly one request, whatever happens to it: the caller takes a
// slot of the rate limit before each call, and decides whether to repeat it. All
// methods honour ctx. The errors of reads may be a [ReadError]; any other error is
// final. Values and ids are 1 to [MaxBatch], no two of which are equal when [Folded].
type API interface {
	// Create asks for one record per input, 1 to MaxBatch of them, and returns what
	// the answer proves. It says [Unknown] unless it is certain; so it does when ctx
	// cuts off a request whose body was taken. The inputs don't change before it
	// returns.
	Create(ctx context.Context, inputs []Input) Answer

	// Update asks to change the records that 1 to MaxBatch inputs name by their ids, no
	// two of which are equal, and returns what the answer proves. A record that doesn't
	// exist any more is in no part of the answer that names its input. Asking again does
	// no harm. It goes on like Create when ctx ends.
	Update(ctx context.Context, inputs []Input) Answer

	// Archive asks to archive 1 to MaxBatch records of the API's own type, by their ids,
	// and returns what the answer proves: [Answered] says that none of them exists any
	// more, also of those that never did. Asking again does no harm. It goes on like
	// Create when ctx ends.
	Archive(ctx context.Context, ids []string) Answer

	// Unique reports whether a property of an object type is defined as unique, so
	// that FindByProperty can be asked for it.
	Unique(ctx context.Context, object, property string) (bool, error)

	// FindByProperty finds the records that hold values in a unique property, or,
	// with property "" or [schema.RecordID], that have the ids. Object "" is the API's own type. It reads
	// from the primary store: a value without an id in the answer is held by no record.
	FindByProperty(ctx context.Context, object, property string, values []string) (Found, error)

	// Search finds the records that hold values in any property. It may ask an index
	// that lags. It asks for as many of values as fit, from the first on.
	Search(ctx context.Context, object, property string, values []string) (Found, error)

	// AssociatedIDs returns the ids of the API's own records that are associated with
	// records of type from: one page of each list, and the pages that follow. pages
	// are 1 to MaxBatch, of different records. It reads from the primary store.
	AssociatedIDs(ctx context.Context, from string, pages []Page) (Associations, error)

	// ReadProperties returns the records of the API's own object type that hold values in
	// the unique property by, or, with by "" or [schema.RecordID], that have the ids: by
	// the value, with what each holds in properties. A value that isn't in the map is held
	// by no record. It reads from the primary store.
	ReadProperties(ctx context.Context, by string, values, properties []string) (map[string]Record, error)

	// Renew renews the credentials after a [Denied] answer, and reports whether they
	// differ now from those that were denied, so that another attempt makes sense.
	// It is called from one goroutine at a time.
	Renew(ctx context.Context) (bool, error)
}
