// Which rows are equal to HubSpot, by hashes of what they send.

package importer

import (
	"errors"
	"hash/maphash"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// hash returns hashes of all that a row sends, and of its properties alone. They are equal
// for rows that HubSpot may take for equal: 10.50 is 10.5, and a new record has nothing to
// clear. They differ also for a row without associations.
func (s *slicer) hash(rec *mapping.Record) (content, properties uint64) {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, p := range rec.Properties {
		value := strings.TrimSpace(p.Value)
		if value == "" {
			continue
		}
		if n, ok := foldedNumber(value); ok {
			addText(&h, p.Name)
			maphash.WriteComparable(&h, n)
		} else {
			addText(&h, p.Name, value)
		}
	}
	properties = h.Sum64()
	h.Reset() // the order of associations makes no difference
	others := properties
	for _, a := range rec.Associations {
		addText(&h, a.To, strings.TrimLeft(a.ID, "0"))
		others += h.Sum64()
		h.Reset()
	}
	for _, l := range rec.Lookups {
		addText(&h, l.To, l.Property, l.IDProperty, api.Folded(l.Value))
		others += h.Sum64()
		h.Reset()
	}
	return others + 1, properties
}

func addText(h *maphash.Hash, parts ...string) {
	for _, part := range parts {
		h.WriteString(part)
		h.WriteByte(0)
	}
}

// foldedNumber reads a number, a day or a time from a value without white space around it.
// Values whose [api.Normalized] is equal give one number, or none; other values may give
// the same, which only sends their rows in different requests.
func foldedNumber(value string) (float64, bool) {
	if value[0] > '9' { // most values are words
		return 0, false
	}
	if len(value) >= len(time.DateOnly) && value[4] == '-' { // no number is written so
		at, ok := api.Instant(value)
		return float64(at.UnixMilli()), ok
	}
	n, err := strconv.ParseFloat(value, 64)
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}
