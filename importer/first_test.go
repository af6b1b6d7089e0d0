// The first request of a run leaves alone.

package importer

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestAFirstAnswerThatEndsTheRunIsTheLast(t *testing.T) {
	for name, tt := range map[string]struct {
		judged bool
		end    error
		follow int32 // of three others
	}{
		"judged":         {true, nil, 3},
		"not executed":   {false, nil, 1},
		"it ends":        {true, errNothingJudged, 0},
		"it never comes": {false, errors.New("the journal can't be written"), 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				f := newFirstAnswer()
				leave, err := f.enter(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var followed atomic.Int32
				for range 3 {
					go func() {
						if _, err := f.enter(ctx); err == nil {
							followed.Add(1)
						}
					}()
				}
				synctest.Wait()
				leave(tt.judged, tt.end)
				synctest.Wait() // the moment between the error and the end of ctx
				if n := followed.Load(); n != tt.follow {
					t.Errorf("%d requests follow, want %d", n, tt.follow)
				}
				cancel()
				synctest.Wait()
			})
		})
	}
}
