// Whose record it is, and whether somebody has worked on it.

package undo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// The codes of records that are kept.
const (
	CodeCreatedBefore = "CREATED_BEFORE" // foreign: it is older than the run
	CodeOtherSource   = "OTHER_SOURCE"   // foreign: another app created it
	CodeUndated       = "UNDATED"        // foreign: HubSpot doesn't say when it was created
	CodeChanged       = "CHANGED"        // it holds other values than those that were sent
	CodeUnknownValues = "UNKNOWN_VALUES" // changed, perhaps: what was sent isn't known any more
	CodeStillExists   = "STILL_EXISTS"   // refused: it was archived, and exists
	CodeNotRestored   = "NOT_RESTORED"   // refused: old values were written, and it doesn't hold them
)

// clockSkew is how much older than the run's begin a record may be and still be one of
// the run's: two clocks are compared.
const clockSkew = 15 * time.Minute

const sourceProperty = "hs_object_source_id"

// createdProperties say when a record was created. Which of them an object type has
// differs.
var createdProperties = []string{"hs_createdate", "createdate"}

// propertiesOf are the properties that items are judged by.
func propertiesOf(items []*item) []string {
	names := append(slices.Clone(createdProperties), sourceProperty)
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, it := range items {
		if it.sent != nil {
			for _, p := range it.sent.Properties {
				add(p.Name)
			}
		}
		for _, v := range it.old {
			add(v.Property)
		}
	}
	return names
}

// decide says which of items are the run's own and as it left them, and which get old
// values back, and gives the others their fates. records are those that exist, by id.
func (u *undoing) decide(items []*item, records map[string]api.Record) (own, restore []*item, fates []journal.Fate) {
	began := u.Run.Header().Started
	for _, it := range items {
		record, exists := records[it.id]
		values := record.Properties
		if it.updated && exists {
			if fate := it.restored(values); fate != nil {
				fates = append(fates, *fate)
			} else {
				restore = append(restore, it)
			}
			continue
		}
		kept := it.foreign(values, began, u.Source)
		if kept == nil && !u.ArchiveChanged {
			kept = it.changed(values)
		}
		switch {
		case !exists && it.attempts > 0 && !it.updated:
			fates = append(fates, it.fate(journal.Archived)) // by the attempt whose answer was lost
		case !exists:
			fates = append(fates, it.fate(journal.Gone))
		case kept != nil:
			if it.attempts > 0 {
				kept.Message += ". A request to archive it, whose answer was lost, may still be executed"
			}
			fates = append(fates, *kept)
		default:
			own = append(own, it)
		}
	}
	return own, restore, fates
}

// foreign returns the fate of a record that isn't one of the run's, else nil.
func (it *item) foreign(values map[string]string, began time.Time, source string) *journal.Fate {
	fate := it.fate(journal.Foreign)
	created, ok := it.createdAt(values)
	switch by := values[sourceProperty]; {
	case !ok:
		fate.Code, fate.Message = CodeUndated, "HubSpot doesn't say when it was created"
	case created.Before(began.Add(-clockSkew)):
		fate.Code, fate.Message = CodeCreatedBefore, "it was created before the run began"
	case source != "" && by != source:
		fate.Code, fate.Message = CodeOtherSource, "it was created by another app than the run's first record"
	default:
		return nil
	}
	return &fate
}

// createdAt is when a record was created, by a property that the row doesn't set itself.
func (it *item) createdAt(values map[string]string) (time.Time, bool) {
	for _, name := range createdProperties {
		if it.sent != nil && slices.ContainsFunc(it.sent.Properties, func(p mapping.Property) bool { return p.Name == name }) {
			continue
		}
		if at, ok := api.Instant(values[name]); ok {
			return at, true
		}
	}
	return time.Time{}, false
}

// changed returns the fate of a record that holds other values than those that were sent,
// as HubSpot stores them; else nil.
func (it *item) changed(values map[string]string) *journal.Fate {
	fate := it.fate(journal.Changed)
	if it.sent == nil {
		fate.Code, fate.Message = CodeUnknownValues, "what was sent for it isn't known any more"
		return &fate
	}
	var names []string
	for _, p := range it.sent.Properties {
		if api.Normalized(values[p.Name]) != api.Normalized(p.Value) {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	fate.Code, fate.Property = CodeChanged, names[0]
	fate.Message = "its values are no longer those that were sent: " + listed(names)
	return &fate
}

// listed names up to five of names.
func listed(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// FindSource returns the hs_object_source_id of the first record of a run that exists and
// has one, "" when there is none. Its errors are those of [call.Read].
func FindSource(ctx context.Context, a api.API, l *ratelimit.Limiter, run *journal.State) (string, error) {
	c := call.New(call.Options{API: a, Limiter: l})
	var batch []string
	read := func() (string, error) {
		records, err := readRecords(ctx, c, batch, []string{sourceProperty})
		if err != nil {
			return "", err
		}
		for _, id := range batch {
			if source := records[id].Properties[sourceProperty]; source != "" {
				return source, nil
			}
		}
		batch = batch[:0]
		return "", nil
	}
	last, _ := run.Rows()
	for row := int64(1); row <= last; row++ {
		if kind, _ := run.Kind(row); kind != journal.Created {
			continue
		}
		fate, _, err := run.Fate(row)
		if err != nil {
			return "", err
		}
		if batch = append(batch, fate.ID); len(batch) < api.MaxBatch {
			continue
		}
		if source, err := read(); source != "" || err != nil {
			return source, err
		}
	}
	if len(batch) == 0 {
		return "", nil
	}
	return read()
}
