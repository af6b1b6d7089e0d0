// How fast a run went, moment by moment.

package rundir

import (
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/report"
)

// maxMoments is how many moments are kept: with more, every other one is dropped, and the
// next ones come at twice the distance.
const maxMoments = 240

// recordTimeline looks at the progress of a run until the function that it returns is
// called, which returns the moments: the first and the last are always among them.
func recordTimeline(progress *importer.Progress) func() []report.Moment {
	start := time.Now()
	now := func() report.Moment {
		s := progress.Now()
		return report.Moment{Seconds: time.Since(start).Seconds(), Rows: s.Settled() - s.Carried, Limited: s.Limited}
	}
	moments := []report.Moment{now()}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		every := 100 * time.Millisecond
		timer := time.NewTimer(every)
		defer timer.Stop()
		for {
			select {
			case <-quit:
				return
			case <-timer.C:
			}
			if moments = append(moments, now()); len(moments) > maxMoments {
				kept := moments[:0]
				for i := 0; i < len(moments); i += 2 {
					kept = append(kept, moments[i])
				}
				moments, every = kept, 2*every
			}
			timer.Reset(every)
		}
	}()
	return func() []report.Moment {
		close(quit)
		<-done
		return append(moments, now())
	}
}
