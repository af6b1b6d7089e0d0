// The property definitions of an object type.

package hubspot

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
)

// A Property is the definition of a property.
type Property struct {
	Name, Label, Description string
	GroupName                string

	// Type is what is stored: string, number, date, datetime, enumeration,
	// bool, phone_number, and others that HubSpot may add. FieldType is how
	// it is shown; an enumeration shown as checkbox takes several values.
	Type, FieldType string

	Options         []Option
	ExternalOptions bool // Options is empty, and the values are defined elsewhere

	HasUniqueValue bool // no two records have the same value
	ReadOnly       bool // its value can't be set: calculated, or HubSpot's own
	Calculated     bool
	Hidden         bool
	Archived       bool
	HubSpotDefined bool
}

// An Option is one of the values of an enumeration.
type Option struct {
	Label, Value string
	Hidden       bool
}

// A NewProperty is a property to create.
type NewProperty struct {
	GroupName      string `json:"groupName"` // lineiteminformation for line items
	Name           string `json:"name"`
	Label          string `json:"label"`
	Description    string `json:"description,omitzero"`
	Type           string `json:"type"`
	FieldType      string `json:"fieldType"`
	HasUniqueValue bool   `json:"hasUniqueValue"` // can't be changed later
}

// Properties returns the definitions of all properties of the object type. Its
// errors are [*Error].
func (c *Client) Properties(ctx context.Context) ([]Property, error) {
	var all []Property
	err := c.read(ctx, http.MethodGet, c.propertiesPath(), nil, func(w walker, name []byte) error {
		if string(name) != "results" {
			return w.skip()
		}
		return w.array(func() error {
			var p Property
			err := w.object(func(name []byte) error { return p.member(w, name) })
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
func (c *Client) Property(ctx context.Context, name string) (Property, error) {
	if strings.Trim(name, ".") == "" { // a path that leads elsewhere
		return Property{}, &Error{Status: http.StatusNotFound, Message: fmt.Sprintf("%q is no property's name", name)}
	}
	return c.property(ctx, http.MethodGet, c.propertiesPath()+"/"+url.PathEscape(name), nil)
}

// CreateProperty creates a property and returns its definition. Its errors are
// [*Error], with Status 409 when there is one of that name.
func (c *Client) CreateProperty(ctx context.Context, p NewProperty) (Property, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return Property{}, &Error{Err: fmt.Errorf("the property can't be encoded: %w", err)}
	}
	return c.property(ctx, http.MethodPost, c.propertiesPath(), body)
}

func (c *Client) property(ctx context.Context, method, path string, body []byte) (Property, error) {
	var p Property
	err := c.read(ctx, method, path, body, func(w walker, name []byte) error { return p.member(w, name) })
	if err == nil && p.Name == "" {
		err = &Error{Status: http.StatusOK, Err: fmt.Errorf("the answer holds no property")}
	}
	if err != nil {
		return Property{}, err
	}
	return p, nil
}

func (p *Property) member(w walker, name []byte) (err error) {
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
			if o != (Option{}) {
				p.Options = append(p.Options, o)
			}
			return err
		})
	default:
		err = w.skip()
	}
	return err
}

func (w walker) option() (o Option, err error) {
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
