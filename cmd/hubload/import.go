// hubload import FILE: the main job.

package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

const importHelp = `Loads FILE into HubSpot: every row becomes a line item. FILE may be - (standard
input), .gz or .zst, and a failures.csv of an earlier run.

The run directory holds results.csv (rows that exist now), failures.csv (rows that
were refused, and why), in_doubt.csv (rows whose fate is unknown) and summary.json.
The same command given twice is safe: an unfinished run goes on, a finished one
sends nothing.`

// importFlags are the flags of import.
type importFlags struct {
	what struct {
		mapping, object, encoding string
		delimiter                 delimiterFlag
	}
	where struct {
		run            string
		again, sandbox bool
		dry            bool
	}
	account accountFlags
	how     runFlags
	say     sayFlags
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "load a CSV into HubSpot",
		Long:  importHelp,
		Example: `  hubload import orders.csv
  hubload import orders.csv --mapping orders.mapping.yaml --run runs/friday
  gunzip -c orders.csv.gz | hubload import - -m orders.mapping.yaml
  hubload import hubload-runs/orders-1a2b3c4d/failures.csv
  hubload import samples/line_items.csv --sandbox`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.where.dry {
				return a.runCheck(cmd.Context(), args[0], &f, true)
			}
			return a.runImport(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.addMapping(fs)
	fs.StringVar(&f.where.run, "run", "", "run directory `DIR`; default: "+runsDir+"/<name>-<8 hex digits of the content's SHA-256>")
	f.addObject(fs)
	f.account.add(fs)
	f.how.add(fs)
	fs.BoolVar(&f.where.dry, "dry-run", false, "send nothing: check every row and write failures.csv and summary.json, into the run directory's name with .check at its end")
	fs.BoolVar(&f.where.sandbox, "sandbox", false, "import into a throw-away local account: no token needed")
	fs.BoolVar(&f.where.again, "again", false, "import a file that was imported before, once more")
	f.addForm(fs)
	fs.BoolVar(&f.account.createKey, "create-key", false, "create the property of the mapping's key when the account lacks it")
	f.say.add(fs)
	return cmd
}

func (f *importFlags) addMapping(fs *pflag.FlagSet) {
	fs.StringVarP(&f.what.mapping, "mapping", "m", "", "mapping `FILE`; default: FILE's neighbour <name>.mapping.yaml; without one, columns named like properties map to themselves")
}

func (f *importFlags) addObject(fs *pflag.FlagSet) {
	fs.StringVar(&f.what.object, "object", "", "object `TYPE` to create; default: line_items")
}

func (f *importFlags) addForm(fs *pflag.FlagSet) {
	fs.StringVar(&f.what.encoding, "encoding", "", "character `ENCODING` of FILE, such as shift_jis or windows-1252")
	fs.Var(&f.what.delimiter, "delimiter", "delimiter of FILE: one character, or tab")
}

func (a *app) runImport(ctx context.Context, path string, f *importFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	folder := f.where.run
	if folder == "" {
		folder = runsDir
	}
	in, err := a.takeInput(ctx, path, folder)
	if err != nil {
		return err
	}
	defer in.discard()
	m, err := a.prepare(in, f)
	if err != nil {
		return err
	}
	target, err := chooseRun(in, f)
	if err != nil {
		return err
	}
	if target.exists {
		// Before anything slow: who comes second has to know at once.
		if err := target.dir.lock(); err != nil {
			return a.lockedError(target.dir, err)
		}
		defer target.dir.unlock()
	}

	object, key := objectAndKey(m, f.what.object)
	f.account.rate = f.how.rate()
	conn, err := a.connect(ctx, &f.account, f.where.sandbox, object, key)
	if err != nil {
		return err
	}
	defer conn.close()
	known, err := a.schemaFor(ctx, conn, target, object)
	if err != nil {
		return err
	}
	rules := known.rules()
	if m == nil {
		if m, err = a.mapByName(in, target, object, rules); err != nil {
			return err
		}
	}
	m.Object = object
	m.CSV = mapping.CSV{Encoding: in.dialect.Encoding, Delimiter: in.dialect.Delimiter}
	if m.Account != 0 && conn.account != m.Account && !conn.sandbox {
		return mismatchError{conn.wrongAccount(m.Account)}
	}
	d := target.dir
	want := request{
		Program: programVersion(), Run: runID(), Started: a.now(), Input: in.asked,
		Object: m.Object, Account: conn.account, BaseURL: conn.baseURL, APIVersion: conn.version,
		Sandbox: f.where.sandbox, ExcelSafe: f.how.excelSafe,
		Restore: in.restored(), Key: key,
	}
	if target.exists {
		if err := d.matches(want, m); err != nil {
			return err
		}
	}
	mapper, err := m.CompileFor(in.header, rules)
	if err != nil {
		return usageError{fmt.Errorf("the mapping doesn't fit %s or %s:\n%w", in.Path, conn.name(), err)}
	}
	a.unused(mapper)
	if target.exists {
		if finished, err := a.alreadyDone(d, in); finished || err != nil {
			return err
		}
		if done, err := a.reclaim(d, m); done || err != nil {
			return err
		}
		if d.covers(in) {
			a.ui.note("going on with %s", d.path)
		} else {
			a.ui.note("%s has changed since %s; going on with that run: rows that it has read must be the same, and later ones are new", shown(in.Path), d.path)
		}
	} else {
		if err := in.checkPositions(mapper); err != nil {
			return err
		}
		if err := conn.checkTargets(ctx, mapper); err != nil {
			return err
		}
		d.request, d.known = want, known
		if done, err := a.begin(d, in, m, f.where.again); done || err != nil {
			return err
		}
		defer d.unlock()
	}
	err = a.execute(ctx, &session{dir: d, conn: conn, mapping: m, mapper: mapper, flags: &f.how, say: &f.say, commandTail: f.commandTail()})
	if code := exitCode(err); code != exitOK && code != exitRefused || d.covers(in) {
		return err
	}
	return cmp.Or(a.grow(d, in), err)
}

// prepare reads the input's header and the mapping that was given for it, nil when
// there is none.
func (a *app) prepare(in *input, f *importFlags) (*mapping.Mapping, error) {
	options := csvfile.Options{Encoding: f.what.encoding, Delimiter: f.what.delimiter.r}
	m, err := a.findMapping(in, f.what.mapping)
	if err != nil {
		return nil, err
	}
	if m != nil {
		if options.Encoding == "" {
			options.Encoding = m.CSV.Encoding
		}
		if options.Delimiter == 0 {
			options.Delimiter = m.CSV.Delimiter
		}
		options.Columns = m.Columns()
	}
	notes, err := in.look(options)
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		a.ui.note("%s", visible(n))
	}
	in.findOrigin()
	if in.restored() {
		restoreAll(in.header)
	}
	if m != nil {
		m.Object, _ = objectAndKey(m, f.what.object)
		if _, err := m.Compile(in.header); err != nil {
			return nil, usageError{fmt.Errorf("the mapping doesn't fit %s:\n%w", in.Path, err)}
		}
		a.notExact(m, in.header)
	}
	return m, nil
}

// objectAndKey are the object type that is created and its unique property, "" when
// there is none. m may be nil.
func objectAndKey(m *mapping.Mapping, flag string) (object, key string) {
	if m != nil {
		object = m.Object
		if m.Key != nil {
			key = m.Key.Property
		}
	}
	return cmp.Or(flag, object, defaultObject), key
}

// commandTail is what a later command needs of the flags, to be copied.
func (f *importFlags) commandTail() string {
	tail := f.account.commandTail()
	if f.where.sandbox {
		tail += " --sandbox"
	}
	return tail
}

func (a *app) lockedError(d *runDir, err error) error {
	if code := exitCode(err); code != exitLocked {
		return err
	}
	return withHint(fmt.Errorf("another process works on %s: %w", d.path, err), "wait for it, or look on with: hubload status "+quoted(d.path))
}

// unused names the columns that go nowhere.
func (a *app) unused(m *mapping.Mapper) {
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
	a.ui.note("not imported, for no rule reads these columns: %s", list)
}
