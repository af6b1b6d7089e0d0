// What an answer of the server says about its limit.

package ratelimit

import "time"

// A Limit is a number of requests in any window of a length, such as 190/10s.
type Limit struct {
	N   int
	Per time.Duration
}

// An Answer is what came of one request, as far as the limit is concerned.
type Answer struct {
	Limit     Limit         // from the answer's headers; zero when absent or nonsense
	Remaining int           // requests left in the window; -1 when the answer doesn't say
	Refused   bool          // the limit refused the request
	Daily     bool          // with Refused: the quota of the day is exhausted
	Wait      time.Duration // how long the server asks to wait, 0 when it doesn't say
}
