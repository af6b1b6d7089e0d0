// batch/read of associations.

package hubspottest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// wireLinks is what one record is associated with.
type wireLinks struct {
	From   wireFrom    `json:"from"`
	To     []wireLink  `json:"to"`
	Paging *wirePaging `json:"paging,omitempty"`
}

type wireFrom struct {
	ID string `json:"id"`
}

type wireLink struct {
	ToObjectID jsontext.Value `json:"toObjectId"` // a number in v4, a string in the dated versions
	Types      []wireLinkType `json:"associationTypes"`
}

type wireLinkType struct {
	Category string  `json:"category"`
	TypeID   int     `json:"typeId"`
	Label    *string `json:"label"` // null: labels are not known here
}

type wirePaging struct {
	Next struct {
		After string `json:"after"`
		Link  string `json:"link"`
	} `json:"next"`
}

// A fromInput is a record, and where to go on. It is comparable, so that what is asked twice is answered once.
type fromInput struct{ id, after string }

func (c *call) decodeFrom() (list []fromInput, resp *response) {
	var body struct {
		Inputs []struct {
			ID    *string `json:"id"`
			After *string `json:"after"`
		} `json:"inputs"`
	}
	if resp := c.decode(&body); resp != nil {
		return nil, resp
	}
	for _, in := range body.Inputs {
		if in.ID == nil {
			return nil, c.missing("id")
		}
		from := fromInput{id: *in.ID}
		if in.After != nil {
			from.after = *in.After
		}
		list = append(list, from)
	}
	return list, c.checkCount(body.Inputs != nil, len(list), maxAssociatedFrom)
}

// readAssociations answers batch/read of associations: 200, or 207 when some records have none.
func (a *Account) readAssociations(c *call) *response {
	inputs, resp := c.decodeFrom()
	if resp != nil {
		return resp
	}
	youngest := c.youngest(c.quirks.ReadLag)
	a.mu.Lock()
	defer a.mu.Unlock()
	var results []jsontext.Value
	var errs []wireRowError
	seen := make(map[fromInput]bool)
	for _, in := range inputs {
		if seen[in] {
			continue
		}
		seen[in] = true
		after, ok := c.position(in)
		if !ok {
			return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid paging cursor for "+in.id+": "+in.after)
		}
		var list []link
		more := false
		if id, err := strconv.ParseInt(in.id, 10, 64); err == nil {
			list, more = a.linked(ref{c.route.objectType, id}, c.route.toType, after, a.config.AssociationPage, youngest)
		}
		switch {
		case len(list) > 0 || in.after != "": // a page may turn out empty: what was on it has been archived
			results = append(results, encode(c.links(in.id, list, more)))
		case !c.quirks.SilentUnassociated:
			errs = append(errs, c.unassociated(in.id))
		}
	}
	c.shuffle(results)
	if errs == nil {
		return c.outcome(http.StatusOK, results, nil)
	}
	return c.outcome(http.StatusMultiStatus, results, errs)
}

// links composes the element of results for one record.
func (c *call) links(id string, list []link, more bool) wireLinks {
	w := wireLinks{From: wireFrom{id}, To: []wireLink{}}
	for i, l := range list {
		if i == 0 || list[i-1].to != l.to {
			to := wireLink{ToObjectID: jsontext.Value(formatID(l.to.id))}
			if c.route.version != "v4" {
				to.ToObjectID = encode(formatID(l.to.id))
			}
			w.To = append(w.To, to)
		}
		to := &w.To[len(w.To)-1]
		if t := (wireLinkType{Category: l.category, TypeID: l.typeID}); !slices.Contains(to.Types, t) {
			to.Types = append(to.Types, t)
		}
	}
	if more {
		w.Paging = new(wirePaging)
		next := &w.Paging.Next
		next.After = c.cursor(id, list[len(list)-1].to.id)
		version := "objects/" + c.route.version
		if c.route.version == "v4" {
			version = "v4/objects"
		}
		next.Link = "https://api.hubapi.com/crm/" + version + "/" + typeID(c.route.objectType) + "/" + url.PathEscape(id) +
			"/associations/" + typeID(c.route.toType) + "?after=" + next.After
	}
	return w
}

// cursor is the place after a record in the associations of another one. It is escaped like those that were recorded.
func (c *call) cursor(id string, last int64) string {
	return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(c.cursorPrefix(id) + formatID(last))))
}

func (c *call) cursorPrefix(id string) string {
	return typeID(c.route.objectType) + "/" + id + "/" + typeID(c.route.toType) + "/"
}

// position reads the cursor of an input, which must be one that was given for the same record.
func (c *call) position(in fromInput) (after int64, ok bool) {
	if in.after == "" {
		return 0, true
	}
	plain, err := url.QueryUnescape(in.after)
	text, err2 := base64.StdEncoding.DecodeString(plain)
	last, ok := strings.CutPrefix(string(text), c.cursorPrefix(in.id))
	after, err3 := strconv.ParseInt(last, 10, 64)
	if cmp.Or(err, err2, err3) != nil || !ok || c.cursor(in.id, after) != in.after {
		return 0, false
	}
	return after, true
}

// unassociated is the error for a record without associations, or for none at all: the two are answered alike.
func (c *call) unassociated(id string) wireRowError {
	fromType, toType := strings.ToLower(constantName(c.route.objectType)), strings.ToLower(constantName(c.route.toType))
	return wireRowError{
		Status: "error", Category: "OBJECT_NOT_FOUND", SubCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
		Message: "No " + toType + " is associated with " + fromType + " " + id + ".",
		Context: map[string][]string{"fromObjectId": {id}, "fromObjectType": {fromType}, "toObjectType": {toType}},
	}
}
