// What a simulated run meets, drawn from its seed: the input, the account and its quirks, the network, the deaths.

package importer_test

import (
	"math/rand/v2"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/ratelimit"
)

const simKey = "migration_key"

// A simPlan is everything about a run that is chosen before it begins.
type simPlan struct {
	seed    uint64
	rows    int
	batch   int
	workers int // 0 adapts
	key     bool
	oauth   bool
	wait    bool // through the end of a daily quota
	noisy   int  // processes that things happen to; those after them are left in peace
	deadly  float64
	timeout time.Duration
	limit   ratelimit.Options
	account hubspottest.Config
	net     simNet
	dooms   []doom // of the first processes; with any, nothing is left to chance

	// strict: nothing excuses a window at the account with more requests than
	// its limit. Requests arrive within the 50 ms of each other that package
	// ratelimit asks for, the limit is known or above the one assumed, and
	// a process starts when the window holds nothing of the one before.
	strict bool

	twins float64 // share of rows that send what another row sends; without a key

	unfit, wrong, held float64 // shares of rows: not sent, refused by the account, there before

	match    bool    // rows lead to deals and products by values of theirs
	numbered bool    // and are numbered within their deals
	lost     float64 // share of rows that lead nowhere, with match
}

// A simNet says how likely a request meets which trouble on its way.
type simNet struct {
	refused   float64 // no connection
	cut       float64 // the connection is lost within the request's body
	lastByte  float64 // it is lost when all was handed over, and the server has not got it
	lost      float64 // it is lost while the server works on
	cutAnswer float64 // it is lost within the answer
	slow      float64 // the answer takes long, maybe longer than the client's patience
	stall     float64 // the answer's second half does
	stuck     float64 // the request arrives long after it was sent
	replay    float64 // the request is carried out twice
	prompt    bool    // all requests take about equally long to arrive
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

func upTo(r *rand.Rand, d time.Duration) time.Duration {
	return 1 + time.Duration(r.Int64N(int64(d)))
}

func newSimPlan(seed uint64) simPlan {
	r := rand.New(rand.NewPCG(seed, 1))
	p := simPlan{
		seed:    seed,
		rows:    200 + r.IntN(401),
		batch:   pick(r, 1+r.IntN(5), 1+r.IntN(30), 1+r.IntN(100), 100),
		workers: pick(r, 0, 1, 1, 2, 3, 5, 8, 16),
		key:     chance(r, 0.5),
		oauth:   chance(r, 0.2),
		wait:    chance(r, 0.5),
		noisy:   1 + r.IntN(9),
		deadly:  pick(r, 0, 0.3, 0.6, 0.9),
		timeout: pick(r, 20*time.Second, 120*time.Second),
		unfit:   pick(r, 0, 0.01, 0.1),
		wrong:   pick(r, 0, 0.01, 0.05, 0.4),
	}
	p.drawAccount(r)
	p.drawNet(r)
	p.drawFaults(r)
	if p.key {
		p.held = pick(r, 0, 0.02, 0.3)
	}
	p.strict = p.account.Limit > 0 && p.net.prompt && chance(r, 0.7)
	p.drawLinks(r) // so late that what was drawn before is what it always was
	if !p.key && !p.match {
		p.twins = pick(r, 0, 0.05, 0.3, 0.9)
	}
	return p
}

func (p *simPlan) drawLinks(r *rand.Rand) {
	if p.match = chance(r, 0.4); !p.match {
		return
	}
	p.numbered = chance(r, 0.5)
	p.lost = pick(r, 0, 0.02, 0.2)
	p.account.Searches = pick(r, 0, 5, 5)
	p.account.Quirks.SearchExact = chance(r, 0.3)
	p.account.Quirks.SearchLag = upTo(r, 20*time.Second)
	if p.account.Daily > 0 {
		p.account.Daily += int64(2 * p.rows) // a process asks again for what it needs
	}
}

func (p *simPlan) drawAccount(r *rand.Rand) {
	a := &p.account
	a.Seed = p.seed
	a.Latency = upTo(r, pick(r, 50*time.Millisecond, 500*time.Millisecond, 3*time.Second))
	a.Jitter = upTo(r, pick(r, time.Millisecond, 500*time.Millisecond, 10*time.Second))
	a.Gzip = chance(r, 0.2)
	switch r.IntN(4) {
	case 0: // no limit, and no word of one
	case 1:
		a.Limit, a.Per = 10+r.IntN(40), 2*time.Second
		p.limit.Cap = ratelimit.Limit{N: a.Limit, Per: a.Per}
	default:
		a.Limit, a.Per = 100+r.IntN(91), 10*time.Second
		p.limit.Share = pick(r, 0, 0, 50, 90)
	}
	a.Penalise, a.Coarse = chance(r, 0.3), chance(r, 0.2)
	if chance(r, 0.1) {
		a.Daily = 100 + r.Int64N(400)
		if p.key {
			// A process asks again for every row in doubt. When a day is too
			// short for that, no day brings the end nearer.
			a.Daily += int64(2 * p.rows)
		}
	}
	if p.oauth {
		a.OAuth = hubspottest.OAuth{RefreshToken: "the refresh token", Lifetime: 2*time.Minute + upTo(r, 28*time.Minute)}
	}

	// Left out is Reverts for the property that is the key: a value that is
	// gone after the create is enforced by nobody, and nothing can be found by
	// it, so that the key is none. Who has such a property must not name it.
	q := &a.Quirks
	q.EchoTrace = chance(r, 0.5)
	q.NoTraceInErrors = chance(r, 0.1)
	q.WholeBatch = chance(r, 0.25)
	q.SilentEmpty = chance(r, 0.2)
	q.Numbers = chance(r, 0.2)
	q.UnknownMembers = chance(r, 0.2)
	q.Targets = pick(r, hubspottest.AcceptTargets, hubspottest.RefuseRow, hubspottest.RefuseBatch)
	if chance(r, 0.2) {
		q.Reverts = []string{"price"}
	}
	q.JoinErrors = chance(r, 0.1)
	q.NoMultiStatus = chance(r, 0.1)
	q.InOrder = chance(r, 0.3)
	q.ValuesAsSent = chance(r, 0.3)
	q.Merge = pick(r, hubspottest.MergeEntries, hubspottest.MergeProperties, hubspottest.MergeNothing)
	if !p.key {
		// NotAtomic is left out here: a refusal that created rows is a false
		// answer, and without a key no later one could correct it.
		return
	}
	q.NotAtomic = chance(r, 0.3)
	q.Conflict = pick(r, hubspottest.ConflictRow, hubspottest.Conflict409, hubspottest.Conflict400)
	q.ExactUnique = chance(r, 0.5)
	if chance(r, 0.2) {
		// Not more: what the engine can't read after five seconds it takes
		// for lost, and stops.
		q.ReadLag = upTo(r, 4*time.Second)
	}
}

func (p *simPlan) drawNet(r *rand.Rand) {
	level := pick(r, 0, 0.01, 0.03, 0.08)
	some := func() float64 {
		if chance(r, 0.4) {
			return 0
		}
		return level * r.Float64()
	}
	p.net = simNet{
		refused: some(), cut: some(), lastByte: some(), lost: some(), cutAnswer: some(),
		slow: some(), stall: some(), stuck: some(), prompt: chance(r, 0.5),
	}
	if p.key {
		// Without a key nothing below HTTP may replay a request: there is no
		// protocol that survives that.
		p.net.replay = some()
	}
	if p.net.prompt {
		p.net.stuck, p.net.replay = 0, 0
	}
}

func (p *simPlan) drawFaults(r *rand.Rand) {
	var names []string
	for name := range hubspottest.FaultNames() {
		// A 409 that nobody's key has caused is a false answer. It does no
		// harm alone, but a copy of the request that is carried out later
		// makes it a lie about a row that exists.
		if name == "409" && p.net.replay > 0 {
			continue
		}
		names = append(names, name)
	}
	for range r.IntN(5) {
		f := hubspottest.Fault{Name: pick(r, names...), All: chance(r, 0.2)}
		switch r.IntN(4) {
		case 0:
			f.Every = 5 + r.IntN(60)
		case 1:
			f.Next = 1 + r.IntN(25)
		default:
			f.Probability = pick(r, 0.002, 0.01, 0.03, 0.2)
		}
		switch f.Name {
		case "slow", "late-commit", "late-504":
			f.Delay = upTo(r, pick(r, 5*time.Second, 200*time.Second))
		case "477":
			f.Delay = upTo(r, pick(r, time.Minute, 2*time.Hour))
		}
		p.account.Faults = append(p.account.Faults, f)
	}
}
