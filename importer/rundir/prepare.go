// What comes before the account is asked: the input's header and its mapping.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// prepare reads the input's header and the mapping that was given for it, nil when
// there is none. The caller closes the input.
func (o *Options) prepare(ctx context.Context, folder string) (*Input, *mapping.Mapping, error) {
	in, err := TakeInput(ctx, o.File, o.Stdin, folder)
	if err != nil {
		return nil, nil, err
	}
	in.Sheet = o.Sheet
	m, err := o.look(ctx, in)
	if err != nil {
		in.Close()
	}
	return in, m, err
}

func (o *Options) look(ctx context.Context, in *Input) (*mapping.Mapping, error) {
	m, err := o.findMapping(in)
	if err != nil {
		return nil, err
	}
	notes, err := in.Look(ctx, o.form(in, m))
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		o.note("%s", n)
	}
	in.findOrigin(o.FailuresOf)
	if m != nil {
		m.Object, _ = o.objectAndKey(m)
		if err := o.setMode(m); err != nil {
			return nil, err
		}
		if _, err := m.Compile(in.Header); err != nil {
			return nil, badMapping(fmt.Errorf("the mapping doesn't fit %s, whose header on line %d is %s:\n%w", in.Path, in.HeaderLine, shownHeader(in.Header), err))
		}
		o.noteInexact(m, in.Header)
		return m, o.checkAssociated(m) // before the account is asked
	}
	return m, nil
}

// form is what is known of how an input is written. Reports are written in a form of
// their own: a failures file that went through a spreadsheet has neither the encoding,
// the delimiter nor the header's line of its source file.
func (o *Options) form(in *Input, m *mapping.Mapping) csvfile.Options {
	given := csvfile.Options{Encoding: o.Encoding, Delimiter: o.Delimiter, SkipTitles: true}
	if m == nil {
		return given
	}
	given.Columns = append(m.Columns(), rowColumn)
	for encoding := range in.encodings(o.Encoding, m.CSV.Encoding) {
		found := given
		found.Encoding = encoding
		if r, err := in.Open(found); err == nil {
			isReport := slices.Contains(r.Header(), rowColumn)
			r.Close()
			if isReport {
				return found
			}
			break
		}
	}
	pinned := formOf(m)
	pinned.Encoding = cmp.Or(o.Encoding, pinned.Encoding)
	pinned.Delimiter = cmp.Or(o.Delimiter, pinned.Delimiter)
	return pinned
}

// encodings are those that a report may have after it went through a spreadsheet: the one
// that is given; or that of its bytes, the likely one, and the source file's.
func (in *Input) encodings(given, source string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(given) || given != "" {
			return
		}
		if guess, err := csvfile.GuessFile(in.File()); err == nil && !yield(guess) {
			return
		}
		yield(source)
	}
}

// shownHeader is the header in a message.
func shownHeader(header []string) string {
	const most = 8
	list := ""
	for i, name := range header {
		if i == most {
			return fmt.Sprintf("%s and %d more", list, len(header)-most)
		}
		if i > 0 {
			list += ", "
		}
		list += shown(name)
	}
	return list
}

// objectAndKey are the object type that is created or changed, by its name where both that
// and its type id are in use, and the property by whose values its records are found, ""
// when there is none. m may be nil.
func (o *Options) objectAndKey(m *mapping.Mapping) (object, key string) {
	if m != nil {
		object = m.Object
		key = m.KeyProperty()
	}
	return schema.ObjectType(cmp.Or(o.Object, object, DefaultObject)), key
}

// findMapping reads the mapping that was named, or the one of the run that wrote a
// failures file, or the input's neighbour; nil when there is none of them.
func (o *Options) findMapping(in *Input) (*mapping.Mapping, error) {
	if o.Mapping != "" {
		m, err := readMapping(o.Mapping)
		if errors.Is(err, fs.ErrNotExist) {
			err = badMapping(err)
		}
		return m, err
	}
	if in.Spooled {
		return nil, nil
	}
	candidates := []string{MappingBeside(in.Path)}
	folder := cmp.Or(o.FailuresOf, filepath.Dir(in.Path))
	if _, err := os.Stat(filepath.Join(folder, runName)); err == nil {
		candidates = []string{filepath.Join(folder, mappingName), candidates[0]}
	}
	for _, path := range candidates {
		m, err := readMapping(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			o.note("mapping: %s", path)
		}
		return m, err
	}
	return nil, nil
}

