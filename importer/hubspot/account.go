// The account: which one it is, and its daily quota.

package hubspot

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// Account asks which account the token belongs to. Its errors are [*Error].
func (c *Client) Account(ctx context.Context) (api.Account, error) {
	var answer struct {
		api.Account
		Number number `json:"portalId"`
	}
	err := c.read(ctx, http.MethodGet, c.accountPath("details"), nil, &answer, nil)
	a := answer.Account
	a.PortalID = int64(answer.Number)
	if err == nil && a.PortalID <= 0 {
		err = &Error{Status: http.StatusOK, Err: errors.New("the answer names no account")}
	}
	return a, err
}

// DailyUsage asks for the account's use of its daily quota. Its errors are
// [*Error]; accounts without a daily quota may well answer 403 or 404.
func (c *Client) DailyUsage(ctx context.Context) (api.Usage, error) {
	var answer struct {
		Results list[struct {
			Limit    number `json:"usageLimit"`
			Current  number `json:"currentUsage"`
			ResetsAt moment `json:"resetsAt"`
		}] `json:"results"`
	}
	if err := c.read(ctx, http.MethodGet, c.accountPath("api-usage/daily/private-apps"), nil, &answer, nil); err != nil {
		return api.Usage{}, err
	}
	for _, u := range answer.Results {
		if u.Limit > 0 {
			return api.Usage{Limit: int64(u.Limit), Current: int64(u.Current), ResetsAt: time.Time(u.ResetsAt)}, nil
		}
	}
	return api.Usage{}, &Error{Status: http.StatusOK, Err: errors.New("the answer names no daily limit")}
}

// A moment is a time as HubSpot writes it, RFC 3339 or milliseconds since 1970;
// anything else is the zero time.
type moment time.Time

func (m *moment) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '"' {
		var s string
		err := readString(dec, &s)
		t, _ := time.Parse(time.RFC3339, s)
		*m = moment(t)
		return err
	}
	var ms number
	err := ms.UnmarshalJSONFrom(dec)
	if ms > 0 {
		*m = moment(time.UnixMilli(int64(ms)))
	}
	return err
}
