// A run that is about to send its first request, and another one of the same content.

package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
)

// TestAboutToSend: the moment between run.json and the first intent looks as if nothing
// had begun. A process that is in it holds the run, and nobody else may begin.
func TestAboutToSend(t *testing.T) {
	account := hubspottest.New(hubspottest.Config{})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	input := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(input, []byte("name\na\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
	start := func(name string, more ...string) (int, string) {
		var out strings.Builder
		code := run(append([]string{"import", input, "--base-url", server.URL, "--run", filepath.Join(dir, name)}, more...),
			system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
		return code, out.String()
	}
	// The first one gets as far as that, and stands still.
	account.SetFaults(hubspottest.Fault{Name: "401", Next: 1})
	if code, said := start("first"); code != exitUnauthorised {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	first := filepath.Join(dir, "first")
	// As if it had not come to its journal yet, nor to the note of its rows behind it.
	noted, _ := filepath.Glob(filepath.Join(dir, "state", "hubload", "rows", "*", "*.rows"))
	if len(noted) != 1 {
		t.Fatalf("the ledger has noted %q", noted)
	}
	if err := errors.Join(os.Remove(filepath.Join(first, journalName)), os.Remove(noted[0])); err != nil {
		t.Fatal(err)
	}
	guard, err := journal.Lock(filepath.Join(first, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	if code, said := start("second"); code != exitLocked || account.Len(defaultObject) != 0 {
		t.Errorf("exit code %d, and the account holds %d rows\n%s", code, account.Len(defaultObject), said)
	}
	// It has died: then the second may, and the first may not any more.
	guard.Release()
	if code, said := start("second"); code != exitOK || account.Len(defaultObject) != 2 {
		t.Errorf("exit code %d, and the account holds %d rows\n%s", code, account.Len(defaultObject), said)
	}
	if code, said := start("first"); code != exitOK || !strings.Contains(said, "nothing was sent") || account.Len(defaultObject) != 2 {
		t.Errorf("exit code %d, and the account holds %d rows\n%s", code, account.Len(defaultObject), said)
	}
}
