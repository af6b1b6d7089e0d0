// Tests of the account as a RoundTripper.

package hubspottest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := hubspottest.New(hubspottest.Config{Gzip: true, Latency: 100 * time.Millisecond})
		client := &http.Client{Transport: account}
		send := func(timeout time.Duration) (int, string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hubspot.test"+createPath, strings.NewReader(rows(2)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer any")
			resp, err := client.Do(r)
			if err != nil {
				return 0, "", err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			return resp.StatusCode, string(body), err
		}
		start := time.Now()
		if status, body, err := send(time.Hour); status != 201 || !strings.Contains(body, `"COMPLETE"`) || err != nil || time.Since(start) != 100*time.Millisecond {
			t.Errorf("%d %q %v after %v", status, body, err, time.Since(start))
		}
		for name, want := range map[string]struct {
			err     error
			created int
		}{
			"hangup-before": {io.ErrUnexpectedEOF, 0}, "hangup-after": {io.ErrUnexpectedEOF, 2}, "truncated": {io.ErrUnexpectedEOF, 2}, "broken-gzip": {nil, 2},
		} {
			before := account.Len("line_items")
			account.SetFaults(hubspottest.Fault{Name: name, Next: 1})
			_, _, err := send(time.Hour)
			if err == nil || want.err != nil && !errors.Is(err, want.err) || account.Len("line_items") != before+want.created {
				t.Errorf("%s: %v, %d records more", name, err, account.Len("line_items")-before)
			}
		}
		// A client that gives up after its request has left: the account carries it out all the same.
		before := account.Len("line_items")
		if _, _, err := send(10 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second)
		if account.Len("line_items") != before+2 {
			t.Errorf("%d records more", account.Len("line_items")-before)
		}
	})
}
