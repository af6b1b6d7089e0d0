// Metrics, as node_exporter's textfile collector reads them.

package watch

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// totals count what the ledger has forgotten, by name of a count.
type totals map[string]int64

// A dropState is what metrics say of a drop.
type dropState struct {
	lastDone time.Time
	duration float64
	outcomes map[State]int64 // files, since the first look
	now      map[State]int64 // files that something is left to do for
	fates    map[string]int64
	open     map[string]int64
	requests map[string]int64
}

func stateOf(l *ledger) *dropState {
	s := &dropState{outcomes: map[State]int64{}, now: map[State]int64{}, fates: map[string]int64{}, open: map[string]int64{}, requests: map[string]int64{}}
	for key, n := range l.note.Totals {
		kind, name, _ := strings.Cut(key, "/")
		switch kind {
		case "files":
			s.outcomes[State(name)] += n
		case "rows":
			s.fates[name] += n
		case "requests":
			s.requests[name] += n
		}
	}
	var last time.Time
	for _, f := range l.files {
		s.add(f)
		if f.State == Done && f.Since.After(s.lastDone) {
			s.lastDone = f.Since
		}
		if f.Run != "" && f.Since.After(last) {
			last, s.duration = f.Since, f.Seconds
		}
	}
	return s
}

func (s *dropState) add(f *File) {
	switch {
	case f.State == void:
		return
	case f.State.Active():
		s.now[f.State]++
	default:
		s.outcomes[f.State]++
	}
	if f.State == Open {
		s.now[Open]++
		s.open["refused"] += f.Refused
		s.open["in_doubt"] += f.InDoubt
	}
	for name, n := range countsOf(f) {
		kind, name, _ := strings.Cut(name, "/")
		switch kind {
		case "rows":
			s.fates[name] += n
		case "requests":
			s.requests[name] += n
		}
	}
}

// countsOf are the counts of a file that only grow.
func countsOf(f *File) totals {
	return totals{
		"rows/created": f.Created, "rows/updated": f.Updated, "rows/unchanged": f.Unchanged, "rows/existing": f.Existing, "rows/refused": f.Refused, "rows/in_doubt": f.InDoubt,
		"requests/sent": f.Requests - f.Limited, "requests/limited": f.Limited,
	}
}

// writeMetrics writes what is known after a look.
func (w *Watcher) writeMetrics(l *look) error {
	var b bytes.Buffer
	metric := func(name, kind, help string, f func(sample func(value any, labels ...string))) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
		f(func(value any, labels ...string) {
			b.WriteString(name)
			for i := 0; i+1 < len(labels); i += 2 {
				b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
				fmt.Fprintf(&b, "%s=%s", labels[i], label(labels[i+1]))
			}
			if len(labels) > 0 {
				b.WriteByte('}')
			}
			fmt.Fprintf(&b, " %v\n", value)
		})
	}
	drops := slices.Sorted(maps.Keys(l.states))
	each := func(f func(name string, s *dropState)) {
		for _, name := range drops {
			f(name, l.states[name])
		}
	}
	metric("hubload_build_info", "gauge", "The version of hubload.", func(sample func(any, ...string)) {
		sample(1, "version", w.Import.Program)
	})
	metric("hubload_look_timestamp_seconds", "gauge", "When the last look ended.", func(sample func(any, ...string)) {
		sample(time.Now().Unix())
	})
	metric("hubload_drop_last_done_timestamp_seconds", "gauge", "When a file of the drop was last done; 0 for never.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) { sample(max(s.lastDone.Unix(), 0), "drop", name) })
	})
	metric("hubload_drop_overdue", "gauge", "Whether an expected file hasn't come.", func(sample func(any, ...string)) {
		each(func(name string, _ *dropState) { sample(map[bool]int{true: 1}[l.overdue[name]], "drop", name) })
	})
	metric("hubload_files_total", "counter", "Files by what became of them.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) {
			for _, state := range []State{Done, Duplicate, Open, Rejected, Dropped} {
				sample(s.outcomes[state], "drop", name, "outcome", string(state))
			}
		})
	})
	metric("hubload_files", "gauge", "Files that something is left to do for.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) {
			for _, state := range []State{Claimed, Running, Waiting, Held, Open} {
				sample(s.now[state], "drop", name, "state", string(state))
			}
		})
	})
	metric("hubload_rows_total", "counter", "Rows by what became of them.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) {
			for _, fate := range []string{"created", "updated", "unchanged", "existing", "refused", "in_doubt"} {
				sample(s.fates[fate], "drop", name, "fate", fate)
			}
		})
	})
	metric("hubload_open_rows", "gauge", "Rows of open files that don't exist, or may not.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) {
			for _, fate := range []string{"refused", "in_doubt"} {
				sample(s.open[fate], "drop", name, "fate", fate)
			}
		})
	})
	metric("hubload_last_run_duration_seconds", "gauge", "How long the last run of the drop took.", func(sample func(any, ...string)) {
		each(func(name string, s *dropState) { sample(s.duration, "drop", name) })
	})
	metric("hubload_requests_total", "counter", "Create requests by how they were answered.", func(sample func(any, ...string)) {
		for _, drops := range w.byAccount() {
			sum := map[string]int64{}
			for _, d := range drops {
				if s := l.states[d.Name]; s != nil {
					sum["sent"] += s.requests["sent"]
					sum["limited"] += s.requests["limited"]
				}
			}
			for _, outcome := range []string{"sent", "limited"} {
				sample(sum[outcome], "account", drops[0].Account, "outcome", outcome)
			}
		}
	})
	metric("hubload_daily_remaining", "gauge", "Requests that are left of the account's daily quota; absent where HubSpot doesn't say.", func(sample func(any, ...string)) {
		for _, account := range slices.Sorted(maps.Keys(l.quotas)) {
			if q := l.quotas[account]; q.Known {
				sample(q.Remaining, "account", account)
			}
		}
	})
	return writeShared(w.Metrics, b.Bytes())
}

// label is a label's value, quoted.
func label(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// writeShared writes a file that everybody may read: the collector is another user, and
// the file holds counts and names of drops alone.
func writeShared(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".hubload-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
