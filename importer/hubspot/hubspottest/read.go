// batch/read and batch/archive.

package hubspottest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// idsInput is the body of batch/read and batch/archive.
type idsInput struct {
	idProperty string
	ids        []string
	properties []string
	history    []string
	given      bool
}

func (b *idsInput) decode(c *call) error {
	r := newReader(c, nil)
	list := func(dst *[]string) error {
		return r.array(func() error {
			s, err := r.string()
			*dst = append(*dst, string(s))
			return err
		})
	}
	return r.whole(func(name []byte) error {
		switch string(name) {
		case "idProperty":
			if r.null() {
				return nil
			}
			s, err := r.string()
			b.idProperty = string(s)
			return err
		case "properties":
			return list(&b.properties)
		case "propertiesWithHistory":
			return list(&b.history)
		case "inputs":
			b.given = true
			return r.array(func() error {
				var id []byte
				err := r.object(batchType, func(name []byte) (err error) {
					if string(name) != "id" {
						return r.skip(name)
					}
					id, err = r.string()
					return err
				})
				if err == nil && id == nil {
					err = missing("id")
				}
				b.ids = append(b.ids, string(id))
				return err
			})
		}
		return r.skip(name)
	})
}

// take reads the body and refuses what is out of bounds.
func (b *idsInput) take(c *call) *response {
	if err := b.decode(c); err != nil {
		return c.invalidInput(err)
	}
	c.inputs = len(b.ids)
	limit := maxInputs
	if len(b.history) > 0 {
		limit /= 2
	}
	switch {
	case !b.given:
		return c.invalidInput(missing("inputs"))
	case len(b.ids) > limit:
		return c.tooMany(limit)
	}
	return nil
}

// read answers batch/read: 200 with what was found, or 207 when something was not.
func (a *Account) read(c *call) *response {
	var b idsInput
	if resp := b.take(c); resp != nil {
		return resp
	}
	t := a.table(c.route.objectType)
	byID := b.idProperty == "" || b.idProperty == "hs_object_id"
	if def := t.defs.Load().byName[b.idProperty]; !byID && (def == nil || !def.Unique) {
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Unable to perform read by non-unique property "+b.idProperty)
	}
	results := []jsontext.Value{}
	var absent []string
	seen := make(map[string]bool)
	youngest := time.Now().Add(-c.quirks.ReadLag)
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, id := range b.ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		position, ok := 0, false
		if byID {
			position, ok = t.find(id)
		} else {
			position, ok = t.unique[b.idProperty][t.folded(id)]
			ok = ok && !t.archived[position] // a forgotten record keeps its values
		}
		var o Object
		if ok {
			o = t.object(position)
			if t.forget {
				o.CreatedAt = c.arrived
				if !byID {
					o.Properties[b.idProperty] = id
				}
			}
			ok = t.forget || c.quirks.ReadLag == 0 || !o.CreatedAt.After(youngest)
		}
		if !ok {
			absent = append(absent, id)
			continue
		}
		results = append(results, a.result(&o, b.properties))
	}
	c.rng.Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	if absent == nil {
		return c.outcome(http.StatusOK, results, nil)
	}
	return c.outcome(http.StatusMultiStatus, results, []wireRowError{{
		Status: "error", Category: "OBJECT_NOT_FOUND",
		Message: "Could not get some " + constantName(t.objectType) + " objects, they may be deleted or not exist. Check that ids are valid.",
		Context: map[string][]string{"ids": absent},
	}})
}

// result is a record as batch/read shows it: the properties that were asked for and have a value, and three that always come.
func (a *Account) result(o *Object, want []string) jsontext.Value {
	at := o.CreatedAt.UTC().Format(isoTime)
	system := map[string]string{"createdate": at, "hs_createdate": at, "hs_lastmodifieddate": at, "hs_object_id": o.ID}
	shown := map[string]string{"createdate": at, "hs_lastmodifieddate": at, "hs_object_id": o.ID}
	for _, name := range want {
		if v, ok := o.Properties[name]; ok {
			shown[name] = v
		} else if v, ok := system[name]; ok {
			shown[name] = v
		}
	}
	return encode(wireResult{
		ID: o.ID, Properties: encode(shown), CreatedAt: at, UpdatedAt: at,
		URL: "https://app.hubspot.com/contacts/" + strconv.FormatInt(a.config.Account, 10) + "/record/" + typeID(o.Type) + "/" + o.ID,
	})
}

// archive answers batch/archive: 204, for unknown ids too. An archived record gives its unique values free, unless records are forgotten.
func (a *Account) archive(c *call) *response {
	var b idsInput
	if resp := b.take(c); resp != nil {
		return resp
	}
	t := a.table(c.route.objectType)
	defs := t.defs.Load()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range b.ids {
		position, ok := t.find(id)
		if !ok {
			continue
		}
		for name, value := range t.object(position).Properties {
			if def := defs.byName[name]; def != nil && def.Unique {
				t.release(name, value, position)
			}
		}
		t.archived[position] = true
	}
	return &response{status: http.StatusNoContent}
}
