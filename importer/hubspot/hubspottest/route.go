// Which request goes where: paths, object types and the scopes they need.

package hubspottest

import (
	"net/http"
	"regexp"
	"strings"
)

// A route is a request's destination.
type route struct {
	run        func(*Account, *call) *response // nil: there is no such resource, or not with this method
	version    string
	objectType string   // canonical name
	toType     string   // of the other side of associations, canonical too
	property   string   // of /properties/{type}/{name}
	scopes     []string // one of these is needed; none: no scope
	toScopes   []string // and one of these
	write      bool     // batch/create and batch/update, which the faults are about
	open       bool     // no token, no rate limit: the token endpoints
	search     bool     // with a limit of its own
}

// findRoute finds the destination of a request. A path that exists with other methods gives these as allow.
func findRoute(method, path string) (r route, allow string) {
	byMethod := resource(path)
	if r, ok := byMethod[method]; ok {
		return r, ""
	}
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		if _, ok := byMethod[m]; ok {
			methods = append(methods, m)
		}
	}
	return route{}, strings.Join(methods, ", ")
}

// Versions under which each part of the API exists in HubSpot's specifications.
var (
	objectVersions = regexp.MustCompile(`^(v3|2025-09|2026-03|2026-09|2026-09-beta)$`)
	plainVersions  = regexp.MustCompile(`^(v3|2025-09|2026-03|2026-09)$`)
	linkVersions   = regexp.MustCompile(`^(v4|2025-09|2026-03|2026-09)$`)
	labelVersions  = regexp.MustCompile(`^(v4|2025-09|2026-03|2026-09)$`)
	taxVersions    = regexp.MustCompile(`^(v1|2026-03|2026-09)$`)
	tokenVersions  = regexp.MustCompile(`^(v1|v3|2026-03|2026-09)$`)
)

// since reports whether a request's version is a dated one that is at least as new as another one.
func (r route) since(version string) bool { return r.version[0] == '2' && r.version >= version }

// resource lists what can be done at a path, by method.
func resource(path string) map[string]route {
	p := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case len(p) >= 3 && p[0] == "account-info" && plainVersions.MatchString(p[1]):
		switch strings.Join(p[2:], "/") {
		case "details":
			return map[string]route{http.MethodGet: {run: (*Account).details, version: p[1]}}
		case "api-usage/daily/private-apps":
			return map[string]route{http.MethodGet: {run: (*Account).usage, version: p[1]}}
		}
	case len(p) == 3 && p[0] == "oauth" && tokenVersions.MatchString(p[1]) && p[2] == "token":
		return map[string]route{http.MethodPost: {run: (*Account).token, version: p[1], open: true}}
	case len(p) == 3 && p[0] == "tax-rates" && taxVersions.MatchString(p[1]) && p[2] == "tax-rates":
		return map[string]route{http.MethodGet: {run: (*Account).listTaxRates, version: p[1], scopes: taxScopes}}
	case len(p) >= 3 && p[0] == "crm":
		area, version := p[1], p[2]
		labels := area == "associations" && version == "v4" && p[len(p)-1] == "labels" // the guide has it the other way round too
		if version[:min(1, len(version))] != "2" && !labels {                          // the old paths have the version first
			area, version = version, area
		}
		return crm(area, version, p[3:])
	}
	return nil
}

// Scopes of what has no object type of its own, one of which is needed (specification).
var (
	taxScopes   = []string{"tax_rates.read", "crm.objects.quotes.read", "crm.objects.quotes.write"}
	ownerScopes = []string{"crm.objects.owners.read"}
)

func crm(area, version string, p []string) map[string]route {
	if area == "owners" && len(p) == 0 && plainVersions.MatchString(version) {
		return map[string]route{http.MethodGet: {run: (*Account).listOwners, version: version, scopes: ownerScopes}}
	}
	if len(p) == 0 {
		return nil
	}
	r := route{version: version, objectType: canonicalType(p[0])}
	if r.objectType == "" {
		return nil
	}
	switch {
	case area == "objects" && objectVersions.MatchString(version):
		return objects(r, strings.Join(p[1:], "/"))
	case area == "associations" && linkVersions.MatchString(version) && len(p) == 4 && p[2] == "batch" && p[3] == "read":
		r.run, r.toType = (*Account).readAssociations, canonicalType(p[1])
		if r.toType == "" {
			return nil
		}
		r.scopes, r.toScopes = objectScopes(r.objectType, "read"), objectScopes(r.toType, "read")
		return map[string]route{http.MethodPost: r}
	case area == "associations" && labelVersions.MatchString(version) && len(p) == 3 && p[2] == "labels":
		r.run, r.toType = (*Account).listLabels, canonicalType(p[1])
		if r.toType == "" {
			return nil
		}
		r.scopes, r.toScopes = readSchemaScopes(r.objectType), readSchemaScopes(r.toType)
		return map[string]route{http.MethodGet: r}
	case area == "pipelines" && plainVersions.MatchString(version) && len(p) == 1:
		r.run, r.scopes = (*Account).listPipelines, readSchemaScopes(r.objectType)
		return map[string]route{http.MethodGet: r}
	case area == "properties" && plainVersions.MatchString(version) && len(p) <= 2:
		return properties(r, p[1:])
	case area == "property-validations" && plainVersions.MatchString(version) && len(p) == 1:
		r.run, r.scopes = (*Account).listRules, readSchemaScopes(r.objectType)
		return map[string]route{http.MethodGet: r}
	}
	return nil
}

func objects(r route, verb string) map[string]route {
	access := "write"
	switch verb {
	case "batch/create":
		r.run, r.write = (*Account).create, true
	case "batch/update":
		r.run, r.write = (*Account).update, true
	case "batch/archive":
		r.run = (*Account).archiveBatch
	case "batch/read":
		r.run, access = (*Account).read, "read"
	case "search":
		r.run, r.search, access = (*Account).search, true, "read"
	default:
		return nil
	}
	r.scopes = objectScopes(r.objectType, access)
	return map[string]route{http.MethodPost: r}
}

func properties(r route, name []string) map[string]route {
	r.scopes = readSchemaScopes(r.objectType)
	if len(name) == 1 {
		if r.run, r.property = (*Account).getProperty, name[0]; r.property == "groups" {
			r.run = (*Account).listGroups
		}
		return map[string]route{http.MethodGet: r}
	}
	made := r
	r.run, made.run = (*Account).listProperties, (*Account).createProperty
	made.scopes = writeSchemaScopes(r.objectType)
	return map[string]route{http.MethodGet: r, http.MethodPost: made}
}
