// The property definitions of an object type.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
)

// Properties returns the definitions of all properties of the object type but the
// sensitive ones. Its errors are [*Error].
func (c *Client) Properties(ctx context.Context) ([]api.Property, error) {
	return c.properties(ctx, "")
}

// SensitiveProperties returns the definitions that Properties leaves out: of highly
// sensitive properties, or of the others. HubSpot lists them for who asks, if the token
// has the scope for it (properties guide of 2026-03-31). Its errors are [*Error].
func (c *Client) SensitiveProperties(ctx context.Context, highly bool) ([]api.Property, error) {
	if highly {
		return c.properties(ctx, "?dataSensitivity=highly_sensitive")
	}
	return c.properties(ctx, "?dataSensitivity=sensitive")
}

func (c *Client) properties(ctx context.Context, query string) ([]api.Property, error) {
	var answer struct {
		Results list[property] `json:"results"`
	}
	if err := c.read(ctx, http.MethodGet, c.propertiesPath()+query, nil, &answer, nil); err != nil {
		return nil, err
	}
	var all []api.Property
	for i := range answer.Results {
		if p := answer.Results[i].definition(c.object); p.Name != "" {
			all = append(all, p)
		}
	}
	return all, nil
}

// Property returns the definition of one property. Its errors are [*Error], with
// Status 404 when there is no such property.
func (c *Client) Property(ctx context.Context, name string) (api.Property, error) {
	return c.propertyOf(ctx, "", name)
}

// Unique reports whether a property of an object type ("" for the client's own) is
// unique: by its definition, or as the email of contacts. Its errors are [*Error], with Status 404 when there is no
// such property.
func (c *Client) Unique(ctx context.Context, object, name string) (bool, error) {
	p, err := c.propertyOf(ctx, object, name)
	return p.HasUniqueValue, err
}

func (c *Client) propertyOf(ctx context.Context, object, name string) (api.Property, error) {
	a, err := c.of(object)
	if err != nil {
		return api.Property{}, err
	}
	if strings.Trim(name, ".") == "" { // such a path is another one
		return api.Property{}, &Error{Status: http.StatusNotFound, Message: fmt.Sprintf("%q can't be a property's name", name)}
	}
	return c.property(ctx, http.MethodGet, a, "/"+url.PathEscape(name), nil)
}

// CreateProperty creates a property and returns its definition. Its errors are
// [*Error], with Status 409 when there is one of that name.
func (c *Client) CreateProperty(ctx context.Context, p api.NewProperty) (api.Property, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return api.Property{}, &Error{Err: fmt.Errorf("the property can't be encoded: %w", err)}
	}
	return c.property(ctx, http.MethodPost, c.address, "", body)
}

func (c *Client) property(ctx context.Context, method string, of address, path string, body []byte) (api.Property, error) {
	var answer property
	err := c.read(ctx, method, of.propertiesPath()+path, body, &answer, nil)
	p := answer.definition(of.object)
	if err == nil && p.Name == "" {
		err = &Error{Status: http.StatusOK, Err: errors.New("the answer holds no property")}
	}
	if err != nil {
		return api.Property{}, err
	}
	return p, nil
}

// A property is a definition as it stands in an answer. Where a name is in both, that
// of this struct is the exact one and is taken.
type property struct {
	api.Property
	Listed   list[api.Option] `json:"options"`
	Metadata object[struct {
		ReadOnly bool `json:"readOnlyValue"`
	}] `json:"modificationMetadata"`
}

// definition is the property of an object type. The email of a contact is unique in
// effect and identifies it in batch/read, though its definition says hasUniqueValue:
// false (properties guide of 2026-03-31).
func (p *property) definition(object string) api.Property {
	d := p.Property
	if d.Name == "email" && (object == "contacts" || object == "0-1") {
		d.HasUniqueValue = true
	}
	d.ReadOnly = d.Calculated || p.Metadata.v.ReadOnly
	for _, o := range p.Listed {
		if o != (api.Option{}) {
			d.Options = append(d.Options, o)
		}
	}
	return d
}
