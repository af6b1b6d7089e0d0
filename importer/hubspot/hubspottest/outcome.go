// Answers to batches: results in any order, then the errors.

package hubspottest

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// wireOutcome is the answer to a batch. Members stand in the order in which they were recorded.
type wireOutcome struct {
	CompletedAt string           `json:"completedAt"`
	Status      string           `json:"status"`
	StartedAt   string           `json:"startedAt"`
	Results     []jsontext.Value `json:"results"`
	Errors      []wireRowError   `json:"errors,omitempty"`
	NumErrors   int              `json:"numErrors,omitzero"`
}

type wireResult struct {
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
	CreatedAt  string            `json:"createdAt"`
	UpdatedAt  string            `json:"updatedAt"`
	Archived   bool              `json:"archived"`
	ArchivedAt string            `json:"archivedAt,omitempty"`
	Trace      string            `json:"objectWriteTraceId,omitempty"`
	URL        string            `json:"url,omitempty"`
	Warnings   []warning         `json:"warnings,omitempty"`
}

// wireRowError is an element of errors in a 207. It has no inner list with codes.
type wireRowError struct {
	Status      string              `json:"status"`
	Category    string              `json:"category"`
	SubCategory string              `json:"subCategory,omitempty"`
	Message     string              `json:"message"`
	Context     map[string][]string `json:"context,omitempty"`
}

// outcome makes the answer to a batch. Results have been shuffled already.
func (c *call) outcome(status int, results []jsontext.Value, errs []wireRowError) *response {
	if results == nil {
		results = []jsontext.Value{}
	}
	return answerJSON(status, wireOutcome{
		CompletedAt: time.Now().UTC().Format(isoTime), Status: "COMPLETE", StartedAt: c.arrived.UTC().Format(isoTime),
		Results: results, Errors: errs, NumErrors: len(errs),
	})
}

// shuffle puts results into any order: no order is promised (HubSpot/hubspot-api-nodejs#190).
func (c *call) shuffle(results []jsontext.Value) {
	if !c.quirks.InOrder {
		c.rng.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	}
}

// written makes the answer to a batch that was written, with one result for each record.
func (a *Account) written(c *call, t *table, list []*input, errs []wireRowError, status int) *response {
	var results []jsontext.Value
	for _, in := range list {
		if in.wrong != nil || in.merged {
			continue
		}
		r := a.result(t, in.record, nil)
		for name, value := range in.stored {
			r.Properties[name] = value
		}
		if in.trace != nil && c.quirks.EchoTrace {
			r.Trace = *in.trace
		}
		r.Warnings = in.warnings
		results = append(results, encode(r))
	}
	c.shuffle(results)
	if errs != nil && !(c.quirks.NoMultiStatus && (c.route.version == "2025-09" || c.route.version == "2026-09")) {
		status = http.StatusMultiStatus
	}
	return c.outcome(status, results, errs)
}

func (c *call) rowErrors(list []*input) (errs []wireRowError) {
	byMessage := make(map[string]int)
	for _, in := range list {
		if in.wrong == nil {
			continue
		}
		e := wireRowError{Status: "error", Category: in.wrong.category, Message: in.wrong.message, Context: maps.Clone(in.wrong.context)}
		if e.Context == nil {
			e.Context = make(map[string][]string)
		}
		at, ok := byMessage[e.Message]
		if !ok || !c.quirks.JoinErrors {
			at = len(errs)
			byMessage[e.Message] = at
			errs = append(errs, e)
		}
		if !c.quirks.NoTraceInErrors {
			trace := errs[at].Context
			trace["objectWriteTraceId"] = append(trace["objectWriteTraceId"], *in.trace)
		}
	}
	return errs
}

// result is a record as the API shows it: the properties that were asked for and have a value, and system ones.
func (a *Account) result(t *table, r *record, want []string) wireResult {
	id, created, updated := formatID(r.id), r.created.UTC().Format(isoTime), r.updated.UTC().Format(isoTime)
	system := map[string]string{"createdate": created, "hs_createdate": created, "hs_lastmodifieddate": updated, "hs_object_id": id}
	shown := map[string]string{"createdate": created, "hs_lastmodifieddate": updated, "hs_object_id": id}
	if want == nil {
		shown = system
		maps.Copy(shown, writtenProperties)
	}
	for _, name := range want {
		if v, ok := r.stored[name]; ok {
			shown[name] = v
		} else if v, ok := system[name]; ok {
			shown[name] = v
		} else if v, ok := writtenProperties[name]; ok {
			shown[name] = v
		}
	}
	w := wireResult{
		ID: id, Properties: shown, CreatedAt: created, UpdatedAt: updated, Archived: r.archived,
		URL: "https://app.hubspot.com/contacts/" + strconv.FormatInt(a.config.Account, 10) + "/record/" + typeID(t.objectType) + "/" + id,
	}
	if r.archived {
		w.ArchivedAt = updated
	}
	return w
}

// writtenProperties come back with each record that was written, beside the times and the id, as was recorded.
var writtenProperties = map[string]string{
	"hs_created_by_user_id": "0", "hs_updated_by_user_id": "0", "hs_object_source": "INTEGRATION", "hs_object_source_id": "1234567",
	"hs_object_source_label": "INTEGRATION", "hs_read_only": "false", "hs_was_imported": "false", "hs_merged_object_ids": "",
}
