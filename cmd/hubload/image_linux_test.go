// The image of samples/deploy, without Docker: the static program in a root of its own.

package main

import (
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

var image = flag.Bool("image", false, "run TestImage, which builds the program as the image does")

// TestImage builds the program as the Dockerfile does and runs the CronJob's command line
// as the image would: as its user, without a home, in a root that it can't write to, with
// the state directory and the drop for volumes.
func TestImage(t *testing.T) {
	if !*image {
		t.Skip("it builds everything without cgo, which takes minutes: see make drops")
	}
	if os.Getuid() != 0 {
		t.Skip("only root may change the root directory")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(deployDir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^RUN CGO_ENABLED=0 go build (.*) -o /hubload`).FindSubmatch(text)
	env := regexp.MustCompile(`(?m)^ENV (.*)$`).FindSubmatch(text)
	if flags == nil || env == nil || !strings.Contains(string(text), "USER 65532:65532") {
		t.Fatalf("the Dockerfile has changed:\n%s", text)
	}
	root := t.TempDir()
	const user = 65532
	for dir, owner := range map[string]int{"etc/hubload": 0, "run/hubload": 0, "srv/in": user, "var/lib/hubload": user} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(root, dir), owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", filepath.Join(root, "hubload"))
	build.Args = append(build.Args, strings.Fields(strings.ReplaceAll(string(flags[1]), "'-s -w'", "-s"))...)
	build.Args = append(build.Args, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	account := hubspottest.New(hubspottest.Config{Tokens: []string{canary}})
	server := httptest.NewServer(account)
	defer server.Close()
	write := func(name, text string, owner int) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, owner, owner); err != nil {
			t.Fatal(err)
		}
	}
	write("run/hubload/acme", canary, user)
	write("etc/hubload/m.yaml", "properties: { name: name, quantity: quantity }\nassociations: [{ to: deals, column: deal }]\n", user)
	write("etc/hubload/drops.yaml", `accounts: { acme: { token_file: /run/hubload/acme, base_url: "`+server.URL+`" } }
drops: [{ name: orders, account: acme, dir: /srv/in, mapping: /etc/hubload/m.yaml, ready: rename, expect: { by: "03:00", timezone: Europe/Berlin } }]
`, user)
	write("srv/in/orders.csv", "name,quantity,deal\na,1,7\nb,2,7\n", user)
	run := func(args ...string) (string, error) {
		cmd := exec.Command("/hubload", args...)
		cmd.Dir, cmd.Env = "/", []string{string(env[1])}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user}}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for path := root; path != "/"; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o001 == 0 {
			if err := os.Chmod(path, info.Mode().Perm()|0o001); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := run("watch", "--config", "/etc/hubload/drops.yaml", "--once", "--progress", "none")
	if err != nil || !strings.Contains(out, "orders: orders.csv done; 2 rows: 2 created") {
		t.Errorf("%v\n%s", err, out)
	}
	if n := account.Len(defaultObject); n != 2 {
		t.Errorf("the account holds %d records, want 2", n)
	}
	out, err = run("watch", "status", "--config", "/etc/hubload/drops.yaml")
	if err != nil || !strings.Contains(out, "1 done") {
		t.Errorf("%v\n%s", err, out)
	}
}