func readMapping(path string) (*mapping.Mapping, error) {
	data, err := atomicfile.ReadFile(path, maxText)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, badMapping(fmt.Errorf("mapping %s: %w", path, err))
	}
	m, err := mapping.Parse(data)
	if err != nil {
		return nil, badMapping(fmt.Errorf("mapping %s:\n%w", path, err))
	}
	return m, nil
}

// complete makes of a mapping what a run keeps, which says the object type and the
// form of the input. m is nil where columns are mapped by their names.
func (o *Options) complete(in *Input, m *mapping.Mapping, known *schema.Schema) (_ *mapping.Mapping, err error) {
	object, _ := o.objectAndKey(m)
	if m == nil {
		if m, err = o.mapByName(in, object, known); err != nil {
			return nil, err
		}
	}
	m.Object = object
	if err := o.setMode(m); err != nil {
		return nil, err
	}
	m.CSV.Encoding, m.CSV.Delimiter, m.CSV.HeaderLine = in.Dialect.Encoding, in.Dialect.Delimiter, 0
	if in.HeaderLine > 1 {
		m.CSV.HeaderLine = in.HeaderLine
	}
	return m, o.checkAssociated(m)
}

// setMode sets the mode that was asked for.
func (o *Options) setMode(m *mapping.Mapping) error {
	if o.Mode == "" {
		return nil
	}
	mode, ok := mapping.ParseMode(o.Mode)
	if !ok {
		return badMapping(fmt.Errorf("%s is not a mode: use create, upsert or update", shown(o.Mode)))
	}
	m.Mode = mode
	return nil
}

// checkAssociated refuses a mapping whose line items belong to nothing.
func (o *Options) checkAssociated(m *mapping.Mapping) error {
	if o.Unassociated {
		m.AllowUnassociated()
	}
	if err := m.Complete(); errors.Is(err, mapping.ErrUnassociated) {
		return &Error{Reason: NoAssociation, Path: o.File, Err: err}
	}
	return nil
}

// compile makes the mapper of an input by what is known of the account.
func (o *Options) compile(in *Input, m *mapping.Mapping, known *schema.Schema, account string) (*mapping.Mapper, error) {
	mapper, err := m.CompileFor(in.Header, known)
	if err != nil {
		return nil, badMapping(fmt.Errorf("the mapping doesn't fit %s or %s:\n%w", in.Path, account, err))
	}
	if err := m.Complete(); err != nil {
		return nil, &Error{Reason: NoName, Path: o.File, Err: err}
	}
	o.noteUnused(mapper)
	return mapper, nil
}

// propertyForm is how HubSpot's internal names of properties look.
var propertyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// mapByName makes a mapping of the columns that are named like properties of the
// account.
func (o *Options) mapByName(in *Input, object string, known *schema.Schema) (*mapping.Mapping, error) {
	isProperty := func(name string) bool { return propertyForm.MatchString(name) && !mapping.IsDealID(name) }
	if known != nil {
		isProperty = known.Writable
	} else {
		// Rather a row that HubSpot refuses than a column that is lost.
		o.note("the account's properties aren't known: every column whose name looks like a property's (small letters, digits, _) is taken for one")
	}
	m := mapping.ForHeader(object, in.Header, isProperty)
	if len(m.Properties) == 0 {
		return nil, &Error{
			Reason: NoMapping, Path: MappingBeside(in.Path), Object: object,
			Err: fmt.Errorf("no column of %s is named like a property of %s, and there is no mapping; its header on line %d is %s", in.Path, object, in.HeaderLine, shownHeader(in.Header)),
		}
	}
	return m, nil
}

// noteUnused names the columns that go nowhere.
func (o *Options) noteUnused(m *mapping.Mapper) {
	columns := m.Unused()
	if len(columns) == 0 {
		return
	}
	list := ""
	for i, c := range columns {
		if i == 12 {
			list += fmt.Sprintf(" and %d more", len(columns)-i)
			break
		}
		if i > 0 {
			list += ", "
		}
		list += shown(c)
	}
	o.note("columns not used by the mapping: %s", list)
}
