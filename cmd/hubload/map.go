// hubload map FILE: a mapping to begin with.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/suggest"
)

const mapHelp = `Writes a mapping for FILE, to be looked through and changed: its encoding and
delimiter, which property each column is, and how its numbers, dates and words are
written. Each column gets a score for each property: by the property's internal name,
by its label in the account (with a token, or as it was seen last), by the names that
people give it in English, Japanese, German, French, Spanish, Portuguese, Korean,
Russian and Chinese, by what the cells look like, and by sums: where quantity × rate is
the amount, the rate is a price. The best assignment wins, wherever a column stands.
Exports of Shopify, Amazon, Salesforce, SAP, QuickBooks and Stripe are known.

What isn't sure is written as a comment: a column that could be read in two ways, such
as 01/02/2026, a discount that could be an amount or a percentage, or deals that are
named instead of numbered. Columns that match nothing are listed at the end. Where an
order's cells stand on its first row only, rows: fill_down is proposed.`

const (
	sampleRows  = 10_000
	sampleBytes = 8 << 20
)

type mapFlags struct {
	importFlags
	out   string
	force bool
}

func (a *app) mapCommand() *cobra.Command {
	var f mapFlags
	cmd := &cobra.Command{
		Use:   "map FILE",
		Short: "write a mapping for a CSV: its columns matched with the account's properties",
		Long:  mapHelp,
		Example: `  hubload map orders.csv
  hubload map orders.csv -o - | less
  hubload map samples/orders_ja.csv --sandbox`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runMap(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVarP(&f.out, "output", "o", "", "mapping to write: `FILE`, or - for standard output; default: <name>.mapping.yaml beside FILE")
	fs.BoolVar(&f.force, "force", false, "overwrite the mapping")
	f.addObject(fs)
	f.addForm(fs)
	f.account.add(fs)
	fs.BoolVar(&f.where.sandbox, "sandbox", false, "match with the properties of the throw-away account of import --sandbox")
	f.say.addResult(fs)
	return cmd
}

func (a *app) runMap(ctx context.Context, path string, f *mapFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	out, err := f.output(path)
	if err != nil {
		return err
	}
	o, done, err := f.options(ctx, a, path)
	if err != nil {
		return err
	}
	defer done()
	if !f.where.sandbox && !a.hasCredentials(&f.account) {
		o.Connect = nil
	}
	in, err := rundir.TakeInput(ctx, path, a.stdin, rundir.Root)
	if err != nil {
		return err
	}
	defer in.Close()
	rows, err := a.readSample(ctx, in, f)
	if err != nil {
		return err
	}
	known, err := rundir.Definitions(ctx, o, nil)
	if err != nil {
		return err
	}
	a.noteKnown(known)
	object := cmp.Or(o.Object, rundir.DefaultObject)
	p := suggest.Propose(object, in.Header, rows, known.Schema)
	p.CSV = mapping.CSV{Encoding: in.Dialect.Encoding, Delimiter: in.Dialect.Delimiter}
	if in.HeaderLine > 1 {
		p.CSV.HeaderLine = in.HeaderLine
	}
	p.About = fmt.Sprintf("How %s becomes %s. Proposed by hubload from the first %s, %s.", filepath.Base(path), object, counted(int64(len(rows)), "row"), mappedWith(known))
	if p.Program != "" {
		p.About += " It looks like an export of " + p.Program + "."
	}
	if !p.Found() {
		if a.ui.lines == nil {
			a.proposal(a.ui.err, p)
		}
		return usageError{withHint(fmt.Errorf("no column of %s is known as a property of %s: line %d was taken for the header", path, object, in.HeaderLine), nothingFound(known))}
	}
	return a.writeProposal(p, path, out, in.Spooled, f)
}

// nothingFound is what to do about a file of which no column is known.
func nothingFound(known rundir.Known) string {
	hint := "if that is not the header, delete the lines above it, or add a line with the columns' names; if the rows are other records, name their type with --object, such as deals"
	if known.Schema == nil {
		hint += "; if it is, give a token (HUBSPOT_ACCESS_TOKEN, --token-file), and the columns are compared with the account's properties"
	}
	return hint + "; or write the mapping by hand: hubload help mapping"
}

// writeProposal writes the mapping, and says what it is and what comes next.
func (a *app) writeProposal(p *suggest.Proposal, path, out string, spooled bool, f *mapFlags) error {
	asJSON := a.ui.lines != nil
	next := ""
	if !spooled && out != "-" {
		next = "hubload check " + quoted(path) + f.checkTail(p, path, out)
	}
	switch {
	case asJSON && out == "-":
		a.proposalJSON(p, path, "", "")
		return nil
	case out == "-":
		a.proposal(a.ui.err, p)
		a.ui.printf("%s", p.Encode())
		return nil
	}
	if !asJSON {
		a.proposal(a.ui.out, p)
	}
	if err := atomicfile.WriteFile(out, p.Encode()); err != nil {
		return err
	}
	if asJSON {
		a.proposalJSON(p, path, out, next)
		return nil
	}
	a.ui.printf("mapping: %s\n", out)
	if len(p.Advice) > 0 {
		a.ui.printf("associations: to be decided; HubSpot shows line items without a deal nowhere. The mapping's comments say how\n")
	}
	m := p.Mapping()
	m.Unassociated = len(m.Associations) == 0
	if errors.Is(m.Complete(), mapping.ErrNameless) {
		a.ui.printf("name: no column is known to hold names; map one to name, or add allow: [nameless]\n")
	}
	if columns := p.Rows.FillDown; len(columns) > 0 {
		a.ui.printf("rows: fill_down is proposed; cells are filled on the first row of each %s only: %s\n", shown(columns[0]), shownList(columns))
	}
	if p.Key.Rule.Property != "" && !p.Key.Exists {
		a.ui.printf("key: proposed as a comment; with it no row is created twice, whatever file it comes in. To use it, take the # away and import with --create-key\n")
	}
	if next != "" {
		a.ui.printf("next: look it through, then\n  %s\n", next)
	}
	return nil
}

// shownList is columns in a message.
func shownList(columns []string) string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = shown(column)
	}
	return strings.Join(list, ", ")
}

