// The house as a rule: imports fall downwards only.

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/hubload/hubload/"

// layers says what each package may import of this module, and from outside.
var layers = map[string]struct{ inside, outside []string }{
	"mapping":                               {[]string{"mapping/format", "mapping/schema", "mapping/internal/wording"}, []string{"go.yaml.in/yaml/v4", "golang.org/x/text"}},
	"mapping/format":                        {[]string{"mapping/internal/wording"}, []string{"golang.org/x/text"}},
	"mapping/suggest":                       {[]string{"mapping", "mapping/format", "mapping/schema", "mapping/internal/wording"}, []string{"golang.org/x/text"}},
	"mapping/internal/wording":              {nil, []string{"golang.org/x/text"}},
	"mapping/schema":                        {[]string{"mapping/internal/wording"}, nil},
	"importer/promisetest":                  {nil, nil},
	"ratelimit":                             {nil, []string{"golang.org/x/time"}},
	"importer/csvfile":                      {nil, []string{"golang.org/x/text", "github.com/klauspost/compress"}},
	"importer/xlsxfile":                     {[]string{"importer/csvfile"}, nil},
	"importer/jsonlfile":                    {[]string{"importer/csvfile"}, []string{"github.com/go-json-experiment/json"}},
	"importer/atomicfile":                   {nil, nil},
	"importer/journal":                      {[]string{"importer/atomicfile"}, []string{"github.com/gofrs/flock"}},
	"importer/hubspot/hubspottest":          {nil, []string{"github.com/go-json-experiment/json"}},
	"importer/hubspot/internal/openapitest": {nil, []string{"github.com/getkin/kin-openapi"}}, // for tests
	"importer/api":                          {[]string{"mapping", "ratelimit"}, nil},
	"importer/before":                       {[]string{"importer/atomicfile"}, nil},
	"importer/call":                         {[]string{"importer/api", "ratelimit"}, nil},
	"importer/rows":                         {[]string{"importer/api", "importer/csvfile", "importer/journal", "mapping", "mapping/schema"}, []string{"github.com/gocarina/gocsv"}},
	"importer/lookup":                       {[]string{"importer/api", "importer/call", "mapping", "mapping/schema", "ratelimit"}, nil},
	"importer":                              {[]string{"importer/api", "importer/before", "importer/call", "importer/lookup", "mapping", "mapping/schema", "ratelimit", "importer/csvfile", "importer/journal", "importer/rows"}, []string{"golang.org/x/sync"}},
	"importer/reconcile":                    {[]string{"importer/api", "importer/call", "importer/lookup", "importer/journal", "importer/rows", "mapping", "ratelimit"}, nil},
	"importer/hubspot":                      {[]string{"importer/api", "importer/atomicfile", "mapping", "mapping/schema", "ratelimit"}, []string{"github.com/go-json-experiment/json", "golang.org/x/oauth2"}},
	"importer/undo":                         {[]string{"importer/api", "importer/before", "importer/call", "importer/journal", "importer/rows", "importer/atomicfile", "mapping", "ratelimit"}, []string{"golang.org/x/sync"}},
	"importer/report":                       {[]string{"importer/atomicfile", "importer/csvfile", "importer/journal", "importer/rows", "mapping"}, nil},
	"importer/rundir":                       {[]string{"importer", "importer/api", "importer/atomicfile", "importer/before", "importer/csvfile", "importer/jsonlfile", "importer/journal", "importer/reconcile", "importer/report", "importer/rows", "importer/undo", "importer/xlsxfile", "mapping", "mapping/format", "mapping/schema", "ratelimit"}, []string{"github.com/gofrs/flock", "golang.org/x/text"}},
	"importer/watch":                        {[]string{"importer", "importer/atomicfile", "importer/csvfile", "importer/journal", "importer/reconcile", "importer/report", "importer/rows", "importer/rundir", "mapping", "ratelimit"}, []string{"go.yaml.in/yaml/v4", "golang.org/x/sync"}},
}

func TestImportsFallDownwards(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], module)
		if name == "cmd/hubload" {
			continue
		}
		may, ok := layers[name]
		if !ok {
			t.Errorf("package %s isn't in the design", name)
		}
		for _, path := range fields[1:] {
			inside, ours := strings.CutPrefix(path, module)
			outside := strings.Contains(strings.Split(path, "/")[0], ".") && !ours
			if ours && !slices.Contains(may.inside, inside) ||
				outside && !slices.ContainsFunc(may.outside, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") }) {
				t.Errorf("%s must not import %s", name, path)
			}
		}
	}
}
