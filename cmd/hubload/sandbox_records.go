// Records that a sandbox holds from the start, for rows to be associated with.

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// addRecords puts the records of --record and --records into an account.
func (f *sandboxFlags) addRecords(account *hubspottest.Account) error {
	for _, text := range f.records {
		object, rest, typed := strings.Cut(text, ":")
		name, value, given := strings.Cut(rest, "=")
		if !typed || !given || name == "" {
			return fmt.Errorf("%q is not a record; write one as TYPE:NAME=VALUE, such as deals:external_id=A-1", text)
		}
		if err := addRecord(account, object, []string{name}, []string{value}); err != nil {
			return err
		}
	}
	for _, text := range f.files {
		object, path, given := strings.Cut(text, "=")
		if !given {
			return fmt.Errorf("%q is not a file of records; write it as TYPE=FILE, such as deals=deals.csv", text)
		}
		if err := addFile(account, object, path); err != nil {
			return fmt.Errorf("records of %s: %w", object, err)
		}
	}
	return nil
}

func addFile(account *hubspottest.Account, object, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = addRecord(account, object, header, cells)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
}

// addRecord adds a record; the name id stands for its id, and empty values for none.
func addRecord(account *hubspottest.Account, object string, names, values []string) error {
	id := ""
	properties := map[string]string{}
	for i, name := range names {
		switch {
		case name == "id":
			id = values[i]
		case values[i] != "":
			properties[name] = values[i]
		}
	}
	_, err := account.AddRecord(object, id, properties)
	return err
}
