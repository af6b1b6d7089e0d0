// The paths of every version, against the API's published description where that is at hand.

package hubspot

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestPathsExist(t *testing.T) {
	dir := os.Getenv("HUBLOAD_OPENAPI_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "openapi")
	}
	published := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		t.Skip("the API's description isn't here")
	}
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(data)
		if err != nil {
			t.Fatal(err)
		}
		for path := range doc.Paths.Map() {
			path = strings.NewReplacer("{objectType}", "line_items", "/0-8/", "/line_items/").Replace(path)
			published[parameter.ReplaceAllString(path, "*")] = true
		}
	}
	for _, version := range versions {
		a, err := newAddress("", version, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{
			a.objectPath("batch/create"), a.objectPath("batch/read"), a.objectPath("search"), a.propertiesPath(),
			strings.Replace(a.associationsPath("*"), "line_items", "*", 1), a.accountPath("details"),
			a.accountPath("api-usage/daily/private-apps"), strings.TrimPrefix(a.tokenURL(), a.base),
		} {
			if !published[path] {
				t.Errorf("%s: no such path as %s", version, path)
			}
		}
	}
}
