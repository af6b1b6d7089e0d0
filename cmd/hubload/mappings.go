// Which mapping an input is imported by.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

const defaultObject = "line_items"

// propertyForm is how HubSpot's internal names of properties look.
var propertyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// findMapping reads the mapping that was named, or the one of the run that wrote a
// failures file, or the input's neighbour; nil when there is none of them.
func (a *app) findMapping(in *input, named string) (*mapping.Mapping, error) {
	if named != "" {
		m, err := readMapping(named)
		if errors.Is(err, fs.ErrNotExist) {
			err = usageError{err}
		}
		return m, err
	}
	if in.Spooled {
		return nil, nil
	}
	folder := filepath.Dir(in.Path)
	candidates := []string{filepath.Join(folder, in.name+".mapping.yaml")}
	if _, err := os.Stat(filepath.Join(folder, runName)); err == nil {
		candidates = append([]string{filepath.Join(folder, mappingName)}, candidates...)
	}
	for _, path := range candidates {
		m, err := readMapping(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			a.ui.note("mapping: %s", path)
		}
		return m, err
	}
	return nil, nil
}

func readMapping(path string) (*mapping.Mapping, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, usageError{err}
	}
	m, err := mapping.Parse(data)
	if err != nil {
		return nil, usageError{fmt.Errorf("mapping %s:\n%w", path, err)}
	}
	return m, nil
}

// mapByName makes a mapping of the columns that are named like properties of the
// account. A run that goes on keeps the mapping that it was begun with, whatever
// properties the account has got since.
func (a *app) mapByName(in *input, t target, object string, known *schema.Schema) (*mapping.Mapping, error) {
	if t.exists {
		return t.dir.mapping()
	}
	isProperty := propertyForm.MatchString
	if known != nil {
		isProperty = known.Writable
	} else {
		// Rather a row that HubSpot refuses than a column that is lost.
		a.ui.note("every column that is named as properties are (small letters, digits, _) is taken for one")
	}
	m := mapping.ForHeader(object, in.header, isProperty)
	if len(m.Properties) == 0 {
		return nil, usageError{withHint(
			fmt.Errorf("no column of %s is named like a property of %s, and there is no mapping", in.Path, object),
			fmt.Sprintf("write a mapping into %s.mapping.yaml beside the file, or name one with --mapping", in.name))}
	}
	return m, nil
}
