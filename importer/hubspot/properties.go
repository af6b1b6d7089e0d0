// The property definitions of an object type.

package hubspot

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
)

// Properties returns the definitions of all properties of the object type. Its
// errors are [*Error].
func (c *Client) Properties(ctx context.Context) ([]api.Property, error) {
	var all []api.Property
	err := c.read(ctx, http.MethodGet, c.propertiesPath(), nil, func(w walker, name []byte) error {
		if string(name) != "results" {
			return w.skip()
		}
		return w.array(func() error {
			var p api.Property
			err := w.object(func(name []byte) error { return readProperty(&p, w, name) })
			if p.Name != "" {
				all = append(all, p)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Property returns the definition of one property. Its errors are [*Error], with
// Status 404 when there is no such property.
func (c *Client) Property(ctx context.Context, name string) (api.Property, error) {
	if strings.Trim(name, ".") == "" { // a path that leads elsewhere
		return api.Property{}, &Error{Status: http.StatusNotFound, Message: fmt.Sprintf("%q is no property's name", name)}
	}
	return c.property(ctx, http.MethodGet, c.propertiesPath()+"/"+url.PathEscape(name), nil)
}

// CreateProperty creates a property and returns its definition. Its errors are
// [*Error], with Status 409 when there is one of that name.
func (c *Client) CreateProperty(ctx context.Context, p api.NewProperty) (api.Property, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return api.Property{}, &Error{Err: fmt.Errorf("the property can't be encoded: %w", err)}
	}
	return c.property(ctx, http.MethodPost, c.propertiesPath(), body)
}

func (c *Client) property(ctx context.Context, method, path string, body []byte) (api.Property, error) {
	var p api.Property
	err := c.read(ctx, method, path, body, func(w walker, name []byte) error { return readProperty(&p, w, name) })
	if err == nil && p.Name == "" {
		err = &Error{Status: http.StatusOK, Err: fmt.Errorf("the answer holds no property")}
	}
	if err != nil {
		return api.Property{}, err
	}
	return p, nil
}

// readProperty reads one member of a definition.
func readProperty(p *api.Property, w walker, name []byte) (err error) {
	switch string(name) {
	case "name":
		p.Name, err = w.text()
	case "label":
		p.Label, err = w.text()
	case "description":
		p.Description, err = w.text()
	case "groupName":
		p.GroupName, err = w.text()
	case "type":
		p.Type, err = w.text()
	case "fieldType":
		p.FieldType, err = w.text()
	case "externalOptions":
		p.ExternalOptions, err = w.yes()
	case "hasUniqueValue":
		p.HasUniqueValue, err = w.yes()
	case "calculated":
		p.Calculated, err = w.yes()
		p.ReadOnly = p.ReadOnly || p.Calculated
	case "hidden":
		p.Hidden, err = w.yes()
	case "archived":
		p.Archived, err = w.yes()
	case "hubspotDefined":
		p.HubSpotDefined, err = w.yes()
	case "modificationMetadata":
		err = w.object(func(name []byte) error {
			if string(name) != "readOnlyValue" {
				return w.skip()
			}
			readOnly, err := w.yes()
			p.ReadOnly = p.ReadOnly || readOnly
			return err
		})
	case "options":
		err = w.array(func() error {
			o, err := w.option()
			if o != (api.Option{}) {
				p.Options = append(p.Options, o)
			}
			return err
		})
	default:
		err = w.skip()
	}
	return err
}

func (w walker) option() (o api.Option, err error) {
	err = w.object(func(name []byte) (err error) {
		switch string(name) {
		case "label":
			o.Label, err = w.text()
		case "value":
			o.Value, err = w.text()
		case "hidden":
			o.Hidden, err = w.yes()
		default:
			err = w.skip()
		}
		return err
	})
	return o, err
}

// yes reads a JSON true; anything else gives false.
func (w walker) yes() (bool, error) {
	yes := w.kind() == 't'
	return yes, w.skip()
}