// output is where the mapping goes, which mustn't exist yet.
func (f *mapFlags) output(path string) (string, error) {
	out := f.out
	switch {
	case out == "" && path == "-":
		out = "-"
	case out == "":
		out = rundir.MappingBeside(path)
	}
	if out == "-" || f.force {
		return out, nil
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return "", usageError{withHint(fmt.Errorf("%s exists already", out), "write to another file with -o, look at the proposal alone with -o -, or overwrite it with --force")}
	}
	return out, nil
}

// checkTail is what the check of the file needs beside it: the mapping holds how the file is
// written, and not which sheet it is, nor that its rows belong to nothing.
func (f *mapFlags) checkTail(p *suggest.Proposal, path, out string) string {
	tail := ""
	if out != rundir.MappingBeside(path) {
		tail = " -m " + quoted(out)
	}
	if f.what.sheet != "" {
		tail += " --sheet " + quoted(f.what.sheet)
	}
	if len(p.Advice) > 0 {
		tail += " --unassociated"
	}
	return tail + f.commandTail()
}

// readSample finds out how the file is written, and reads its first rows. What isn't
// UTF-8 is taken for what it most likely is: the mapping pins it, for the user to see.
func (a *app) readSample(ctx context.Context, in *rundir.Input, f *mapFlags) ([][]string, error) {
	options := csvfile.Options{Encoding: f.what.encoding, Delimiter: f.what.delimiter.r, SkipTitles: true}
	in.Sheet = f.what.sheet
	notes, err := in.Look(ctx, options)
	if err != nil && options.Encoding == "" {
		guess, guessErr := csvfile.GuessFile(in.File())
		if guessErr != nil || guess == "utf-8" {
			return nil, err
		}
		options.Encoding = guess
		if notes, err = in.Look(ctx, options); err == nil {
			notes = append([]string{"Not UTF-8; reading it as " + guess + " (a guess). Check that the examples below look right."}, notes...)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		a.ui.note("%s", visible(n))
	}
	options.Encoding, options.Delimiter = in.Dialect.Encoding, in.Dialect.Delimiter
	if in.HeaderLine > 1 {
		options.HeaderLine = in.HeaderLine
	}
	r, err := in.Open(options)
	if err != nil {
		return nil, usageError{err}
	}
	defer r.Close()
	var rows [][]string
	for size := 0; len(rows) < sampleRows && size < sampleBytes; {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if rec.Problem == nil {
			rows = append(rows, slices.Clone(rec.Fields))
			size += len(rec.Raw)
		}
	}
	return rows, nil
}
