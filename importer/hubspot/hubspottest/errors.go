// Bodies of HubSpot's errors.

package hubspottest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// wireError is the body of an answer that refuses a whole request.
type wireError struct {
	Status        string              `json:"status"`
	Message       string              `json:"message"`
	CorrelationID string              `json:"correlationId"`
	Errors        []wireDetail        `json:"errors,omitempty"`
	Links         map[string]string   `json:"links,omitempty"`
	Context       map[string][]string `json:"context,omitempty"`
	Category      string              `json:"category,omitempty"`
	SubCategory   string              `json:"subCategory,omitempty"`
}

type wireDetail struct {
	Message string              `json:"message"`
	Code    string              `json:"code,omitempty"`
	Context map[string][]string `json:"context,omitempty"`
}

// encode marshals what the package itself composed, which cannot fail.
func encode(v any) []byte {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic("hubspottest: " + err.Error())
	}
	return b
}

func answerJSON(status int, v any) *response { return &response{status: status, body: encode(v)} }

func (c *call) refuse(status int, e wireError) *response {
	e.Status, e.CorrelationID = "error", c.correlation
	return answerJSON(status, e)
}

func (c *call) fail(status int, category, message string) *response {
	return c.refuse(status, wireError{Category: category, Message: message})
}

func (c *call) unauthenticated() *response {
	return c.fail(http.StatusUnauthorized, "INVALID_AUTHENTICATION", "Authentication credentials not found. This API supports OAuth 2.0 authentication "+
		"and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview")
}

func (c *call) expired(since time.Time) *response {
	return c.refuse(http.StatusUnauthorized, wireError{
		Category: "EXPIRED_AUTHENTICATION",
		Message:  "The OAuth token used to make this call expired " + strconv.Itoa(int(c.arrived.Sub(since).Seconds())) + " second(s) ago.",
		Context:  map[string][]string{"expire time": {since.UTC().Format(isoTime)}},
	})
}

func (c *call) missingScopes(need []string) *response {
	const page = "https://developers.hubspot.com/scopes"
	return c.refuse(http.StatusForbidden, wireError{
		Category: "MISSING_SCOPES",
		Message:  "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: " + page + ".",
		Errors: []wireDetail{{
			Message: "One or more of the following scopes are required.",
			Context: map[string][]string{"requiredGranularScopes": need},
		}},
		Links: map[string]string{"scopes": page},
	})
}

// wireLimited is the body of a 429, which is built unlike the other errors.
type wireLimited struct {
	Status        string `json:"status"`
	Message       string `json:"message"`
	ErrorType     string `json:"errorType"`
	CorrelationID string `json:"correlationId"`
	PolicyName    string `json:"policyName"`
	GroupName     string `json:"groupName,omitempty"`
	RequestID     string `json:"requestId,omitempty"`
}

func (c *call) limitedTenSecondly(account int64) *response {
	return answerJSON(http.StatusTooManyRequests, wireLimited{
		Status: "error", Message: "You have reached your ten_secondly_rolling limit.", ErrorType: "RATE_LIMIT", CorrelationID: c.correlation,
		PolicyName: "TEN_SECONDLY_ROLLING", GroupName: "publicapi:private-app-api-calls-ten-secondly:" + strconv.FormatInt(account, 10),
	})
}

// limitedSecondly refuses a search.
func (c *call) limitedSecondly() *response {
	return answerJSON(http.StatusTooManyRequests, wireLimited{
		Status: "error", Message: "You have reached your secondly limit.", ErrorType: "RATE_LIMIT", CorrelationID: c.correlation, PolicyName: "SECONDLY",
	})
}

func (c *call) limitedDaily() *response {
	return answerJSON(http.StatusTooManyRequests, wireLimited{
		Status: "error", Message: "You have reached your daily limit.", ErrorType: "RATE_LIMIT", CorrelationID: c.correlation,
		PolicyName: "DAILY", RequestID: uuid(c.rng),
	})
}
