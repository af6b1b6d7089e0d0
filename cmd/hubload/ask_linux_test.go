// The question before the first import into an account, on a terminal.

package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// openTerminal returns a terminal and what its person types into and sees.
func openTerminal(t *testing.T) (person, terminal *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { person.Close() })
	control, err := person.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var number, unlocked uint32
	if err := control.Control(func(fd uintptr) {
		syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlocked)))
		syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGPTN, uintptr(unsafe.Pointer(&number)))
	}); err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return person, terminal
}

func TestFirstImportAsks(t *testing.T) {
	t.Parallel()
	account := hubspottest.New(hubspottest.Config{})
	server := httptest.NewServer(account)
	defer server.Close()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"orders.csv": "name,quantity\na,1\nb,2\n", "more.csv": "name,quantity\nc,1\n", "keyed.csv": "name,quantity\nd,1\n",
		"keyed.mapping.yaml": "properties: { name: name, quantity: quantity }\nassociations: []\nkey: { property: hubload_key, auto: true }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const question = "into account 4242 (app.hubspot.com, DEVELOPER_TEST) as line_items? [y/N]"
	for i, c := range []struct {
		about, file, types, variable string
		flags                        []string
		code                         int
		asks                         bool
		holds                        int
	}{
		{"no", "orders.csv", "n\n", "", nil, exitUsage, true, 0},
		{"no answer", "orders.csv", "\n", "", nil, exitUsage, true, 0},
		{"before the key is created", "keyed.csv", "no\n", "", []string{"--create-key"}, exitUsage, true, 0},
		{"a throw-away account", "orders.csv", "", "", []string{"--sandbox"}, exitOK, false, 0},
		{"yes, of the first row", "orders.csv", "y\n", "", []string{"--first", "1"}, exitOK, true, 1},
		{"the account is known", "more.csv", "", "", nil, exitOK, false, 2},
		{"another type isn't", "more.csv", "", "1", []string{"--object", "products"}, exitOK, false, 2},
	} {
		person, terminal := openTerminal(t)
		if _, err := io.WriteString(person, c.types); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true", "HUBLOAD_YES": c.variable, "HUBLOAD_PROGRESS": "none"}
		args := []string{"import", filepath.Join(dir, c.file), "--run", filepath.Join(dir, fmt.Sprint("run", i))}
		if c.flags == nil || c.flags[0] != "--sandbox" {
			args = append(args, "--base-url", server.URL)
		}
		var out strings.Builder
		code := execute(context.Background(), append(args, c.flags...), system{getenv: func(k string) string { return env[k] }, stdin: terminal, stdout: &out, stderr: terminal})
		terminal.Close()
		seen, _ := io.ReadAll(person) // an error is how a terminal ends
		if code != c.code || strings.Contains(string(seen), question) != c.asks || account.Len("line_items") != c.holds {
			t.Errorf("%s: code %d, %d records:\n%s%s", c.about, code, account.Len("line_items"), seen, &out)
		}
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprint("run", i))); (err == nil) != (code == exitOK) {
			t.Errorf("%s: a run directory: %v", c.about, err)
		}
		for call := range account.Counts() {
			if call.Method == "POST" && strings.HasSuffix(call.Path, "/properties/line_items") {
				t.Errorf("%s: the key was created: %+v", c.about, call)
			}
		}
	}
}
