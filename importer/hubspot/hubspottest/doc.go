// What this package is for, and how far it can be believed.

// Package hubspottest is a HubSpot account in memory: an [http.Handler] and an [http.RoundTripper] that takes the CRM
// requests of a loader, knows the truth about every record, and goes wrong on request.
//
//	account := hubspottest.New(hubspottest.Config{})
//	client := &http.Client{Transport: account} // or httptest.NewServer(account)
//	// ... run your own code with it, then ask the account what really happened:
//	for _, entry := range account.Inspect("line_items") { ... }
//
// # What it serves
//
// For line_items, deals, the other standard object types and custom ones (2-123), under v3 and the dated versions 2025-09,
// 2026-03, 2026-09 and, where it exists, 2026-09-beta: batch/create, batch/read, batch/update, batch/archive and search;
// the list of properties and of their groups, one property, the creation of one; the validation rules of properties;
// batch/read of associations and the association types of a pair of object types (v4 and dated); owners, pipelines and tax
// rates; account details and daily usage; the token endpoints with the refresh_token
// grant. Everything else is a 404. Some paths do not exist under some versions, as with HubSpot: there is no token
// endpoint of 2025-09.
//
// # Associations
//
// They are made with a record, by batch/create, and are found from both sides, each with its own type: 20 from a line
// item to its deal, 19 from the deal. Archived records have none. A target that is not a record of the account (see
// [AcceptTargets]) still has the records that point to it. Associations whose type does not say what the target is are
// not found: those that neither HubSpot nor the account's [Config] defines.
//
// # Search
//
// It knows the filters EQ and IN; it does not know sorting and full text. It has a limit of its own, and no headers of any
// limit. Whether a search counts for the daily quota is not established: here it does not.
//
// # How true it is
//
// It is written from HubSpot's published descriptions and from recorded and reported answers. No live account was asked.
// The zero [Config] is what HubSpot documents; each fact names its source where it is implemented. What is reported otherwise,
// or what nobody outside can decide, is a switch in [Quirks], so that code can be tested against each reading. A pass here
// proves nothing about the points that are switches.
//
// Made up, because HubSpot's are not published: the codes VALUE_TOO_LONG, NUMBER_TOO_SMALL, INVALID_PRICING and
// PROPERTY_VALIDATION_*; the type ids from discounts and upcoming subscriptions to line items. Not established about
// associations: the wording of the error for a record without any, and that one which does not exist is answered in the
// same way ([Quirks] has another reading); their order, which is that of the ids; that the same input twice is answered
// once. That an input of a batch is merged before its unique values are compared is inferred.
//
// It is stricter than HubSpot is known to be in three things: a JSON object that repeats a member is refused; so is a
// paging cursor of associations that was not given for the same record; and to read associations a token needs the read
// scopes of both types.
//
// Definitions are known for line items, deals, products and the e-mail address of contacts. Any other type is open: each
// property name is a text there, until [Account.AddProperty] defines it. Property history is accepted in a read and not
// answered.
//
// # Repeatable
//
// The order of results, faults and latencies come from [Config.Seed] and the number of the request, so that requests
// sent one after the other meet the same account each time. Everything follows the clock of package time and so
// also runs in a testing/synctest bubble. A fault that closes the connection panics with [http.ErrAbortHandler], as
// net/http wants it; [Account.RoundTrip] turns that into an error.
//
// All methods may be called concurrently.
package hubspottest
