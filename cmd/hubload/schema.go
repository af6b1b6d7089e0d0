// The account's property definitions: read once a run, and kept with it.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/mapping/schema"
)

const (
	schemaName = "schema.json"
	maxSchema  = 64 << 20 // answers of half a megabyte are reported
)

// A savedSchema is what an account said about the properties of an object type. What
// was checked by it stays checked: a run that goes on uses the one that it was begun
// with, also to find its rows again, which are sent with internal values for labels.
type savedSchema struct {
	Read    time.Time `json:"read"`
	BaseURL string    `json:"base_url"`
	Account int64     `json:"account,omitempty"` // 0: the token may not read it
	Object  string    `json:"object"`

	Properties []definition `json:"properties"`
}

// A definition is a schema.Property as a file holds it.
type definition struct {
	Name      string   `json:"name"`
	Label     string   `json:"label,omitempty"`
	Type      string   `json:"type"`
	FieldType string   `json:"field_type,omitempty"`
	Options   []option `json:"options,omitempty"`
	External  bool     `json:"external_options,omitempty"`
	ReadOnly  bool     `json:"read_only,omitempty"`
	Unique    bool     `json:"unique,omitempty"`
}

type option struct {
	Value  string `json:"value"`
	Label  string `json:"label,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

// rules are the schema as mappings are compiled for it, nil when it isn't known.
func (s *savedSchema) rules() *schema.Schema {
	if s == nil {
		return nil
	}
	list := make([]schema.Property, len(s.Properties))
	for i, p := range s.Properties {
		list[i] = schema.Property{
			Name: p.Name, Label: p.Label, Type: p.Type, FieldType: p.FieldType,
			ExternalOptions: p.External, ReadOnly: p.ReadOnly, Unique: p.Unique,
		}
		for _, o := range p.Options {
			list[i].Options = append(list[i].Options, schema.Option(o))
		}
	}
	return schema.New(list)
}

// add adds a property, unless the schema has one of its name.
func (s *savedSchema) add(p api.Property) {
	for i := range s.Properties {
		if s.Properties[i].Name == p.Name {
			return
		}
	}
	d := definition{
		Name: p.Name, Label: p.Label, Type: p.Type, FieldType: p.FieldType,
		External: p.ExternalOptions, ReadOnly: p.ReadOnly, Unique: p.HasUniqueValue,
	}
	for _, o := range p.Options {
		d.Options = append(d.Options, option{Value: o.Value, Label: o.Label, Hidden: o.Hidden})
	}
	s.Properties = append(s.Properties, d)
}

// schema reads the definitions of an object type; nil when the token may not, or the
// account tells none: what can't be known is for HubSpot to check. The
// list may lag behind: of the key's property what was read by itself counts.
func (c *connection) schema(ctx context.Context, object string) (*savedSchema, error) {
	properties, err := insistently(ctx, c.tries, counted(c, c.Properties))
	var answer *hubspot.Error
	if errors.As(err, &answer) && !answer.Unauthorized() && !answer.Temporary() || err == nil && len(properties) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the account's properties of %s: %w", object, err)
	}
	s := &savedSchema{Read: time.Now().UTC().Truncate(time.Second), BaseURL: c.baseURL, Account: c.account, Object: object}
	if c.keyProperty != nil {
		s.add(*c.keyProperty)
	}
	for _, p := range properties {
		if !p.Archived {
			s.add(p)
		}
	}
	return s, nil
}

// schemaFor is the schema that a run is checked against: a new run reads it, and
// one that goes on has what it was begun with, or none.
func (a *app) schemaFor(ctx context.Context, conn *connection, t target, object string) (*savedSchema, error) {
	if t.exists {
		return t.dir.schema()
	}
	s, err := conn.schema(ctx, object)
	if err != nil {
		return nil, err
	}
	if s == nil {
		a.ui.note("this token may not read the account's properties of %s (any of the scopes crm.objects.%[1]s.read, crm.objects.%[1]s.write and crm.schemas.%[1]s.read lets it): values aren't checked before they are sent, and HubSpot refuses the rows that don't fit", object)
		return nil, nil
	}
	if memory := memoryOf(a.getenv); memory != nil && !conn.sandbox {
		memory.rememberSchema(s)
	}
	return s, nil
}

// schema reads what the run was begun with; nil when it went unchecked.
func (d *runDir) schema() (*savedSchema, error) {
	s, err := readSchema(d.file(schemaName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s, err
}

func readSchema(path string) (*savedSchema, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSchema {
		return nil, fmt.Errorf("%s is no regular file of at most %d bytes", path, maxSchema)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s savedSchema
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return &s, nil
}

// write writes the schema whole or not at all, for its owner alone.
func (s *savedSchema) write(path string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeFile(path, append(data, '\n'))
}
