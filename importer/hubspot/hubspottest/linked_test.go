// Tests of the index behind associations: it says what the records say, also while they come and go.

package hubspottest_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestAssociationsSayWhatTheRecordsSay creates and archives at random and compares each deal's line items with the truth.
func TestAssociationsSayWhatTheRecordsSay(t *testing.T) {
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 1))
		c := bare(t, hubspottest.Config{Quirks: hubspottest.Quirks{NotAtomic: seed%2 == 0}})
		deal := func() string { return strconv.Itoa(1 + rng.IntN(20)) }
		for range 30 {
			var list []string
			for range 1 + rng.IntN(10) {
				switch rng.IntN(8) {
				case 0:
					list = append(list, untraced("nonsense", "refuses the batch"))
				case 1:
					list = append(list, to(68, deal()))
				case 2:
					list = append(list, to(20, deal(), deal(), deal()))
				default:
					list = append(list, to(20, deal()))
				}
			}
			c.create(inputs(list...))
			c.post(archivePath, ids(strconv.Itoa(900000000001+rng.IntN(100)))).want(t, 204)
		}
		var want []string
		var body []string
		for i := range 20 {
			body = append(body, strconv.Itoa(i+1))
		}
		for o := range c.account.Objects("line_items") {
			for _, a := range o.Associations {
				if !o.Archived && a.ToType == "deals" {
					want = append(want, a.ToID+">"+o.ID+":19")
				}
			}
		}
		slices.Sort(want)
		want = slices.Compact(want)
		got := associations[int64](t, c.post(dealsPath, ids(body...))).flat()
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

// TestAssociationsConcurrently reads both ways while both types are written both ways.
func TestAssociationsConcurrently(t *testing.T) {
	c := bare(t, hubspottest.Config{})
	var group sync.WaitGroup
	const n = 100
	do := func(path string, body func(int) string) {
		group.Go(func() {
			for i := range n {
				if a := c.post(path, body(i)); a.err != nil || a.status/100 != 2 {
					t.Errorf("%s: %d %s", path, a.status, a.body)
				}
			}
		})
	}
	do(createPath, func(i int) string { return inputs(to(20, fmt.Sprint(900000000001+i), "7")) })
	do("/crm/v3/objects/deals/batch/create", func(i int) string { return inputs(to(19, fmt.Sprint(900000000001+i))) })
	do(archivePath, func(i int) string { return ids(fmt.Sprint(900000000001 + 2*i)) })
	for _, path := range []string{dealsPath, itemsPath} {
		do(path, func(i int) string { return ids(fmt.Sprint(900000000001+i), "7") })
	}
	group.Wait()
	c.post(archivePath, ids("900000000001")).want(t, 204)
	got := associations[int64](t, c.post(dealsPath, ids("7", "900000000002"))).flat()
	if slices.Contains(got, "7>900000000001:19") || !slices.Contains(got, "900000000002>900000000002:19") || len(got) < n/2 {
		t.Errorf("got %v", got)
	}
}

// BenchmarkReadAssociations asks for 1,000 of 20,000 deals, with five line items each.
func BenchmarkReadAssociations(b *testing.B) {
	account := hubspottest.New(hubspottest.Config{})
	post := func(path, body string) {
		request, _ := http.NewRequest(http.MethodPost, path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer token")
		request.Header.Set("Content-Type", "application/json")
		account.ServeHTTP(discard{http.Header{}}, request)
	}
	for i := range 1000 {
		var list []string
		for j := range 100 {
			list = append(list, to(20, strconv.Itoa(1+(100*i+j)%20_000)))
		}
		post(createPath, inputs(list...))
	}
	var list []string
	for i := range 1000 {
		list = append(list, strconv.Itoa(1+20*i))
	}
	body := ids(list...)
	b.ReportAllocs()
	for b.Loop() {
		post(dealsPath, body)
	}
	if n := account.Counts()[hubspottest.Call{Method: http.MethodPost, Path: dealsPath, Status: http.StatusOK}]; n != b.N {
		b.Fatalf("%d answers of %d", n, b.N)
	}
}
