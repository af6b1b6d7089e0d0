// Commands of the scripts about what line items lead to.

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// item finds the one line item of a name.
func item(ts *testscript.TestScript, name string) (found hubspottest.Object) {
	n := 0
	for o := range served(ts).Objects(defaultObject) {
		if o.Properties["name"] == name {
			found = o
			n++
		}
	}
	if n != 1 {
		ts.Fatalf("%d line items have the name %s", n, name)
	}
	return found
}

// cmdLeads compares what a line item is associated with: leads NAME [TYPE:ID]...
func cmdLeads(ts *testscript.TestScript, neg bool, args []string) {
	var got []string
	for _, a := range item(ts, args[0]).Associations {
		got = append(got, a.ToType+":"+a.ToID)
	}
	if !slices.Equal(got, args[1:]) {
		ts.Fatalf("%s leads to %v, want %v", args[0], got, args[1:])
	}
}

// cmdValues compares a property of line items, as the list of what those with a name
// of a form have, in the order of the names: values PREFIX PROPERTY VALUE...
func cmdValues(ts *testscript.TestScript, neg bool, args []string) {
	values := map[string]string{}
	for o := range served(ts).Objects(defaultObject) {
		if name := o.Properties["name"]; strings.HasPrefix(name, args[0]) {
			values[name] = o.Properties[args[1]]
		}
	}
	var names, got []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		got = append(got, values[name])
	}
	if !slices.Equal(got, args[2:]) {
		ts.Fatalf("%s of %v is %q, want %q", args[1], names, got, args[2:])
	}
}

// cmdLookups checks how many reads of records and searches there were: lookups LEAST MOST
func cmdLookups(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	for call, times := range served(ts).Counts() {
		if strings.HasSuffix(call.Path, "/batch/read") || strings.HasSuffix(call.Path, "/search") {
			n += times
		}
	}
	least, err := strconv.Atoi(args[0])
	ts.Check(err)
	most, err := strconv.Atoi(args[1])
	ts.Check(err)
	if n < least || n > most {
		ts.Fatalf("%d lookups, want %d to %d", n, least, most)
	}
}
