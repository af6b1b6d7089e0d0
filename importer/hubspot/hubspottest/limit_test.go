// Tests of the rate limit, the daily quota and the latency, in a bubble whose clock stands still while the account works.

package hubspottest_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// pattern sends a create at each of the given milliseconds and says which were refused: "." in, "x" refused.
func pattern(t *testing.T, config hubspottest.Config, at ...int) (s string) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, config)
		start := time.Now()
		for _, ms := range at {
			time.Sleep(time.Until(start.Add(time.Duration(ms) * time.Millisecond)))
			switch a := c.create(rows(1)); a.status {
			case 201:
				s += "."
			case 429:
				s += "x"
			default:
				t.Fatalf("status %d", a.status)
			}
		}
	})
	return s
}

func TestWindow(t *testing.T) {
	rolling := hubspottest.Config{Limit: 2, Per: time.Second}
	penalising := rolling
	penalising.Penalise = true
	coarse := rolling
	coarse.Coarse = true
	for _, x := range []struct {
		name   string
		config hubspottest.Config
		at     []int
		want   string
	}{
		{"at once", rolling, []int{0, 0, 0}, "..x"},
		{"half open", rolling, []int{0, 0, 999, 1000, 1000, 1000}, "..x..x"},
		{"rolling, not fixed", rolling, []int{900, 900, 1100, 1899, 1900}, "..xx."},
		{"refusals do not count", rolling, []int{0, 0, 500, 600, 1000, 1000}, "..xx.."},
		{"refusals count", penalising, []int{0, 0, 500, 600, 1000, 1100, 1599, 2600}, "..xxxxx."},
		{"whole seconds", coarse, []int{100, 900, 1100, 1900, 2000, 2000}, "..xx.."},
		{"no limit", hubspottest.Config{}, make([]int, 50), ".................................................."},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := pattern(t, x.config, x.at...); got != x.want {
				t.Errorf("at %v: %s, want %s", x.at, got, x.want)
			}
		})
	}
}

// TestWindowAgainstItsDefinition sends at random and checks each decision by counting.
func TestWindowAgainstItsDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, per = 7, time.Second
		c := bare(t, hubspottest.Config{Limit: limit, Per: per})
		rng := rand.New(rand.NewPCG(1, 2))
		var taken, all []time.Time
		within := func(list []time.Time, now time.Time) (n int) {
			for _, at := range list {
				if now.Sub(at) < per {
					n++
				}
			}
			return n
		}
		refused, most := 0, 0
		for range 3000 {
			time.Sleep(time.Duration(rng.ExpFloat64() * float64(per) / (limit * 1.3)))
			now := time.Now()
			a := c.create(rows(1))
			before := within(taken, now)
			if (a.status == 429) != (before >= limit) {
				t.Fatalf("status %d with %d requests in the window", a.status, before)
			}
			if a.status == 429 {
				refused++
			} else {
				taken = append(taken, now)
			}
			all = append(all, now)
			most = max(most, within(all, now))
		}
		if refused == 0 || refused > 2000 {
			t.Errorf("%d refusals: the test tests nothing", refused)
		}
		if got := c.account.MaxInWindow(); got != most {
			t.Errorf("MaxInWindow is %d, want %d", got, most)
		}
	})
}

func TestRateHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Limit: 110, Daily: 500})
		check := func(a answer, want map[string]string) {
			t.Helper()
			for name, value := range want {
				if got := a.header.Get(name); got != value {
					t.Errorf("%s: %q, want %q", name, got, value)
				}
			}
		}
		check(c.create(rows(1)), map[string]string{
			"x-hubspot-ratelimit-interval-milliseconds": "10000", "x-hubspot-ratelimit-max": "110", "x-hubspot-ratelimit-remaining": "109",
			"x-hubspot-ratelimit-secondly": "11", "x-hubspot-ratelimit-secondly-remaining": "10",
			"x-hubspot-ratelimit-daily": "500", "x-hubspot-ratelimit-daily-remaining": "499",
		})
		for range 109 {
			c.create(rows(1)).want(t, 201)
		}
		a := c.create(rows(1)).want(t, 429)
		check(a, map[string]string{"x-hubspot-ratelimit-remaining": "0", "x-hubspot-ratelimit-daily-remaining": "390"})
		r := a.refusal(t)
		if r.PolicyName != "TEN_SECONDLY_ROLLING" || r.Message != "You have reached your ten_secondly_rolling limit." || r.Category != "" {
			t.Errorf("refusal %+v", r)
		}
		if n := c.account.Len("line_items"); n != 110 {
			t.Errorf("%d records", n)
		}
	})
	a := serve(t, hubspottest.Config{}).create(rows(1)).want(t, 201)
	for name := range a.header {
		if len(name) > 19 && name[:19] == "X-Hubspot-Ratelimit" {
			t.Errorf("an account without limits sends %s", name)
		}
	}
}

func TestDailyQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The bubble begins at midnight UTC, which is 09:00 here: the quota is fresh again after 15 hours.
		zone := time.FixedZone("Asia/Tokyo", 9*3600)
		c := bare(t, hubspottest.Config{Daily: 3, Location: zone})
		for range 3 {
			c.create(rows(1)).want(t, 201)
		}
		r := c.create(rows(1)).want(t, 429).refusal(t)
		if r.PolicyName != "DAILY" || r.Message != "You have reached your daily limit." {
			t.Errorf("refusal %+v", r)
		}
		time.Sleep(15*time.Hour - time.Millisecond)
		c.create(rows(1)).want(t, 429)
		time.Sleep(time.Millisecond)
		var usage struct {
			Results []struct {
				Name, CollectedAt, FetchStatus, ResetsAt string
				UsageLimit, CurrentUsage                 int64
			}
		}
		c.get("/account-info/v3/api-usage/daily/private-apps").want(t, 200).read(t, &usage)
		u := usage.Results[0]
		if u.Name != "private-apps-api-calls-daily" || u.UsageLimit != 3 || u.CurrentUsage != 1 || u.ResetsAt != "2000-01-02T15:00:00.000Z" {
			t.Errorf("usage %+v", u)
		}
		c.create(rows(1)).want(t, 201)
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Latency: 100 * time.Millisecond, Jitter: 50 * time.Millisecond})
		var least, most time.Duration = time.Hour, 0
		for range 200 {
			start := time.Now()
			c.create(rows(1)).want(t, 201)
			d := time.Since(start)
			least, most = min(least, d), max(most, d)
		}
		if least < 100*time.Millisecond || least > 105*time.Millisecond || most > 150*time.Millisecond || most < 145*time.Millisecond {
			t.Errorf("between %v and %v", least, most)
		}
	})
}

// TestClientThatGivesUp: what has arrived is carried out, although nobody waits for the answer.
func TestClientThatGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Latency: 10 * time.Second})
		start := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.create(rows(1))
		}()
		time.Sleep(5*time.Second - time.Nanosecond)
		synctest.Wait()
		if n := c.account.Len("line_items"); n != 0 {
			t.Errorf("%d records in the first half of the latency", n)
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if n := c.account.Len("line_items"); n != 1 {
			t.Errorf("%d records in the second half of the latency", n)
		}
		<-done
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("answered after %v", d)
		}
	})
}

func TestUnauthorisedRequestsDoNotCount(t *testing.T) {
	c := serve(t, hubspottest.Config{Limit: 1, Tokens: []string{"right"}})
	c.token = "wrong"
	for range 3 {
		c.create(rows(1)).want(t, http.StatusUnauthorized)
	}
	c.token = "right"
	c.create(rows(1)).want(t, 201)
	if n := c.account.MaxInWindow(); n != 1 {
		t.Errorf("MaxInWindow %d", n)
	}
}
