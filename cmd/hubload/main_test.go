// The program, tested as text: the scripts of testdata run the real command.

package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

// canary is the token of every script. It must never be seen again.
const canary = "pat-na1-canary-6f1d2c"

const unassociatedEnv = "HUBLOAD_UNASSOCIATED"

func TestMain(m *testing.M) {
	// Most tests are about something else than what line items belong to. Scripts say so
	// by themselves.
	if _, said := os.LookupEnv(unassociatedEnv); !said {
		if err := os.Setenv(unassociatedEnv, "true"); err != nil {
			panic(err)
		}
	}
	// Most of these tests wait: for a limit, a time limit, or an account that lags.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"hubload": main, "hubload-measured": measuredMain, "hubload-signalled": signalledMain})
}

func TestScripts(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	dir, files := "testdata", []string(nil)
	if raceDetector && !*raceAll {
		// Each command is a process of its own, which costs half a second of CPU with
		// the detector. These have the most going on at once.
		dir = ""
		for _, name := range []string{"kill", "stops"} {
			files = append(files, filepath.Join("testdata", name+".txtar"))
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("HUBSPOT_ACCESS_TOKEN", canary)
			env.Setenv(unassociatedEnv, "true")
			env.Setenv("SAMPLES", samples)
			env.Setenv("GOGC", "400") // a fifth of the CPU of all scripts: most commands live for 30 ms
			env.Setenv("CORPUS", filepath.Join(filepath.Dir(samples), "importer", "csvfile", "testdata", "corpus"))
			env.Defer(func() { noCanary(t, env.WorkDir) })
			env.Values[accountKey{}] = &servedAccounts{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   cmdExits,
			"account": cmdAccount,
			"arrived": cmdArrived,
			"reaches": cmdReaches,
			"faults":  cmdFaults,
			"holds":   cmdHolds,
			"once":    cmdOnce,
			"edit":    cmdEdit,
			"person":  cmdPerson,

			"damage-ledger":  cmdDamageLedger,
			"repeat":         cmdRepeat,
			"gzip":           cmdGzip,
			"expand":         cmdExpand,
			"corrected-file": cmdCorrectedFile,
			"json":           cmdJSON,
			"mode":           cmdMode,
			"quirks":         cmdQuirks,

			"truncate": cmdTruncate,
			"workbook": cmdWorkbook,

			"transcode": cmdTranscode,
			"has":       cmdHas,
			"bytes":     cmdBytes,
			"fifo":      cmdFifo,
			"long":      cmdLong,
			"leads":     cmdLeads,
			"values":    cmdValues,
			"lookups":   cmdLookups,
			"sameRows":  cmdSameRows,
		},
	})
}

type accountKey struct{}

type servedAccounts struct {
	*hubspottest.Account
	url string
}

func served(ts *testscript.TestScript) *servedAccounts {
	return ts.Value(accountKey{}).(*servedAccounts)
}

