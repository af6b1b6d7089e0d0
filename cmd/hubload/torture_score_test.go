// Counts of a torture, and the table that they are shown in.

//go:build unix

package main

import (
	"bytes"
	"fmt"
	"text/tabwriter"
)

// A score is what runs came to, in the columns of the table.
type score struct {
	name               string
	runs, processes    int
	deaths             int // processes that ended without taking the answers in flight
	requests, rows     int
	twice              int // records beyond the first of a row
	lost               int // rows in none of the reports
	twoOutcomes        int // rows in several of them
	falselyCreated     int // reported to exist, and not there under that id
	falselyFailed      int // reported as refused, and there
	doubt, doubtHere   int // rows in doubt, and those of them that exist
	diedWith           int // the most rows that deaths could leave in doubt: requests in flight x batch size
	unproved           int // the most that answers could that prove nothing
	mended, aboveBound int
}

func (s *score) add(o score) {
	s.runs += o.runs
	s.processes += o.processes
	s.deaths += o.deaths
	s.requests += o.requests
	s.rows += o.rows
	s.twice += o.twice
	s.lost += o.lost
	s.twoOutcomes += o.twoOutcomes
	s.falselyCreated += o.falselyCreated
	s.falselyFailed += o.falselyFailed
	s.doubt += o.doubt
	s.doubtHere += o.doubtHere
	s.diedWith += o.diedWith
	s.unproved += o.unproved
	s.mended += o.mended
	s.aboveBound += o.aboveBound
}

func (s *score) wrong() int {
	return s.twice + s.lost + s.twoOutcomes + s.falselyCreated + s.falselyFailed + s.aboveBound
}

func table(scores []*score) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\truns\tprocesses\tdeaths\trequests\trows\tmended\tcreated twice\tlost\ttwo outcomes\tfalsely created\tfalsely failed\tin doubt (exist)\tbound\tper death\tbound\t")
	total := score{name: "all"}
	for _, s := range scores {
		total.add(*s)
	}
	for _, s := range append(scores, &total) {
		perDeath, bound := "-", "-"
		if s.deaths > 0 {
			bound = fmt.Sprint(s.diedWith / s.deaths)
			if s.unproved == 0 {
				perDeath = fmt.Sprintf("%.1f", float64(s.doubt)/float64(s.deaths))
			}
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d (%d)\t%d\t%s\t%s\t\n", s.name, s.runs, s.processes, s.deaths, s.requests, s.rows,
			s.mended, s.twice, s.lost, s.twoOutcomes, s.falselyCreated, s.falselyFailed, s.doubt, s.doubtHere, s.diedWith+s.unproved, perDeath, bound)
	}
	w.Flush()
	return b.String()
}
