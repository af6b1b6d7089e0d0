// Property definitions: what they are, and the endpoints that list, show and create them.

package hubspottest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// maxUnique is how many properties of one object type an account may make unique.
const maxUnique = 10

// A Property is the definition of one.
type Property struct {
	Name, Label, Description string
	Group                    string   // "" means the type's own, such as lineiteminformation
	Type                     string   // string (the meaning of ""), number, enumeration, bool, date, datetime, phone_number
	FieldType                string   // "" means the usual one of the type; checkbox with enumeration takes several values, a;b
	Options                  []Option // of enumeration; bool has true and false by itself
	External                 bool     // options are kept elsewhere: any value will do
	Unique                   bool     // hasUniqueValue: no two records hold the same value
	ReadOnly                 bool     // cannot be written
	Calculated               bool     // cannot be written either
	Hidden                   bool
	NotNegative              bool // of number

	standard bool // defined by HubSpot
}

// An Option is an allowed value of an enumeration.
type Option struct{ Label, Value string }

// definitions are those of one type. They are never changed, only replaced.
type definitions struct {
	byName map[string]*Property
	open   bool // a name without a definition is a string
}

func (d *definitions) with(p *Property) *definitions {
	next := &definitions{byName: maps.Clone(d.byName), open: d.open}
	next.byName[p.Name] = p
	return next
}

var (
	errExists   = errors.New("a property of that name exists")
	errNoUnique = errors.New("objects of this type have no unique properties")
	errTooMany  = fmt.Errorf("there are %d unique properties already", maxUnique)
	fieldTypes  = map[string]string{"string": "text", "number": "number", "enumeration": "select", "bool": "booleancheckbox", "date": "date", "datetime": "date", "phone_number": "phonenumber"}
	validFields = []string{"booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number", "phonenumber", "radio", "select", "text", "textarea"}
	validName   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)
)

// complete fills in what a definition leaves to its type.
func (p *Property) complete(objectType string) {
	if p.Type == "" {
		p.Type = "string"
	}
	if p.FieldType == "" {
		p.FieldType = fieldTypes[p.Type]
	}
	if p.Label == "" {
		p.Label = p.Name
	}
	if p.Group == "" {
		p.Group = strings.ReplaceAll(strings.ToLower(constantName(objectType)), "_", "") + "information"
	}
	if p.Type == "bool" && len(p.Options) == 0 {
		p.Options = []Option{{"Yes", "true"}, {"No", "false"}}
	}
}

// AddProperty defines a property, or replaces its definition. It is an error when the object type or the type of values does
// not exist, when there are ten unique ones already or the type has none, as products, and when a property would become unique or cease to be it.
func (a *Account) AddProperty(objectType string, p Property) error {
	t, err := a.knownTable(objectType)
	if err != nil {
		return err
	}
	return t.define(p, true)
}

