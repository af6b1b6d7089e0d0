// The token is in nothing that the program leaves or says, in no form that it could take.

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// canaryForms are the forms of a part of the canary that no other text holds.
var canaryForms = func() [][]byte {
	const part = "canary-6f1d2c"
	forms := [][]byte{[]byte(part), []byte(hex.EncodeToString([]byte(part)))}
	quoted := ""
	for _, c := range []byte(part) {
		quoted += fmt.Sprintf("%%%02x", c)
	}
	forms = append(forms, []byte(quoted), []byte(strings.ReplaceAll(part, "-", "%2d")))
	for shift := range 3 {
		// What the bytes around it don't touch, wherever it begins.
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + part + "xxx"))
		forms = append(forms, []byte(text[4:len(text)-8]))
	}
	return forms
}()

// leaks reports whether a text holds the token, whatever its letters' case.
func leaks(text []byte) bool {
	lower := bytes.ToLower(text)
	for _, f := range canaryForms {
		if bytes.Contains(text, f) || bytes.Contains(lower, bytes.ToLower(f)) {
			return true
		}
	}
	return false
}

// leakyFiles are the files below a directory that hold it.
func leakyFiles(dir string) (list []string) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if data, err := os.ReadFile(path); err == nil && leaks(data) {
			list = append(list, path)
		}
		return nil
	})
	return list
}

func TestLeaksAreFound(t *testing.T) {
	for _, text := range []string{
		canary, "Bearer " + canary, strings.ToUpper(canary), hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary + "."))),
		base64.StdEncoding.EncodeToString([]byte("Bearer " + canary)), base64.RawURLEncoding.EncodeToString([]byte(canary)), base64.URLEncoding.EncodeToString([]byte("u:" + canary)),
		strings.ReplaceAll(canary, "-", "%2D"),
	} {
		if !leaks([]byte("before " + text + " behind")) {
			t.Errorf("%q isn't found", text)
		}
	}
	if leaks([]byte("pat-na1-another-0badc0de " + base64.StdEncoding.EncodeToString([]byte("pat-na1-another-0badc0de")))) {
		t.Error("another token is taken for it")
	}
}

// TestNoFlagTakesASecret: what stands on a command line, ps shows to everybody.
func TestNoFlagTakesASecret(t *testing.T) {
	app := &app{system: system{getenv: func(string) string { return "" }, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}}
	var look func(*cobra.Command)
	flags := 0
	look = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			flags++
			name := strings.ToLower(f.Name)
			if f.Name == "token-file" || c.Name() == "sandbox" { // whose token lets nobody in anywhere else
				return
			}
			if strings.Contains(name, "token") || strings.Contains(name, "secret") || strings.Contains(name, "password") || strings.Contains(name, "insecure") {
				t.Errorf("%s has the flag --%s", c.CommandPath(), f.Name)
			}
		})
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(app.command())
	if flags < 30 {
		t.Errorf("only %d flags were looked at", flags)
	}
}

// TestLeastScope: the scope to write is enough for an import without a key.
func TestLeastScope(t *testing.T) {
	account := hubspottest.New(hubspottest.Config{Scopes: []string{"crm.objects.line_items.write"}})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	input := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(input, []byte("name\na\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
	var out strings.Builder
	code := run([]string{"import", input, "--base-url", server.URL, "--run", filepath.Join(dir, "run")},
		system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
	if code != exitOK || account.Len(defaultObject) != 2 {
		t.Errorf("exit code %d, the account holds %d rows\n%s", code, account.Len(defaultObject), out.String())
	}
}
