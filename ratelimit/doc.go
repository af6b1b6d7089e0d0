// The limiter: a queue of callers that wait for slots.

// Package ratelimit keeps the requests of a process within a limit of N requests
// in any window of a length, when it is the server that knows the limit.
//
// A [Limiter] learns the limit from the server's answers. Before each request a
// worker takes a slot with [Limiter.Acquire], calls [Slot.Sent] right before the
// request leaves, and hands in with [Slot.Done] what the answer said. In return:
//
//   - The first request goes alone; its answer says how large the window is, and
//     how much of it others (or an earlier process) have used up.
//   - Alone on the limit, requests leave in bursts, at up to four times the even
//     rate, so that a job that fits into a window isn't drawn out over it. No
//     window at the server ever holds more than N as long as no request travels
//     more than 50 ms longer than another; two slots are kept free for later ones.
//   - When answers show that other clients use the limit too, requests are spaced
//     evenly, at a rate that settles where some slots stay free. After a minute without
//     a sign of them the bursts come back.
//   - A refusal pauses everybody for as long as the server asked; if it didn't ask,
//     for a second, then for twice as long, up to the length of the window. Then a
//     single request goes. A server that keeps refusing is asked at most once a
//     second.
//   - A server that refuses more than its headers say (some count in whole seconds)
//     is assumed to have a window that is up to a fifth longer.
//
// A server that never states a limit is assumed to have one of 100 requests in 10
// seconds, or [Options.Cap]. Whatever a server claims, at least one request a second is
// let through, except while it refuses.
//
// Processes that are given one [Store] share a window: each sees what the others have
// sent, all of them keep to one limit, and they take turns. Without one, a limiter
// knows nothing of other processes but what answers show. What is stored has the ages
// of requests and not their times, so that a clock that is set forward or back misleads
// nobody who looks often; one that is set forward while nobody looks may cost a few
// refusals, and one that is set back at most a window.
//
// The package neither sends nor repeats requests.
//
// # How near it comes to the limit
//
// The makespan of whole imports over the least possible time, in simulated time at 190
// requests in 10 s, medians of five seeds
// (go test ./importer -run TestMakespan -makespan.seeds 5 -v):
//
//	batches                                         an answer takes   makespan   refused
//	1,000                                           0.4 s             1.022      0
//	10,000                                          0.05 s            1.011      0
//	10,000                                          0.4 s             1.019      0
//	10,000, some requests 2 s late on their way     0.4 s             1.073      0.02 %
//	10,000                                          3 s               1.025      0
//	10,000                                          10 s              1.047      0
//	10,000, another client takes 30 %               0.4 s             1.146      0.18 %
//	10,000, the server counts in whole seconds      0.4 s             1.133      0.02 %
//	4 x 2,500 on one host, with a shared Store      0.4 s             1.000      0
//	4 x 2,500 on four hosts                         0.4 s             1.028      0.22 %
package ratelimit
