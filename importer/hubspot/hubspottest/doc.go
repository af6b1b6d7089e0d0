// What this package is for, and what may be believed of it.

// Package hubspottest is a HubSpot account in memory: an [http.Handler] that takes the CRM requests of a loader,
// keeps the truth about every record, and goes wrong on request.
//
//	account := hubspottest.New(hubspottest.Config{})
//	server := httptest.NewServer(account)
//	// ... run your own code against server.URL, then ask the account what really happened:
//	for o := range account.Objects("line_items") { ... }
//
// # What it serves
//
// For line_items, deals, the other standard object types and custom ones (2-123), under the v3 paths and the dated ones:
// batch/create, batch/read, batch/archive and search; the list of properties, one property, and the creation of one;
// batch/read of associations (v4 and dated); account details and daily usage; the token endpoints with the refresh_token
// grant. Everything else is a 404.
//
// # Associations
//
// They come into being with a record, by batch/create, and are found from both sides, each with its own type: 20 from a line
// item to its deal, 19 from the deal. Archived records have none. A target that is no record of the account (see [AcceptTargets])
// still has the records that point to it. Not found are associations whose type does not say what the target is, which are those that
// HubSpot does not define for line items or deals. With Config.Forget no association is kept, and every record is answered
// as one without any.
//
// # Search
//
// It knows the filters EQ and IN, and nothing of sorting and of full text; it needs records, and so finds nothing with Config.Forget.
// It has a limit of its own, and no headers of any limit. Whether a search counts for the daily quota is not established: here it does not.
//
// # How true it is
//
// It is written from HubSpot's published descriptions and from recorded and reported answers, and no live portal
// was asked. What is documented or was recorded is the default. What nobody outside knows for sure is a switch in
// [Quirks], so that code can be tested against each of the possible worlds. A pass here proves nothing about the
// points that are switches. Where HubSpot's codes are not known (VALUE_TOO_LONG, NUMBER_TOO_SMALL), they are made up.
//
// Not established are, about associations: the error for a record without any, its wording for line items, and that a record which
// does not exist is told in the same way ([Quirks] has another reading); the order, which is that of the ids; that the same input twice
// is answered once; and the type ids from discounts and upcoming subscriptions to line items, which are made up.
//
// It is stricter than HubSpot is known to be in three things: a JSON object that repeats a member is refused; so is a paging cursor
// of associations that was not given for the same record; and to read associations a token needs the read scopes of both types.
//
// Definitions are known for line items, deals and products. Any other type is plain: each property name is a string there,
// until [Account.AddProperty] defines it. Property history is accepted in a read and not answered.
//
// # Repeatable
//
// The order of results, faults and latencies come from [Config.Seed] and the number of the request, so that requests
// sent one after the other meet the same account each time. Everything follows the clock of package time and so
// also runs in a testing/synctest bubble, with a [httptest.ResponseRecorder] in place of a socket. A fault that closes
// the connection panics with [http.ErrAbortHandler], as net/http wants it; a test with a recorder has to recover that.
//
// All methods may be called concurrently.
package hubspottest
