// The request that archives records.

package hubspot

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hubload/hubload/importer/api"
)

// Archive asks in one request to archive records by their ids, and says what its answer
// proves; see [api.API]. HubSpot answers 204 without a body, for unknown ids too. It
// panics unless there are 1 to 100 ids.
func (c *Client) Archive(ctx context.Context, ids []string) (a api.Answer) {
	body, err := inputsBody("archive", ids)
	if err != nil {
		return failed(api.Impossible, codeInvalidUTF8, err)
	}
	c.send(ctx, http.MethodPost, c.objectPath("batch/archive"), newBody(body), func(r *response) {
		a = r.writeAnswer(func() api.Answer {
			if r.err != nil || r.status != http.StatusNoContent {
				return failed(api.Unknown, codeUnreadable, fmt.Errorf("HubSpot doesn't answer an archive with status %d", r.status))
			}
			return api.Answer{Outcome: api.Answered}
		}, nil)
	})
	return a
}
