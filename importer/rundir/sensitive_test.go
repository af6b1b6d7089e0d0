package rundir_test

import (
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
)

// HubSpot lists sensitive properties for who asks for them. A mapping that names one is right.
func TestSensitivePropertiesAreKnownWhereTheyAreNamed(t *testing.T) {
	for names, want := range map[string]struct {
		known    bool
		requests int64
	}{
		"email": {true, 1},
		"diet":  {true, 2},
		"blood": {true, 3},
		"blod":  {false, 3},
	} {
		d := newDesk(t, hubspottest.Config{}, "a\n1\n")
		for name, level := range map[string]string{"diet": "sensitive", "blood": "highly_sensitive"} {
			if err := d.account.AddProperty("contacts", hubspottest.Property{Name: name, Sensitivity: level}); err != nil {
				t.Fatal(err)
			}
		}
		m, err := mapping.Parse([]byte("object: contacts\nproperties: { " + names + ": a }\n"))
		if err != nil {
			t.Fatal(err)
		}
		known, err := rundir.Definitions(t.Context(), d.options, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.CompileFor([]string{"a"}, known.Schema); (err == nil) != want.known {
			t.Errorf("%s: %v", names, err)
		}
		if n := d.requests.Load() - 1; n != want.requests { // one asks for the account
			t.Errorf("%s: %d requests, want %d", names, n, want.requests)
		}
	}
}
