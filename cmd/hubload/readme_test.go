// The README is true: its mapping and its sessions are what the program does.

package main

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
)

const readmePath = "../../README.md"

// blocks returns the README's fenced blocks of a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	data, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$").FindAllStringSubmatch(string(data), -1) {
		if m[2] == language {
			found = append(found, strings.ReplaceAll("\n"+m[3], "\n"+m[1], "\n")[1:])
		}
	}
	if len(found) == 0 {
		t.Fatalf("the README has no block of %q", language)
	}
	return found
}

func TestReadmeMapping(t *testing.T) {
	for _, text := range blocks(t, "yaml") {
		m, err := mapping.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Compile(m.Columns()); err != nil {
			t.Error(err)
		}
	}
}

var timing = regexp.MustCompile(`[0-9.]+(ms|s), [0-9,]+ rows/s`)

// TestReadmeSessions runs every session, in the order of the page, as one person would
// on one day: orders.csv is a sample, and its account is a local one.
func TestReadmeSessions(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	console := blocks(t, "console")
	server := httptest.NewServer(builtinSandbox())
	defer server.Close()
	t.Chdir(t.TempDir())
	orders, err := os.ReadFile(filepath.Join(samples, "line_items.csv"))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(os.CopyFS("samples", os.DirFS(samples)), os.WriteFile("orders.csv", orders, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"XDG_STATE_HOME": t.TempDir(), "HUBSPOT_ACCESS_TOKEN": "any", "HUBLOAD_BASE_URL": server.URL}
	var ran []string
	for _, block := range console {
		for session := range strings.SplitSeq(strings.TrimPrefix(block, "$ "), "\n$ ") {
			command, want, _ := strings.Cut(session, "\n")
			if dir, ok := strings.CutPrefix(command, "mkdir "); ok {
				if err := os.Mkdir(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			line, ok := strings.CutPrefix(strings.TrimPrefix(command, "HUBSPOT_ACCESS_TOKEN=any "), "hubload ")
			if !ok || strings.HasPrefix(line, "sandbox ") {
				continue // what Go and the shell do, and what doesn't end by itself
			}
			line = strings.ReplaceAll(line, "http://127.0.0.1:8085", server.URL)
			if runs, _ := filepath.Glob("hubload-runs/orders-????????"); len(runs) > 0 {
				line = strings.ReplaceAll(line, "hubload-runs/orders-1a2b3c4d", filepath.ToSlash(runs[0]))
			}
			var out, errs bytes.Buffer
			getenv := func(k string) string { return env[k] }
			if strings.Contains(line, "--sandbox") {
				getenv = func(k string) string { return map[string]string{"XDG_STATE_HOME": env["XDG_STATE_HOME"]}[k] }
			}
			code := run(strings.Fields(line), system{getenv: getenv, stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
			if code != exitOK && code != exitRefused {
				t.Errorf("hubload %s ends with %d:\n%s%s", line, code, &out, &errs)
			}
			got := strings.ReplaceAll(timing.ReplaceAllString(out.String(), "TIME"), `\`, "/")
			if want = timing.ReplaceAllString(want, "TIME"); want != "" && got != want {
				t.Errorf("%s\ngot:\n%s\nwant:\n%s\nstderr:\n%s", command, got, want, &errs)
			}
			command, _, _ = strings.Cut(line, " ")
			ran = append(ran, command)
		}
	}
	for _, command := range []string{"map", "check", "import", "resume", "resolve", "status", "undo", "watch", "doctor"} {
		if !slices.Contains(ran, command) {
			t.Errorf("the README shows no session of hubload %s", command)
		}
	}
}