// cmdExits runs hubload and compares its exit code: exits CODE ARG...
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("hubload", args[1:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cmdAccount starts an account in the test's process, with the flags of hubload
// sandbox, and puts its address into $URL. Another one takes the place of the first.
func cmdAccount(ts *testscript.TestScript, neg bool, args []string) {
	var f sandboxFlags
	fs := pflag.NewFlagSet("account", pflag.ContinueOnError)
	f.add(fs)
	ts.Check(fs.Parse(args))
	for i, text := range f.files {
		object, path, _ := strings.Cut(text, "=")
		f.files[i] = object + "=" + ts.MkAbs(path)
	}
	c, err := f.config()
	ts.Check(err)
	account, err := f.open(c)
	ts.Check(err)
	server := httptest.NewServer(account)
	ts.Defer(server.Close)
	s := served(ts)
	s.Account, s.url = account, server.URL
	ts.Setenv("URL", server.URL)
	ts.Setenv("OTHER", strings.Replace(server.URL, "http://127.0.0.1", "HTTP://localhost", 1)) // the same
	// An empty account of the same number: nothing went into it.
	for _, kind := range []string{"imports", "rows"} {
		ts.Check(os.RemoveAll(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "hubload", kind)))
	}
	ts.Check(os.RemoveAll(ts.MkAbs(rundir.Root)))
}

// cmdFaults replaces the account's faults: faults [NAME=WHEN]...
func cmdFaults(ts *testscript.TestScript, neg bool, args []string) {
	var list []hubspottest.Fault
	for _, a := range args {
		f, err := hubspottest.ParseFault(a)
		ts.Check(err)
		list = append(list, f)
	}
	served(ts).SetFaults(list...)
}

// cmdArrived waits until the account has answered so many creates: arrived N
func cmdArrived(ts *testscript.TestScript, neg bool, args []string) {
	await(ts, args, served(ts).creates)
}

// cmdReaches waits until the account holds so many line items: reaches N
func cmdReaches(ts *testscript.TestScript, neg bool, args []string) {
	await(ts, args, func() int { return served(ts).Len("line_items") })
}

func await(ts *testscript.TestScript, args []string, count func() int) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); count() < want; {
		if time.Now().After(deadline) {
			ts.Fatalf("only %d within a minute, want %d", count(), want)
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *servedAccounts) creates() (n int) {
	for call, times := range s.Counts() {
		if strings.HasSuffix(call.Path, "/batch/create") {
			n += times
		}
	}
	return n
}

// cmdHolds compares the number of the account's line items: holds N
func cmdHolds(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := served(ts).Len("line_items"); (got == want) == neg {
		ts.Fatalf("the account holds %d line items, want %d", got, want)
	}
}

// cmdOnce checks that no two line items of the account agree in a property, and
// that there are N of them: once PROPERTY N
func cmdOnce(ts *testscript.TestScript, neg bool, args []string) {
	seen := map[string]int{}
	for o := range served(ts).Objects("line_items") {
		seen[o.Properties[args[0]]]++
	}
	for v, n := range seen {
		if n > 1 {
			ts.Fatalf("%s %q stands in %d line items", args[0], v, n)
		}
	}
	if want, err := strconv.Atoi(args[1]); err != nil || len(seen) != want {
		ts.Fatalf("%d line items, want %s", len(seen), args[1])
	}
}

// cmdEdit replaces text in a file, everywhere: edit FILE OLD NEW
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s doesn't hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

// cmdPerson does what people do with the line items of a name: person edit NAME
// PROPERTY=VALUE, person archive NAME, person restore NAME
func cmdPerson(ts *testscript.TestScript, neg bool, args []string) {
	account := served(ts)
	for o := range account.Objects("line_items") {
		if o.Properties["name"] != args[1] {
			continue
		}
		switch args[0] {
		case "edit":
			property, value, _ := strings.Cut(args[2], "=")
			ts.Check(account.Edit("line_items", o.ID, map[string]string{property: value}))
		case "archive":
			ts.Check(account.Archive("line_items", o.ID))
		case "restore":
			ts.Check(account.Restore("line_items", o.ID))
		}
		return
	}
	ts.Fatalf("no line item is named %s", args[1])
}

// cmdDamageLedger makes an entry of the ledger unreadable.
func cmdDamageLedger(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "hubload", "rows", "*", "*.rows"))
	ts.Check(err)
	if len(entries) == 0 {
		ts.Fatalf("the ledger has no entries")
	}
	ts.Check(os.WriteFile(entries[0], []byte("{"), 0o600))
}

// cmdRepeat writes a CSV of N numbered rows: repeat FILE N HEADER ROW, with @ in ROW
// for the number.
func cmdRepeat(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	fmt.Fprintln(&b, args[2])
	for i := range n {
		fmt.Fprintln(&b, strings.ReplaceAll(args[3], "@", strconv.Itoa(i+1)))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// cmdGzip compresses a file: gzip FROM TO
func cmdGzip(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	defer f.Close()
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(z.Close())
}

// cmdTruncate cuts a file: truncate FILE BYTES
func cmdTruncate(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// cmdQuirks replaces the account's quirks: quirks [NAME]...
func cmdQuirks(ts *testscript.TestScript, neg bool, args []string) {
	f := sandboxFlags{quirks: args}
	c, err := f.config()
	ts.Check(err)
	served(ts).SetQuirks(c.Quirks)
}

// cmdMode compares a file's permissions: mode OCTAL FILE
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); (got == args[0]) == neg {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}

var checked sync.Mutex

// noCanary fails the test when the token stands in any file that a script left.
func noCanary(t *testing.T, dir string) {
	checked.Lock()
	defer checked.Unlock()
	filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil && leaks(data) {
			t.Errorf("the token stands in %s", path)
		}
		inRun := slices.Contains(strings.Split(filepath.ToSlash(path), "/"), runsDir)
		if info, err := e.Info(); err == nil && inRun && info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return nil
	})
}
