// What people do with records while a client works: they edit, archive and restore them.

package hubspottest

import (
	"fmt"
	"maps"
	"time"
)

// Edit sets properties of a record without asking the definitions, as a person does in HubSpot's pages. An empty
// value clears a property. A unique value that is taken is an error, as is a record that does not exist.
func (a *Account) Edit(objectType, id string, properties map[string]string) error {
	return a.person(objectType, id, false, func(t *table, r *record) error {
		for _, v := range t.uniqueValues(properties) {
			if holder := t.unique[v]; holder != nil && holder != r {
				return fmt.Errorf("editing a record of %s: the value of %s is taken", t.objectType, v.property)
			}
		}
		t.release(r)
		r.sent, r.stored, r.updated = merge(r.sent, properties), merge(r.stored, properties), time.Now()
		for _, v := range t.uniqueValues(r.sent) {
			t.unique[v] = r
		}
		return nil
	})
}

// Archive archives a record.
func (a *Account) Archive(objectType, id string) error {
	return a.person(objectType, id, false, func(t *table, r *record) error {
		a.archive(t, r, !a.config.Quirks.KeepLineItems)
		return nil
	})
}

// Restore brings an archived record back from the recycling bin. A unique value that was taken meanwhile is lost.
func (a *Account) Restore(objectType, id string) error {
	return a.person(objectType, id, true, func(t *table, r *record) error {
		r.archived, r.updated = false, time.Now()
		t.archived--
		r.sent, r.stored = maps.Clone(r.sent), maps.Clone(r.stored)
		for _, v := range t.uniqueValues(r.sent) {
			if t.unique[v] != nil {
				delete(r.sent, v.property)
				delete(r.stored, v.property)
				continue
			}
			t.unique[v] = r
		}
		return nil
	})
}

func (a *Account) person(objectType, id string, archived bool, do func(*table, *record) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := a.knownTable(objectType)
	if err != nil {
		return err
	}
	r := t.lookup("", id, archived)
	if r == nil {
		return fmt.Errorf("there is no record %s of %s", id, t.objectType)
	}
	return do(t, r)
}
