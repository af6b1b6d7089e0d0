// batch/read of associations.

package hubspottest

import (
	"cmp"
	"encoding/base64"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// maxFrom is HubSpot's limit for a batch of records whose associations are read.
const maxFrom = 1000

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

// A fromInput is one of the inputs: a record, and where to go on. It is comparable, so that what is asked twice is answered once.
type fromInput struct{ id, after string }

func decodeFrom(c *call) (list []fromInput, given bool, err error) {
	r := newReader(c, nil)
	err = r.whole(func(name []byte) error {
		if string(name) != "inputs" {
			return r.skip(name)
		}
		given = true
		return r.array(func() error {
			var id, after []byte
			err := r.object(batchType, func(name []byte) (err error) {
				switch string(name) {
				case "id":
					id, err = r.string()
				case "after":
					if !r.null() {
						after, err = r.string()
					}
				default:
					err = r.skip(name)
				}
				return err
			})
			if err == nil && id == nil {
				err = missing("id")
			}
			list = append(list, fromInput{string(id), string(after)})
			return err
		})
	})
	return list, given, err
}

// readAssociations answers batch/read of associations: 200, or 207 when some records have none.
func (a *Account) readAssociations(c *call) *response {
	inputs, given, err := decodeFrom(c)
	if err != nil {
		return c.invalidInput(err)
	}
	c.inputs = len(inputs)
	switch {
	case !given:
		return c.invalidInput(missing("inputs"))
	case c.inputs > maxFrom:
		return c.tooMany(maxFrom)
	}
	youngest := int64(math.MaxInt64)
	if lag := c.quirks.ReadLag; lag > 0 {
		youngest = time.Now().Add(-lag).UnixMilli()
	}
	fromTable, toTable := a.table(c.route.objectType), a.table(c.route.toType)
	results := []jsontext.Value{}
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
			list, more = linked(fromTable, toTable, id, after, a.config.AssociationPage, youngest)
		}
		switch {
		case len(list) > 0 || in.after != "": // a page may turn out empty: what was on it has been archived
			results = append(results, encode(c.links(in.id, list, more)))
		case !c.quirks.SilentUnassociated:
			errs = append(errs, c.unassociated(in.id))
		}
	}
	c.rng.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	if errs == nil {
		return c.outcome(http.StatusOK, results, nil)
	}
	return c.outcome(http.StatusMultiStatus, results, errs)
}

// links composes the element of results for one record.
func (c *call) links(id string, list []link, more bool) wireLinks {
	w := wireLinks{From: wireFrom{id}, To: []wireLink{}}
	for _, l := range list {
		to := wireLink{ToObjectID: strconv.AppendInt(nil, l.id, 10)}
		if c.route.version != "v4" {
			to.ToObjectID = encode(string(to.ToObjectID))
		}
		for _, t := range l.types {
			to.Types = append(to.Types, wireLinkType{Category: t.category, TypeID: t.typeID})
		}
		w.To = append(w.To, to)
	}
	if more {
		w.Paging = new(wirePaging)
		next := &w.Paging.Next
		next.After = c.cursor(id, list[len(list)-1].id)
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
	return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(c.cursorPrefix(id) + strconv.FormatInt(last, 10))))
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

// unassociated is the error for a record without associations, or for none at all: the two are told alike.
func (c *call) unassociated(id string) wireRowError {
	fromType, toType := strings.ToLower(constantName(c.route.objectType)), strings.ToLower(constantName(c.route.toType))
	return wireRowError{
		Status: "error", Category: "OBJECT_NOT_FOUND", SubCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
		Message: "No " + toType + " is associated with " + fromType + " " + id + ".",
		Context: map[string][]string{"fromObjectId": {id}, "fromObjectType": {fromType}, "toObjectType": {toType}},
	}
}
