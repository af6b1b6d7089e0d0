// The endpoints of property definitions: list, show, create, groups, validation rules.

package hubspottest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var (
	validFields = []string{
		"booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number", "phonenumber", "radio", "select", "text", "textarea",
	}
	validName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)
)

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

func (p *Property) wire(q *Quirks) wireProperty {
	calculated := p.Calculated && !(p.settable && q.SettableBilling)
	w := wireProperty{
		Name: p.Name, Label: p.Label, Type: p.Type, FieldType: p.FieldType, Description: p.Description, GroupName: p.Group,
		DisplayOrder: -1, Calculated: calculated, External: p.External, HasUniqueValue: p.Unique, Hidden: p.Hidden,
		HubspotDefined: p.standard, FormField: !p.standard, DataSensitivity: p.Sensitivity, Options: []wireOption{},
	}
	for i, o := range p.Options {
		w.Options = append(w.Options, wireOption{Label: o.Label, Value: o.Value, DisplayOrder: i})
	}
	w.Modification.Archivable = !p.standard
	w.Modification.ReadOnlyDefinition = p.standard
	w.Modification.ReadOnlyValue = p.ReadOnly || calculated
	return w
}

// definitions lists those of a type, by name.
func (a *Account) definitions(objectType string) (list []*Property) {
	a.mu.Lock()
	defer a.mu.Unlock()
	byName := a.table(objectType).defs.byName
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, byName[name])
	}
	return list
}

func (a *Account) listProperties(c *call) *response {
	if c.quirks.HiddenSchema {
		return c.missingScopes(c.route.scopes)
	}
	query := c.request.URL.Query()
	sensitivity := cmp.Or(query.Get("dataSensitivity"), "non_sensitive") // the others only for who asks (properties guide)
	list := []wireProperty{}
	for _, p := range a.definitions(c.route.objectType) {
		if query.Get("archived") != "true" && p.Sensitivity == sensitivity { // none is ever archived here
			list = append(list, p.wire(c.quirks))
		}
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}

func (a *Account) getProperty(c *call) *response {
	name := c.route.property
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.table(c.route.objectType).defs.byName[name]
	if p == nil {
		return c.refuse(http.StatusNotFound, wireError{
			Category: "OBJECT_NOT_FOUND", Message: "Property \"" + name + "\" does not exist",
			Errors: []wireDetail{{
				Message: "Property \"" + name + "\" does not exist", Code: "PROPERTY_DOESNT_EXIST",
				Context: map[string][]string{"propertyName": {name}},
			}},
		})
	}
	return answerJSON(http.StatusOK, p.wire(c.quirks))
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
		Sensitive string       `json:"dataSensitivity"`
	}
	if resp := c.decode(&in); resp != nil {
		return resp
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
		return c.missing(strings.Join(absent, ", "))
	case fieldTypes[*in.Type] == "":
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid type: "+*in.Type)
	case !slices.Contains(validFields, *in.FieldType):
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid fieldType: "+*in.FieldType)
	case !validName.MatchString(*in.Name):
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid property name: lower case letters, digits and underscores, beginning with a letter")
	}
	p := Property{
		Name: *in.Name, Label: *in.Label, Description: in.About, Group: *in.GroupName, Type: *in.Type, FieldType: *in.FieldType,
		External: in.External, Unique: in.Unique, Hidden: in.Hidden, Sensitivity: in.Sensitive,
	}
	for _, o := range in.Options {
		p.Options = append(p.Options, Option{Label: o.Label, Value: o.Value})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	if !slices.Contains(t.defs.groups(t.objectType), p.Group) {
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Property group "+p.Group+" does not exist")
	}
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
	return answerJSON(http.StatusCreated, t.defs.byName[p.Name].wire(c.quirks))
}

// groups are the names of the groups that properties of a type are in.
func (d *definitions) groups(objectType string) []string {
	names := map[string]bool{defaultGroup(objectType): true}
	for _, p := range d.byName {
		names[p.Group] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func (a *Account) listGroups(c *call) *response {
	type group struct {
		Archived     bool   `json:"archived"`
		DisplayOrder int    `json:"displayOrder"`
		Label        string `json:"label"`
		Name         string `json:"name"`
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	list := []group{}
	for i, name := range a.table(c.route.objectType).defs.groups(c.route.objectType) {
		list = append(list, group{DisplayOrder: i, Label: name, Name: name})
	}
	return answerJSON(http.StatusOK, map[string]any{"results": list})
}
