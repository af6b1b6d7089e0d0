// The account's property definitions: read once a run, kept with it, and remembered
// for where no account can be reached.

package rundir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// A savedSchema is what an account said about the properties of an object type. A run
// that goes on uses the one that it was begun with: what was checked by it stays
// checked, and its rows were sent with internal values for labels.
type savedSchema struct {
	Read    time.Time `json:"read"`
	BaseURL string    `json:"base_url"`
	Account int64     `json:"account,omitempty"` // 0: the token can't read it
	Object  string    `json:"object"`

	Properties []definition       `json:"properties"`
	References *schema.References `json:"references,omitempty"` // those that the mapping needs
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
	return schema.New(list).With(s.References)
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

// schema reads the definitions; nil when the token can't, or the account gives none:
// what can't be known is for HubSpot to check. The list may lag behind: of the key's
// property, what was read by itself counts. Sensitive properties are not in the list: they
// are asked for where m names a property that isn't there; m may be nil.
func (c *connection) schema(ctx context.Context, m *mapping.Mapping) (*savedSchema, error) {
	properties, err := repeated(ctx, c.tries, counted(c, c.Properties))
	answer, refused := errors.AsType[api.ReadError](err)
	if refused && answer.NotFound() {
		return nil, c.notThere()
	}
	if refused && !answer.Unauthorized() && !answer.Temporary() || err == nil && len(properties) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the account's properties of %s: %w", c.Object, err)
	}
	s := &savedSchema{Read: time.Now().UTC().Truncate(time.Second), BaseURL: c.BaseURL, Account: c.number, Object: c.Object}
	if c.keyProperty != nil {
		s.add(*c.keyProperty)
	}
	for _, p := range properties {
		if !p.Archived {
			s.add(p)
		}
	}
	for _, highly := range []bool{false, true} {
		if s.hasAll(m) {
			break
		}
		list, err := repeated(ctx, c.tries, counted(c, func(ctx context.Context) ([]api.Property, error) { return c.SensitiveProperties(ctx, highly) }))
		if answer, refused := errors.AsType[api.ReadError](err); refused && !answer.Unauthorized() && !answer.Temporary() {
			continue // without the scope for them
		}
		if err != nil {
			return nil, fmt.Errorf("reading the account's sensitive properties of %s: %w", c.Object, err)
		}
		for _, p := range list {
			if !p.Archived {
				s.add(p)
			}
		}
	}
	return s, nil
}

// hasAll reports whether the schema has all properties that a mapping sets.
func (s *savedSchema) hasAll(m *mapping.Mapping) bool {
	return m == nil || !slices.ContainsFunc(m.Properties, func(rule mapping.PropertyRule) bool {
		return !slices.ContainsFunc(s.Properties, func(d definition) bool { return d.Name == rule.Name })
	})
}

// notThere is the error of an address that has no property definitions of the object type.
// HubSpot's properties API answers 404 OBJECT_NOT_FOUND for a type that the account lacks.
func (c *connection) notThere() error {
	if c.unknownPath {
		return &Error{Reason: NotHubSpot, Path: c.BaseURL, Err: fmt.Errorf("%s doesn't serve HubSpot's API: it knows neither the account nor the properties of %s (404)", shown(c.BaseURL), shown(c.Object))}
	}
	return &Error{Reason: UnknownObject, Object: c.Object, Err: fmt.Errorf("%s has no object type %q", c.name(), c.Object)}
}

// readSchema is the schema that a new run is checked against, with the lists that its
// mapping needs; m may be nil.
func (o *Options) readSchema(ctx context.Context, c *connection, m *mapping.Mapping) (*savedSchema, error) {
	s, err := c.schema(ctx, m)
	if err == nil {
		err = c.readReferences(ctx, s, m)
	}
	if err != nil {
		return nil, err
	}
	if s == nil {
		o.note("the token can't read the property definitions of %s (needs one of these scopes: crm.objects.%[1]s.read, crm.objects.%[1]s.write, crm.schemas.%[1]s.read): values aren't checked before they are sent, and HubSpot refuses the rows that don't fit", schema.ObjectType(c.Object))
		return nil, nil
	}
	if !c.sandbox {
		o.state().rememberSchema(s)
	}
	return s, nil
}

// loadSchema reads what the run was begun with; nil when it went unchecked.
func (d *Dir) loadSchema() (*savedSchema, error) {
	s, err := loadSchema(d.file(schemaName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return s, err
}

func loadSchema(path string) (*savedSchema, error) {
	data, err := atomicfile.ReadFile(path, maxSchema)
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
	return atomicfile.WriteFile(path, append(data, '\n'))
}

// rememberSchema keeps a schema. Failing does no harm.
func (s state) rememberSchema(known *savedSchema) {
	if s.make() == nil {
		_ = known.write(s.file("schemas", known.BaseURL, known.Account, known.Object) + ".json")
	}
}

// recallSchema finds the schema of an object type that an account behind a base URL
// was last seen to have; account 0 is any. Nil: there is none, or there are several,
// whose accounts are returned.
func (s state) recallSchema(baseURL string, account int64, object string) (*savedSchema, []int64) {
	if s.dir == "" {
		return nil, nil
	}
	entries, _ := os.ReadDir(s.sub("schemas"))
	var found []*savedSchema
	var accounts []int64
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".json" {
			continue
		}
		known, err := loadSchema(filepath.Join(s.sub("schemas"), e.Name()))
		if err != nil || known.BaseURL != baseURL || known.Object != object || account != 0 && known.Account != account {
			continue // what can't be read is read anew from the account
		}
		found = append(found, known)
		accounts = append(accounts, known.Account)
	}
	if len(found) != 1 {
		return nil, accounts
	}
	return found[0], accounts
}
