// Records that a sandbox holds from the start, for rows to be associated with.

package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
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

// intoSandbox starts a throw-away account, and makes options for an import into it.
func (f *importFlags) intoSandbox(o *rundir.Options) (close func(), err error) {
	box, err := startSandbox("127.0.0.1:0", builtinSandbox())
	if err != nil {
		return nil, err
	}
	o.BaseURL = box.url
	o.Connect = func(_ context.Context, e rundir.Endpoint) (rundir.Account, error) {
		return newClient(&f.account, e, hubspot.Static("sandbox"), o.Logger)
	}
	o.Seed = func(ctx context.Context, m *mapping.Mapper, open func() (rows.Source, error)) error {
		return seedSandbox(ctx, box.account, m, open)
	}
	return box.close, nil
}

// seedSandbox puts into a throw-away account the records that the rows are associated
// with, so that a trial shows what becomes of the rows: only the account that they are
// for knows whether there are such records.
func seedSandbox(ctx context.Context, account *hubspottest.Account, m *mapping.Mapper, open func() (rows.Source, error)) error {
	targets := m.Targets()
	if len(targets) == 0 {
		return nil
	}
	for _, t := range targets {
		if t.Property == "" {
			continue
		}
		p := hubspottest.Property{Name: t.Property, Unique: t.To != "products" && t.To != "0-7"}
		// It exists already, perhaps.
		_ = account.AddProperty(t.To, p)
	}
	held := map[mapping.Lookup]bool{}
	var rec mapping.Record
	return rows.Each(ctx, open, rows.Config{Mapper: m}, func(row *rows.Row) error {
		if row.Map(&rec) != nil {
			return nil
		}
		for _, l := range rec.Lookups {
			if held[l] {
				continue
			}
			held[l] = true
			// An error is about an id that no throw-away account can have:
			// the row will be refused.
			if l.Property == "" {
				_, _ = account.AddRecord(l.To, l.Value, nil)
			} else {
				_, _ = account.AddRecord(l.To, "", map[string]string{l.Property: l.Value})
			}
		}
		return nil
	})
}
