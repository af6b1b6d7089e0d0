package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"
)

// cmdExpand replaces $WORK and $URL in a file: expand FILE
func cmdExpand(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.NewReplacer("$WORK", filepath.ToSlash(ts.Getenv("WORK")), "$URL", ts.Getenv("URL")).Replace(ts.ReadFile(args[0]))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

const deployDir = "../../samples/deploy"

// parses reports why the program doesn't take a command line.
func parses(args []string) error {
	root := (&app{ui: newUI(system{})}).command()
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	return (*cobra.Command).ParseFlags(cmd, rest)
}

// TestUnits: the program takes the units' command line, and systemd takes the units.
func TestUnits(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deployDir, "systemd", "hubload.service"))
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/hubload (.*)$`).FindSubmatch(text)
	if start == nil {
		t.Fatalf("there is no ExecStart in\n%s", text)
	}
	if err := parses(strings.Fields(string(start[1]))); err != nil {
		t.Error(err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip(err)
	}
	// The program need not be installed for that.
	dir := t.TempDir()
	service := strings.Replace(string(text), "/usr/bin/hubload", "/bin/true", 1)
	timer, err := os.ReadFile(filepath.Join(deployDir, "systemd", "hubload.timer"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"hubload.service": service, "hubload.timer": string(timer)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("systemd-analyze", "verify", "--man=no", filepath.Join(dir, "hubload.service"), filepath.Join(dir, "hubload.timer")).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}

// TestManifests: the program takes the containers' arguments, a pod that ended with a code
// that needs a person isn't repeated, and the others are.
func TestManifests(t *testing.T) {
	for _, name := range []string{"cronjob.yaml", "indexed-job.yaml"} {
		data, err := os.ReadFile(filepath.Join(deployDir, "kubernetes", name))
		if err != nil {
			t.Fatal(err)
		}
		var documents []map[string]any
		if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
			t.Fatal(err)
		}
		job := documents[0]["spec"].(map[string]any)
		if template, ok := job["jobTemplate"].(map[string]any); ok {
			job = template["spec"].(map[string]any)
		}
		if job["podReplacementPolicy"] != "Failed" {
			t.Errorf("%s: a second pod could start while the first one ends", name)
		}
		codes := map[int]bool{}
		for _, rule := range job["podFailurePolicy"].(map[string]any)["rules"].([]any) {
			if exit, ok := rule.(map[string]any)["onExitCodes"].(map[string]any); ok {
				for _, code := range exit["values"].([]any) {
					codes[code.(int)] = true
				}
			}
		}
		for code, again := range map[int]bool{1: true, 2: false, 3: false, 4: true, 5: false, 6: true, 7: false, 8: false} {
			if codes[code] == again {
				t.Errorf("%s: code %d is repeated: %t, want %t", name, code, !codes[code], again)
			}
		}
		pod := job["template"].(map[string]any)["spec"].(map[string]any)
		container := pod["containers"].([]any)[0].(map[string]any)
		var args []string
		for _, arg := range container["args"].([]any) {
			args = append(args, arg.(string))
		}
		if err := parses(args); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if security := container["securityContext"].(map[string]any); security["readOnlyRootFilesystem"] != true {
			t.Errorf("%s: the root file system can be written", name)
		}
	}
}

// cmdCorrectedFile corrects "two" in the only file of fix/, and drops it: corrected-file
func cmdCorrectedFile(ts *testscript.TestScript, neg bool, args []string) {
	list, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "hubload", "watch", "in", "fix", "*"))
	ts.Check(err)
	if len(list) != 1 {
		ts.Fatalf("fix/ holds %v", list)
	}
	data, err := os.ReadFile(list[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("in/fixed-failures.csv"), []byte(strings.ReplaceAll(string(data), "two", "2")), 0o600))
}