func (t *table) define(p Property, replace bool) error {
	p.Options = slices.Clone(p.Options)
	p.complete(t.objectType)
	if fieldTypes[p.Type] == "" || p.Name == "" {
		return fmt.Errorf("defining property %q of %s: there is no type %q", p.Name, t.objectType, p.Type)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defs := t.defs.Load()
	if old := defs.byName[p.Name]; old != nil {
		p.standard = old.standard
		if !replace || old.Unique != p.Unique {
			return fmt.Errorf("defining property %q of %s: %w", p.Name, t.objectType, errExists)
		}
	} else if p.Unique && t.objectType == "products" {
		return fmt.Errorf("defining property %q of %s: %w", p.Name, t.objectType, errNoUnique)
	} else if p.Unique {
		n := 0
		for _, d := range defs.byName {
			if d.Unique && !d.standard {
				n++
			}
		}
		if n >= maxUnique {
			return fmt.Errorf("defining property %q of %s: %w", p.Name, t.objectType, errTooMany)
		}
	}
	t.defs.Store(defs.with(&p))
	return nil
}

// wireProperty is a definition as the API shows it.
type wireProperty struct {
	Name           string       `json:"name"`
	Label          string       `json:"label"`
	Type           string       `json:"type"`
	FieldType      string       `json:"fieldType"`
	Description    string       `json:"description"`
	GroupName      string       `json:"groupName"`
	Options        []wireOption `json:"options"`
	DisplayOrder   int          `json:"displayOrder"`
	Calculated     bool         `json:"calculated"`
	External       bool         `json:"externalOptions"`
	Archived       bool         `json:"archived"`
	HasUniqueValue bool         `json:"hasUniqueValue"`
	Hidden         bool         `json:"hidden"`
	HubspotDefined bool         `json:"hubspotDefined,omitzero"`
	Modification   struct {
		Archivable         bool `json:"archivable"`
		ReadOnlyDefinition bool `json:"readOnlyDefinition"`
		ReadOnlyOptions    bool `json:"readOnlyOptions"`
		ReadOnlyValue      bool `json:"readOnlyValue"`
	} `json:"modificationMetadata"`
	FormField       bool   `json:"formField"`
	DataSensitivity string `json:"dataSensitivity"`
}

type wireOption struct {
	Label        string `json:"label"`
	Value        string `json:"value"`
	DisplayOrder int    `json:"displayOrder"`
	Hidden       bool   `json:"hidden"`
}

func (p *Property) wire() wireProperty {
	w := wireProperty{
		Name: p.Name, Label: p.Label, Type: p.Type, FieldType: p.FieldType, Description: p.Description, GroupName: p.Group,
		DisplayOrder: -1, Calculated: p.Calculated, External: p.External, HasUniqueValue: p.Unique, Hidden: p.Hidden,
		HubspotDefined: p.standard, FormField: !p.standard, DataSensitivity: "non_sensitive", Options: []wireOption{},
	}
	for i, o := range p.Options {
		w.Options = append(w.Options, wireOption{Label: o.Label, Value: o.Value, DisplayOrder: i})
	}
	w.Modification.Archivable = !p.standard
	w.Modification.ReadOnlyDefinition = p.standard
	w.Modification.ReadOnlyValue = p.ReadOnly || p.Calculated
	return w
}

func (a *Account) listProperties(c *call) *response {
	if c.quirks.HiddenSchema {
		return c.missingScopes(c.route.scopes)
	}
	defs := a.table(c.route.objectType).defs.Load()
	list := []wireProperty{}
	if c.request.URL.Query().Get("archived") != "true" { // none is ever archived here
		for _, name := range slices.Sorted(maps.Keys(defs.byName)) {
			list = append(list, defs.byName[name].wire())
		}
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}

func (a *Account) getProperty(c *call) *response {
	name := c.route.property
	p := a.table(c.route.objectType).defs.Load().byName[name]
	if p == nil {
		return c.refuse(http.StatusNotFound, wireError{
			Category: "OBJECT_NOT_FOUND", Message: "Property \"" + name + "\" does not exist",
			Errors: []wireDetail{{
				Message: "Property \"" + name + "\" does not exist", Code: "PROPERTY_DOESNT_EXIST",
				Context: map[string][]string{"propertyName": {name}},
			}},
		})
	}
	return answerJSON(http.StatusOK, p.wire())
}

func (a *Account) createProperty(c *call) *response {
	var in struct {
		Name      *string      `json:"name"`
		Label     *string      `json:"label"`
		Type      *string      `json:"type"`
		FieldType *string      `json:"fieldType"`
		GroupName *string      `json:"groupName"`
		About     string       `json:"description"`
		Options   []wireOption `json:"options"`
		External  bool         `json:"externalOptions"`
		Unique    bool         `json:"hasUniqueValue"`
		Hidden    bool         `json:"hidden"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.fail(http.StatusBadRequest, "", "Invalid input JSON: "+err.Error())
	}
	var absent []string
	for _, m := range []struct {
		name  string
		value *string
	}{{"fieldType", in.FieldType}, {"groupName", in.GroupName}, {"label", in.Label}, {"name", in.Name}, {"type", in.Type}} {
		if m.value == nil {
			absent = append(absent, m.name)
		}
	}
	switch {
	case absent != nil:
		return c.invalidInput(missing(strings.Join(absent, ", ")))
	case fieldTypes[*in.Type] == "":
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid type: "+*in.Type)
	case !slices.Contains(validFields, *in.FieldType):
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid fieldType: "+*in.FieldType)
	case !validName.MatchString(*in.Name):
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid property name: lower case letters, digits and underscores, beginning with a letter")
	}
	p := Property{
		Name: *in.Name, Label: *in.Label, Description: in.About, Group: *in.GroupName, Type: *in.Type, FieldType: *in.FieldType,
		External: in.External, Unique: in.Unique, Hidden: in.Hidden,
	}
	for _, o := range in.Options {
		p.Options = append(p.Options, Option{Label: o.Label, Value: o.Value})
	}
	t := a.table(c.route.objectType)
	switch err := t.define(p, false); {
	case errors.Is(err, errExists):
		return c.refuse(http.StatusConflict, wireError{
			Category: "OBJECT_ALREADY_EXISTS", SubCategory: "Properties.PROPERTY_WITH_NAME_EXISTS",
			Message: "A property named '" + p.Name + "' already exists.",
		})
	case errors.Is(err, errNoUnique):
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Unique properties are not supported for "+constantName(t.objectType))
	case err != nil:
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", fmt.Sprintf("Only %d unique properties are allowed per object type", maxUnique))
	}
	return answerJSON(http.StatusCreated, t.defs.Load().byName[p.Name].wire())
}
