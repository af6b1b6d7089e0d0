// The README is true: its help text, its mapping and its sessions are what the program does.

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
)

const readmePath = "../../README.md"

var update = flag.Bool("update", false, "write the help text into the README")

// blocks returns the README's fenced blocks of a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	data, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	if len(found) == 0 {
		t.Fatalf("the README has no block of %q", language)
	}
	return found
}

// hubload runs the program in this process.
func hubload(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	code = run(args, system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

func TestReadmeHelp(t *testing.T) {
	_, help, _ := hubload(t, "help", "import")
	if *update {
		data, err := os.ReadFile(readmePath)
		if err != nil {
			t.Fatal(err)
		}
		old := slices.IndexFunc(blocks(t, ""), func(b string) bool { return strings.HasPrefix(b, "Loads FILE") })
		text := strings.Replace(string(data), blocks(t, "")[old], help, 1)
		if err := os.WriteFile(readmePath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Contains(blocks(t, ""), help) {
		t.Errorf("the README's help text isn't that of hubload help import:\n%s", help)
	}
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

// TestReadmeSessions runs the sessions that show an output.
func TestReadmeSessions(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	console := blocks(t, "console")
	t.Chdir(t.TempDir())
	if err := os.CopyFS("samples", os.DirFS(samples)); err != nil {
		t.Fatal(err)
	}
	sessions := 0
	for _, block := range console {
		command, want, _ := strings.Cut(block, "\n")
		args, ok := strings.CutPrefix(command, "$ hubload ")
		if !ok || want == "" || strings.HasPrefix(want, "$ ") {
			continue
		}
		sessions++
		_, got, stderr := hubload(t, strings.Fields(args)...)
		got = strings.ReplaceAll(timing.ReplaceAllString(got, "TIME"), `\`, "/")
		if want = timing.ReplaceAllString(want, "TIME"); got != want {
			t.Errorf("%s\ngot:\n%s\nwant:\n%s\nstderr:\n%s", command, got, want, stderr)
		}
	}
	if sessions == 0 {
		t.Error("the README shows no session with its output")
	}
}
