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
	toType     string   // likewise, of the other side of associations
	property   string   // of /properties/{type}/{name}
	scopes     []string // one of these is needed; none: no scope
	toScopes   []string // and one of these
	create     bool     // batch/create, which the faults are about
	open       bool     // no token, no rate limit: the token endpoints
	search     bool     // with a limit of its own
}

var (
	dated  = regexp.MustCompile(`^\d{4}-\d{2}(-beta)?$`)
	custom = regexp.MustCompile(`^(2-\d+|p\d+_\w+)$`)
)

// typeIDs are HubSpot's numbers for its standard object types.
var typeIDs = map[string]string{
	"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5", "products": "0-7", "line_items": "0-8",
	"quotes": "0-14", "invoices": "0-53", "subscriptions": "0-69", "discounts": "0-84", "fees": "0-85", "taxes": "0-86",
	"commerce_payments": "0-101", "orders": "0-123", "carts": "0-142",
}

// canonicalType turns what stands in a path into the type's name; "" means that there is no such type.
func canonicalType(s string) string {
	if _, ok := typeIDs[s]; ok || custom.MatchString(s) {
		return s
	}
	for name, id := range typeIDs {
		if id == s {
			return name
		}
	}
	return ""
}

// typeID is the part of a record's address that says its type.
func typeID(name string) string {
	if id, ok := typeIDs[name]; ok {
		return id
	}
	return name
}

// constantName is how HubSpot's messages call one record of a type, such as LINE_ITEM.
func constantName(objectType string) string {
	s := strings.ToUpper(objectType)
	if stem, ok := strings.CutSuffix(s, "IES"); ok {
		return stem + "Y"
	}
	return strings.TrimSuffix(s, "S")
}

// findRoute finds the destination of a request. A path that exists with other methods gives these as allow.
func findRoute(method, path string) (r route, allow string) {
	byMethod := resource(strings.Split(strings.TrimPrefix(path, "/"), "/"))
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

// resource lists what can be done at a path, by method.
func resource(p []string) map[string]route {
	switch {
	case len(p) == 6 && p[0] == "crm" && p[1] == "v3" && p[2] == "objects" && p[4] == "batch":
		return batch("v3", p[3], p[5])
	case len(p) == 6 && p[0] == "crm" && p[1] == "objects" && dated.MatchString(p[2]) && p[4] == "batch":
		return batch(p[2], p[3], p[5])
	case len(p) == 5 && p[0] == "crm" && p[1] == "v3" && p[2] == "objects" && p[4] == "search":
		return search("v3", p[3])
	case len(p) == 5 && p[0] == "crm" && p[1] == "objects" && dated.MatchString(p[2]) && p[4] == "search":
		return search(p[2], p[3])
	case len(p) == 7 && p[0] == "crm" && p[1] == "v4" && p[2] == "associations" && p[5] == "batch":
		return associations("v4", p[3], p[4], p[6])
	case len(p) == 7 && p[0] == "crm" && p[1] == "associations" && dated.MatchString(p[2]) && p[5] == "batch":
		return associations(p[2], p[3], p[4], p[6])
	case len(p) >= 4 && p[0] == "crm" && p[1] == "v3" && p[2] == "properties":
		return properties("v3", p[3:])
	case len(p) >= 4 && p[0] == "crm" && p[1] == "properties" && dated.MatchString(p[2]):
		return properties(p[2], p[3:])
	case len(p) >= 3 && p[0] == "account-info" && (p[1] == "v3" || dated.MatchString(p[1])):
		switch strings.Join(p[2:], "/") {
		case "details":
			return map[string]route{http.MethodGet: {run: (*Account).details, version: p[1]}}
		case "api-usage/daily/private-apps":
			return map[string]route{http.MethodGet: {run: (*Account).usage, version: p[1]}}
		}
	case len(p) == 3 && p[0] == "oauth" && (p[1] == "v1" || p[1] == "v3" || dated.MatchString(p[1])) && p[2] == "token":
		return map[string]route{http.MethodPost: {run: (*Account).token, version: p[1], open: true}}
	}
	return nil
}

func batch(version, objectType, verb string) map[string]route {
	r := route{version: version, objectType: canonicalType(objectType)}
	if r.objectType == "" {
		return nil
	}
	access := ".write"
	switch verb {
	case "create":
		r.run, r.create = (*Account).create, true
	case "read":
		r.run, access = (*Account).read, ".read"
	case "archive":
		r.run = (*Account).archive
	default:
		return nil
	}
	r.scopes = scopes(r.objectType, "crm.objects."+r.objectType+access)
	return map[string]route{http.MethodPost: r}
}

func search(version, objectType string) map[string]route {
	r := route{run: (*Account).search, version: version, objectType: canonicalType(objectType), search: true}
	if r.objectType == "" {
		return nil
	}
	r.scopes = scopes(r.objectType, "crm.objects."+r.objectType+".read")
	return map[string]route{http.MethodPost: r}
}

func associations(version, fromType, toType, verb string) map[string]route {
	r := route{run: (*Account).readAssociations, version: version, objectType: canonicalType(fromType), toType: canonicalType(toType)}
	if r.objectType == "" || r.toType == "" || verb != "read" {
		return nil
	}
	r.scopes = scopes(r.objectType, "crm.objects."+r.objectType+".read")
	r.toScopes = scopes(r.toType, "crm.objects."+r.toType+".read")
	return map[string]route{http.MethodPost: r}
}

func properties(version string, p []string) map[string]route {
	r := route{version: version, objectType: canonicalType(p[0])}
	if r.objectType == "" || len(p) > 2 {
		return nil
	}
	r.scopes = scopes(r.objectType, "crm.objects."+r.objectType+".read", "crm.objects."+r.objectType+".write", "crm.schemas."+r.objectType+".read")
	if len(p) == 2 {
		r.run, r.property = (*Account).getProperty, p[1]
		return map[string]route{http.MethodGet: r}
	}
	r.run = (*Account).listProperties
	c := route{run: (*Account).createProperty, version: version, objectType: r.objectType}
	c.scopes = scopes(r.objectType, "crm.schemas."+r.objectType+".write")
	return map[string]route{http.MethodGet: r, http.MethodPost: c}
}

// scopes adds the old scope that still opens line items and products as a whole.
func scopes(objectType string, s ...string) []string {
	if objectType == "line_items" || objectType == "products" {
		s = append(s, "e-commerce")
	}
	return s
}
