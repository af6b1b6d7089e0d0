// What to do about an error.

package main

import (
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping/schema"
)

// writeSchemaScope is the scope that creating a property of an object type needs. Line
// items and products have none of their own (HubSpot's specification, 2026-08).
func writeSchemaScope(object string) string {
	switch object = schema.ObjectType(object); object {
	case "line_items", "products":
		return "e-commerce"
	}
	if strings.HasPrefix(object, "2-") || strings.HasPrefix(object, "p_") {
		return "crm.schemas.custom.write"
	}
	return "crm.schemas." + object + ".write"
}

// hintOf is the advice that goes with an error, "" where the error says it all.
func hintOf(err error) string {
	if e, ok := errors.AsType[hintedError](err); ok {
		return e.hint
	}
	if e, ok := errors.AsType[*rundir.Error](err); ok && e.Reason == rundir.NoInput {
		return nearFiles(e.Path)
	}
	if e, ok := errors.AsType[*rundir.Error](err); ok && reasons[e.Reason].hint != "" {
		failures, hint := (&rundir.Dir{Path: e.Path}).Failures(), reasons[e.Reason].hint
		if e.Refused == 0 {
			hint = strings.TrimPrefix(hint, fixRefused)
		}
		return strings.NewReplacer("{path}", quoted(e.Path), "{failures}", quoted(failures), "{object}", e.Object, "{write}", writeSchemaScope(e.Object), "{property}", e.Property).Replace(hint)
	}
	if e, ok := errors.AsType[*rundir.LockedError](err); ok {
		return "wait for it, or look on with: hubload status " + quoted(e.Path)
	}
	if e, ok := errors.AsType[*importer.StoppedError](err); ok && e.Changes {
		return "look at what would change with hubload check; if it is meant, allow more with --max-changed, or leave it out"
	}
	denied, ok := errors.AsType[*call.DeniedError](err)
	switch {
	case is[*rows.MismatchError](err):
		return "give the file as it was to go on, and fix rows that were refused in failures.csv; or --again to import this one as a new run, which creates once more what was created before"
	case ok && denied.Object != "":
		return strings.ReplaceAll(scopeAdvice, "{object}", denied.Object)
	}
	return answerHint(err)
}

// answerHint is what to do about an answer of HubSpot, or about none.
func answerHint(err error) string {
	answer, answered := errors.AsType[*hubspot.Error](err)
	switch {
	case answered && answer.Forbidden():
		return "add the scope to the token where it was made (HubSpot: Settings > Integrations), or use one that has it; hubload doctor says which scopes are missing"
	case lacksAccess(err):
		return "HubSpot doesn't know the token: check that all of it was copied, and that it wasn't deleted, rotated or expired (HubSpot: Settings > Integrations)"
	case answered && answer.NotFound():
		return "check --object and --base-url: what was asked for isn't served there"
	case !answered || answer.Status != 0:
		return ""
	}
	_, unknownHost := errors.AsType[*net.DNSError](answer)
	_, badName := errors.AsType[x509.HostnameError](answer)
	_, badIssuer := errors.AsType[x509.UnknownAuthorityError](answer)
	switch {
	case unknownHost:
		return "check the name of the host (--base-url, HUBLOAD_BASE_URL), and this computer's network: a proxy is named by HTTPS_PROXY"
	case badName, badIssuer:
		return "the server may not be HubSpot. Where a company's proxy reads along, its certificate must be known to this computer (SSL_CERT_FILE)"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing answers there: check --base-url or HUBLOAD_BASE_URL; without them it is " + rundir.DefaultBaseURL
	}
	return "check this computer's network; a proxy is named by HTTPS_PROXY"
}
