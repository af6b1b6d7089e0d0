// batch/read and batch/archive.

package hubspottest

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An idsBody is the body of batch/read and batch/archive.
type idsBody struct {
	IDProperty *string   `json:"idProperty"`
	Inputs     []idInput `json:"inputs"`
	Properties []string  `json:"properties"`
	History    []string  `json:"propertiesWithHistory"`
}

type idInput struct {
	ID *string `json:"id"`
}

// decodeIDs reads the body and refuses what is out of bounds.
func (c *call) decodeIDs() (body idsBody, resp *response) {
	if resp := c.decode(&body); resp != nil {
		return body, resp
	}
	for _, in := range body.Inputs {
		if in.ID == nil {
			return body, c.missing("id")
		}
	}
	limit := maxInputs
	if len(body.History) > 0 {
		limit = maxInputsOfHistory
	}
	return body, c.checkCount(body.Inputs != nil, len(body.Inputs), limit)
}

// read answers batch/read: 200 with what was found, or 207 when something was not. With archived=true it reads
// archived records instead of the others.
func (a *Account) read(c *call) *response {
	body, resp := c.decodeIDs()
	if resp != nil {
		return resp
	}
	property := ""
	if body.IDProperty != nil && *body.IDProperty != "hs_object_id" {
		property = *body.IDProperty
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	if property != "" && !t.identifies(property) {
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Unable to perform read by non-unique property "+property)
	}
	var results []jsontext.Value
	var absent []string
	seen := make(map[string]bool)
	youngest := c.youngest(c.quirks.ReadLag)
	archived := c.request.URL.Query().Get("archived") == "true"
	for _, in := range body.Inputs {
		id := *in.ID
		if seen[id] {
			continue
		}
		seen[id] = true
		if r := t.lookup(property, id, archived); r != nil && !r.created.After(youngest) {
			results = append(results, encode(a.result(t, r, append([]string{}, body.Properties...))))
		} else {
			absent = append(absent, id)
		}
	}
	c.shuffle(results)
	if absent == nil {
		return c.outcome(http.StatusOK, results, nil)
	}
	return c.outcome(http.StatusMultiStatus, results, []wireRowError{absentError(t.objectType, absent)})
}

// youngest is the time after which a record was created that a lagging read does not find yet.
func (c *call) youngest(lag time.Duration) time.Time {
	if lag == 0 {
		return time.Now().Add(time.Hour)
	}
	return time.Now().Add(-lag)
}

// absentError names the records that do not exist, in one error and without trace ids, as was recorded.
func absentError(objectType string, ids []string) wireRowError {
	return wireRowError{
		Status: "error", Category: "OBJECT_NOT_FOUND",
		Message: "Could not get some " + constantName(objectType) + " objects, they may be deleted or not exist. Check that ids are valid.",
		Context: map[string][]string{"ids": ids},
	}
}

// identifies reports whether records can be named by their value of a property.
func (t *table) identifies(property string) bool {
	def := t.defs.byName[property]
	return def != nil && def.identifies()
}

// lookup finds a record by its id, or by its value of a property that identifies it.
func (t *table) lookup(property, value string, archived bool) *record {
	if !archived {
		if property != "" {
			return t.unique[uniqueValue{property, t.fold(value)}]
		}
		return t.find(value)
	}
	for _, r := range t.records {
		id := formatID(r.id)
		if property != "" {
			id = t.fold(r.sent[property])
		}
		if r.archived && id == strings.TrimSpace(value) {
			return r
		}
	}
	return nil
}

// archiveBatch answers batch/archive: 204 without a body, for unknown ids too (HubSpot's specification;
// n8n-io/n8n#3219 for a single one).
func (a *Account) archiveBatch(c *call) *response {
	body, resp := c.decodeIDs()
	if resp != nil {
		return resp
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	for _, in := range body.Inputs {
		if r := t.find(*in.ID); r != nil {
			a.archive(t, r, !c.quirks.KeepLineItems)
		}
	}
	return &response{status: http.StatusNoContent}
}
