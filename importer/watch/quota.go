// What is left of an account's daily quota, for the metrics.

package watch

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/rundir"
)

// A quota is what HubSpot said of an account's use of its daily quota.
type quota struct {
	Asked     time.Time `json:"asked"`
	Known     bool      `json:"known"` // accounts without a daily quota, and tokens of apps, get no answer
	Remaining int64     `json:"remaining"`
	ResetsAt  time.Time `json:"resets_at,omitzero"`
}

const (
	quotaName    = "quota.json"
	quotaAge     = time.Hour // how long an answer serves looks that send nothing
	quotaTimeout = 10 * time.Second
)

// quotaOf returns what is left of an account's daily quota. It is asked after a look that
// has sent something, otherwise once an hour: it costs a request. An account that doesn't
// answer is no error.
func (w *Watcher) quotaOf(ctx context.Context, drop *Drop, sent bool) quota {
	path := filepath.Join(w.StateOf(drop), quotaName)
	now := time.Now().UTC()
	var last quota
	if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &last) == nil {
		fresh := now.Sub(last.Asked) < quotaAge && !last.Asked.After(now) && (last.ResetsAt.IsZero() || now.Before(last.ResetsAt))
		if fresh && !sent {
			return last
		}
	}
	next := w.askQuota(ctx, drop)
	next.Asked = now
	if data, err := json.Marshal(next); err == nil {
		_ = atomicfile.WriteFile(path, data) // without it the next look asks again
	}
	return next
}

func (w *Watcher) askQuota(ctx context.Context, drop *Drop) quota {
	ctx, cancel := context.WithTimeout(ctx, quotaTimeout)
	defer cancel()
	a := w.account(drop)
	account, err := w.Connect(ctx, a, rundir.Endpoint{
		BaseURL: strings.TrimRight(cmp.Or(a.BaseURL, w.Import.BaseURL, rundir.DefaultBaseURL), "/"),
		Version: cmp.Or(a.APIVersion, w.Import.Version, "v3"), Object: cmp.Or(drop.Object, "line_items"),
	})
	if err != nil {
		return quota{}
	}
	u, err := account.DailyUsage(ctx)
	if err != nil || u.Limit == 0 {
		return quota{}
	}
	return quota{Known: true, Remaining: max(u.Limit-u.Current, 0), ResetsAt: u.ResetsAt}
}

// noteQuota notes the daily quota of the account of these drops, for the metrics.
func (w *Watcher) noteQuota(ctx context.Context, l *look, drops []*Drop) {
	account := drops[0].Account
	if w.Metrics == "" || l.isDenied(account) {
		return
	}
	l.mu.Lock()
	sent := l.sent[account]
	l.mu.Unlock()
	q := w.quotaOf(ctx, drops[0], sent)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quotas[account] = q
}
