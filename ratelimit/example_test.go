// How to keep to the limit of a server that announces it in its answers.

package ratelimit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hubload/hubload/ratelimit"
)

// Five workers read from a server that says with each answer how many requests it
// takes within a second, and how many of them are left.
func Example() {
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("RateLimit-Limit", "50")
		w.Header().Set("RateLimit-Remaining", strconv.FormatInt(50-served.Add(1), 10))
	}))
	defer server.Close()

	limiter := ratelimit.New(ratelimit.Options{})
	var workers sync.WaitGroup
	for range 5 {
		workers.Go(func() {
			for range 4 {
				if err := get(context.Background(), limiter, server.URL); err != nil {
					fmt.Println(err)
				}
			}
		})
	}
	workers.Wait()
	fmt.Println(served.Load(), "requests, learned", limiter.Limit(), "refused", limiter.Refusals())
	// Output: 20 requests, learned 50/1s refused 0
}

// get sends one request within the limit.
func get(ctx context.Context, limiter *ratelimit.Limiter, url string) error {
	slot, err := limiter.Acquire(ctx)
	if err != nil {
		return err
	}
	slot.Sent()
	resp, err := http.Get(url)
	if err != nil {
		slot.Done(ratelimit.Answer{}) // it may have arrived nevertheless
		return err
	}
	defer resp.Body.Close()

	answer := ratelimit.Answer{Remaining: -1, Refused: resp.StatusCode == http.StatusTooManyRequests}
	if n, err := strconv.Atoi(resp.Header.Get("RateLimit-Limit")); err == nil {
		answer.Limit = ratelimit.Limit{N: n, Per: time.Second}
	}
	if n, err := strconv.Atoi(resp.Header.Get("RateLimit-Remaining")); err == nil {
		answer.Remaining = n
	}
	slot.Done(answer)
	return nil
}

func ExampleParseLimit() {
	limit, err := ratelimit.ParseLimit("190/10s")
	fmt.Println(limit.N, limit.Per, err)

	_, err = ratelimit.ParseLimit("190 per minute")
	fmt.Println(err)
	// Output:
	// 190 10s <nil>
	// "190 per minute" is not a limit. Write a number of requests up to 100000, a slash and a time from 1ms to 24h0m0s, such as 190/10s
}

// A board is a store for the limiters of one process. A file would have to be locked
// by the operating system while change is called.
type board struct {
	mu   sync.Mutex
	data []byte
}

func (b *board) Update(change func([]byte) []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data := change(b.data); data != nil {
		b.data = data
	}
	return nil
}

// Two limiters that share a store keep to one limit: when each has sent two requests,
// a window of four is full.
func ExampleStore() {
	sharedWindow := new(board)
	limiters := []*ratelimit.Limiter{
		ratelimit.New(ratelimit.Options{Store: sharedWindow}),
		ratelimit.New(ratelimit.Options{Store: sharedWindow}),
	}
	for i := range 4 {
		slot, err := limiters[i%2].Acquire(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		slot.Sent()
		slot.Done(ratelimit.Answer{Limit: ratelimit.Limit{N: 4, Per: 3 * time.Second}, Remaining: 3 - i})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := limiters[0].Acquire(ctx)
	fmt.Println("a fifth:", err)
	// Output: a fifth: context deadline exceeded
}
