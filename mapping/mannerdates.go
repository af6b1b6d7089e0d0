// How a column of dates is written.

package mapping

import (
	"fmt"
	"strings"
	"time"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// dateWays are the layouts under which most cells are dates, "" for what HubSpot takes
// as it is; those that read the same day from every cell but once.
func dateWays(s *sample) []string {
	w := ways[string]{cells: s}
	w.try("", func(cell string) (string, reason) {
		if schema.IsDatetime(cell) || schema.IsMillis(cell) {
			return cell, 0
		}
		return "", unreadable
	})
	if w.best == s.total {
		return w.found
	}
	clocks := []string{""}
	if strings.Contains(s.example(), ":") {
		clocks = nil
		for _, clock := range clockLayouts() {
			clocks = append(clocks, " "+clock, "T"+clock)
		}
	}
	for _, clock := range clocks {
		for _, day := range dayLayouts() {
			w.try(day+clock, newTimeFormat(day+clock, "", nil).read)
		}
	}
	return w.found
}

// isDayFirst reports whether a layout has the day before the month, nil when nobody
// takes one for the other in it.
func isDayFirst(layout string) *bool {
	for _, sign := range []string{"/", "-"} {
		day, month := strings.Index(layout, "2"+sign), strings.Index(layout, "1"+sign)
		if day >= 0 && month >= 0 && max(day, month) < strings.Index(layout, "06") {
			return new(day < month)
		}
	}
	return nil
}

// dates finds the layout of a column of dates.
func (p *proposer) dates(c *candidate) {
	ways := dateWays(c.cells)
	switch {
	case len(ways) == 0:
		c.require(0, "are no dates")
		return
	case len(ways) > 1 && p.dayFirst != nil:
		for _, way := range ways {
			if first := isDayFirst(way); first != nil && *first == *p.dayFirst {
				ways = []string{way}
				break
			}
		}
	}
	if len(ways) > 1 {
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("%s can be read in two ways, and no cell tells day from month; take one of", wording.Quote(c.Example)))
		for _, way := range ways {
			rule := *c.Property
			rule.Layout = way
			c.Notes = append(c.Notes, "  "+scalar(rule.Name)+": "+rule.encode())
		}
		return
	}
	way := ways[0]
	fits := c.cells.fitting(func(cell string) bool {
		if way == "" {
			return schema.IsDatetime(cell) || schema.IsMillis(cell)
		}
		_, err := time.Parse(way, strings.TrimSpace(cell))
		return err == nil
	})
	if c.require(fits, "are no dates") {
		c.Property.Layout = way
		if parts := partsOf(way); way != "" && c.kind == schema.TypeDatetime && parts.hour && !parts.offset {
			c.Notes = append(c.Notes, "the times are taken for UTC; if they are meant elsewhere, give the rule a timezone such as Europe/Berlin or Asia/Tokyo")
		}
	}
}
