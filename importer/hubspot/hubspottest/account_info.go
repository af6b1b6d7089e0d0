// What the account says about itself: its details and how much of its daily quota is used.

package hubspottest

import (
	"net/http"
	"time"
)

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

func (a *Account) usage(c *call) *response {
	used, resets := a.limiter.usage()
	limit := a.config.Daily
	if limit == 0 {
		limit = 1_000_000 // what an enterprise account has
	}
	type result struct {
		Name        string `json:"name"`
		Limit       int64  `json:"usageLimit"`
		Current     int64  `json:"currentUsage"`
		CollectedAt string `json:"collectedAt"`
		FetchStatus string `json:"fetchStatus"`
		ResetsAt    string `json:"resetsAt"`
	}
	return answerJSON(http.StatusOK, map[string][]result{"results": {{
		"private-apps-api-calls-daily", limit, used,
		c.arrived.UTC().Format(isoTime), "SUCCESS", resets.UTC().Format(isoTime),
	}}})
}
