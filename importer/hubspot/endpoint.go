// Where the API is: the base URL, and the paths of each version.

package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultBaseURL = "https://api.hubapi.com"
	versionThree   = "v3"
	versionBeta    = "2026-09-beta"
)

// versions are those of the API's published specification (August 2026). Of the beta
// there are only the objects' own paths.
var versions = []string{versionThree, "2025-09", "2026-03", "2026-09", versionBeta}

// Lengths are compared apart: as {0,251} and the like they cost each start of a program
// 5 ms of 26 (2026-11).
var (
	hostName   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
	objectType = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	pathPrefix = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?$`)
)

func isObjectType(s string) bool { return len(s) <= 100 && objectType.MatchString(s) }

// CheckBaseURL says what is wrong with s as the base URL of the API, which the
// token is sent to. It must be https, or http for a loopback address or
// localhost; without user, query and fragment; its host plain ASCII that doesn't
// end in a dot and isn't an internationalised name, which may look like another.
// The error never repeats s, which may hold a password.
func CheckBaseURL(s string) error {
	_, err := parseBaseURL(s)
	return err
}

func parseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Opaque != "" || u.Host == "":
		return nil, errors.New("the base URL is not a URL with a host; it should look like " + defaultBaseURL)
	case u.User != nil:
		return nil, errors.New("the base URL must not hold a user or password before an @")
	case strings.ContainsAny(s, "?#"):
		return nil, errors.New("the base URL must not have a query or fragment")
	case !pathPrefix.MatchString(u.EscapedPath()):
		return nil, errors.New("the base URL's path must be plain: letters, digits and - . _ ~ between slashes")
	}
	host := u.Hostname()
	ip, ipErr := netip.ParseAddr(host)
	switch {
	case ipErr == nil && ip.Zone() == "":
	case strings.HasSuffix(host, "."):
		return nil, errors.New("the base URL's host must not end in a dot")
	case len(host) > 253, !hostName.MatchString(host), strings.Contains("."+strings.ToLower(host), ".xn--"):
		return nil, errors.New("the base URL's host must be plain ASCII; other names can look like the API's")
	}
	if _, port, found := strings.Cut(strings.TrimPrefix(u.Host, "["+host+"]"), ":"); found {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, errors.New("the base URL's port must be 1 to 65535")
		}
	}
	loopback := strings.EqualFold(host, "localhost") || ipErr == nil && ip.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback) {
		return nil, errors.New("the base URL must begin with https://, because the token is sent there (http:// is for loopback addresses only)")
	}
	return u, nil
}

// CheckVersion says whether s is a version of the API that a [Config] takes.
func CheckVersion(s string) error {
	if !slices.Contains(versions, s) {
		return fmt.Errorf("API version %q is not known; use one of %s", s, strings.Join(versions, ", "))
	}
	return nil
}

// An address makes the URLs of one version of the API and one object type.
type address struct {
	base    string // without a slash at the end
	host    string // for messages
	version string
	object  string
}

func newAddress(base, version, object string) (address, error) {
	u, err := parseBaseURL(cmp.Or(base, defaultBaseURL))
	if err != nil {
		return address{}, err
	}
	a := address{
		base:    strings.TrimSuffix(u.String(), "/"),
		host:    u.Host,
		version: cmp.Or(version, versionThree),
		object:  cmp.Or(object, "line_items"),
	}
	if err := CheckVersion(a.version); err != nil {
		return address{}, err
	}
	if !isObjectType(a.object) {
		return address{}, fmt.Errorf("object type %q is not valid; use a name such as line_items or an id such as 0-8", a.object)
	}
	return a, nil
}

func (a address) objectPath(method string) string {
	if a.version == versionThree {
		return "/crm/v3/objects/" + a.object + "/" + method
	}
	return "/crm/objects/" + a.version + "/" + a.object + "/" + method
}

// stable is the version of all paths but the objects'.
func (a address) stable() string { return strings.TrimSuffix(a.version, "-beta") }

func (a address) propertiesPath() string {
	if a.version == versionThree {
		return "/crm/v3/properties/" + a.object
	}
	return "/crm/properties/" + a.stable() + "/" + a.object
}

func (a address) accountPath(what string) string {
	return "/account-info/" + a.stable() + "/" + what
}

// tokenURL is where tokens are refreshed. There is no such path in 2025-09.
func (a address) tokenURL() string {
	version := a.stable()
	if version == "2025-09" {
		version = versionThree
	}
	return a.base + "/oauth/" + version + "/token"
}

// associationsPath is where the associations from a type to the client's own are
// read. Associations have a version 4 where objects have a 3.
func (a address) associationsPath(from string) string {
	if a.version == versionThree {
		return "/crm/v4/associations/" + from + "/" + a.object + "/batch/read"
	}
	return "/crm/associations/" + a.stable() + "/" + from + "/" + a.object + "/batch/read"
}

func (a address) rulesPath() string {
	if a.version == versionThree {
		return "/crm/v3/property-validations/" + a.object
	}
	return "/crm/property-validations/" + a.stable() + "/" + a.object
}

// enforcesRules reports whether writes under this version have to obey the rules of the
// account's administrators: from 2026-09 on (changelog "CRM API write validation
// enforcement").
func (a address) enforcesRules() bool { return a.version != versionThree && a.version >= "2026-09" }

func (a address) ownersPath() string {
	if a.version == versionThree {
		return "/crm/v3/owners"
	}
	return "/crm/owners/" + a.stable()
}

func (a address) pipelinesPath() string {
	if a.version == versionThree {
		return "/crm/v3/pipelines/" + a.object
	}
	return "/crm/pipelines/" + a.stable() + "/" + a.object
}

// taxRatesPath is where tax rates are read. They have a version 1 where objects have a
// 3, and there is no such path in 2025-09.
func (a address) taxRatesPath() string {
	version := a.stable()
	if version == versionThree || version == "2025-09" {
		version = "v1"
	}
	return "/tax-rates/" + version + "/tax-rates"
}

// labelsPath is where the association types to another type are read. Version 4 has
// the parts of the path in another order than its other paths.
func (a address) labelsPath(to string) string {
	version := a.stable()
	if version == versionThree {
		version = "v4"
	}
	return "/crm/associations/" + version + "/" + a.object + "/" + to + "/labels"
}

// of is the address of another object type, or of the client's own for "".
func (c *Client) of(object string) (address, error) {
	a := c.address
	if object != "" {
		a.object = object
	}
	if !isObjectType(a.object) {
		return a, &Error{Status: http.StatusNotFound, Err: fmt.Errorf("%q is not an object type", object)}
	}
	return a, nil
}
