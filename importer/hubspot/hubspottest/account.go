// The account itself: how one is made and changed, and its details.

package hubspottest

import (
	"cmp"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// An Account is a HubSpot account in memory. Make one with [New].
type Account struct {
	config  Config // as given, with the defaults filled in; never written after New
	quirks  atomic.Pointer[Quirks]
	arrived atomic.Int64
	faults  faults
	tokens  tokens
	limiter limiter
	log     requestLog
	delayed delayedWork

	searchLimiter limiter

	mu     sync.Mutex
	tables map[string]*table // by the type's name
	links  map[ref][]link    // what each record is associated with
}

// New makes an account. It panics when a fault of the configuration does not exist or does not say when it applies.
func New(c Config) *Account {
	c.Account = cmp.Or(c.Account, 4242)
	c.Currency = cmp.Or(c.Currency, "USD")
	c.Per = cmp.Or(c.Per, 10*time.Second)
	if c.AssociationPage < 1 {
		c.AssociationPage = 500
	}
	c.OAuth.Lifetime = cmp.Or(c.OAuth.Lifetime, 30*time.Minute)
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Owners == nil {
		c.Owners = defaultOwners
	}
	if c.TaxRates == nil {
		c.TaxRates = defaultTaxRates
	}
	if c.Pipelines == nil {
		c.Pipelines = defaultPipelines
	}
	a := &Account{config: c, tables: make(map[string]*table), links: make(map[ref][]link)}
	a.quirks.Store(&c.Quirks)
	a.SetFaults(c.Faults...)
	a.tokens.init(c)
	a.limiter.init(c)
	a.searchLimiter.init(Config{Limit: c.Searches, Per: time.Second, Location: c.Location, Account: c.Account})
	a.delayed.init()
	return a
}

// SetQuirks replaces the account's quirks, but for ExactUnique, which stays as it was given to [New].
// Requests that are under way keep the old ones.
func (a *Account) SetQuirks(q Quirks) {
	q.Reverts = slices.Clone(q.Reverts)
	a.quirks.Store(&q)
}

// SetFaults replaces the account's faults and starts their counting anew; without arguments it removes them.
// It panics as [New] does.
func (a *Account) SetFaults(faults ...Fault) { a.faults.set(faults) }

// details answers what the account says about itself.
func (a *Account) details(*call) *response {
	now := time.Now().In(a.config.Location)
	_, offset := now.Zone()
	return answerJSON(http.StatusOK, struct {
		PortalID           int64    `json:"portalId"`
		AccountType        string   `json:"accountType"`
		TimeZone           string   `json:"timeZone"`
		CompanyCurrency    string   `json:"companyCurrency"`
		Additional         []string `json:"additionalCurrencies"`
		UTCOffset          string   `json:"utcOffset"`
		OffsetMilliseconds int64    `json:"utcOffsetMilliseconds"`
		UIDomain           string   `json:"uiDomain"`
		DataLocation       string   `json:"dataHostingLocation"`
	}{
		a.config.Account, "DEVELOPER_TEST", a.config.Location.String(), a.config.Currency,
		[]string{},
		now.Format("-07:00"), int64(offset) * 1000, "app.hubspot.com", "na1",
	})
}
