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
// batch/create, batch/read and batch/archive; the list of properties, one property, and the creation of one;
// account details and daily usage; the token endpoints with the refresh_token grant. Everything else is a 404.
//
// # How true it is
//
// It is written from HubSpot's published descriptions and from recorded and reported answers, and no live portal
// was asked. What is documented or was recorded is the default. What nobody outside knows for sure is a switch in
// [Quirks], so that code can be tested against each of the possible worlds. A pass here proves nothing about the
// points that are switches. Where HubSpot's codes are not known (VALUE_TOO_LONG, NUMBER_TOO_SMALL), they are made up.
//
// It is stricter than HubSpot in one thing: a JSON object that repeats a member is refused.
//
// Definitions are known for line items and deals. Any other type is plain: each property name is a string there,
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
