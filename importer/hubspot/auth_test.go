// Tokens from files, and their renewal.

package hubspot_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, "\n "+canary+"\r\n")
	c, err := hubspot.File(path)
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Token(ctx)
	if err != nil || token.Reveal() != canary {
		t.Fatalf("%q, %v", token.Reveal(), err)
	}
	if differs, err := c.Renew(ctx); differs || err != nil {
		t.Errorf("the same file: %t, %v", differs, err)
	}
	write(t, path, canary+"-2")
	if differs, err := c.Renew(ctx); !differs || err != nil {
		t.Errorf("another token: %t, %v", differs, err)
	}
	if token, err = c.Token(ctx); err != nil || token.Reveal() != canary+"-2" {
		t.Errorf("%q, %v", token.Reveal(), err)
	}
	os.Remove(path)
	if differs, err := c.Renew(ctx); differs || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %t, %v", differs, err)
	}
}

func TestTokenFileModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mode says nothing here")
	}
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, canary)
	for mode, ok := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o700: true, 0o640: false, 0o604: false, 0o644: false, 0o660: false, 0o777: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := hubspot.File(path)
		var e *hubspot.CredentialsError
		if (err == nil) != ok || err != nil && (!errors.As(err, &e) || !strings.Contains(err.Error(), "chmod 600")) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestTokenFileContents(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	for name, content := range map[string]string{
		"empty": "", "blank": " \n", "two lines": canary + "\n" + canary, "a variable": "export TOKEN=" + canary, "BOM": "\ufeff" + canary,
		"UTF-16": "p\x00a\x00t\x00", "control": canary + "\x00", "long": strings.Repeat(canary, 1000),
	} {
		write(t, path, content)
		_, err := hubspot.File(path)
		var e *hubspot.CredentialsError
		if !errors.As(err, &e) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var e *hubspot.CredentialsError
	if _, err := hubspot.File(dir); !errors.As(err, &e) {
		t.Errorf("a directory: %v", err)
	}
}

// TestNoToken: what has no token sends nothing.
func TestNoToken(t *testing.T) {
	for _, token := range []hubspot.Secret{"", "two words", "line\nbreak"} {
		base := handler(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
		c := newClient(t, hubspot.Config{BaseURL: base, Credentials: hubspot.Static(token)})
		want(t, c.Create(ctx, lineItems(1)), api.Denied, "NO_CREDENTIALS")
		var refused *hubspot.Error
		if _, f := c.FindByProperty(ctx, "", "k", []string{"a"}); !errors.As(f, &refused) || !refused.Unauthorized() || refused.Temporary() {
			t.Errorf("find: %+v", f)
		}
		var e *hubspot.Error
		if _, err := c.Account(ctx); !errors.As(err, &e) || !e.Unauthorized() || e.Temporary() {
			t.Errorf("account: %v", err)
		}
		if differs, err := c.Renew(ctx); differs || err != nil {
			t.Errorf("renew: %t, %v", differs, err)
		}
	}
}

// rotating is credentials with a token more at every Renew.
type rotating struct {
	mu     sync.Mutex
	tokens []hubspot.Secret
	renews int
}

func (r *rotating) Token(context.Context) (hubspot.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokens[0], nil
}

func (r *rotating) Renew(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renews++
	if len(r.tokens) == 1 {
		return false, nil
	}
	r.tokens = r.tokens[1:]
	return true, nil
}

// TestLateDenial: two requests are in flight with a token that is then renewed
// after the first one's 401. The second one's 401 is about the old token.
func TestLateDenial(t *testing.T) {
	creds := &rotating{tokens: []hubspot.Secret{"old", "new"}}
	arrived, answer := make(chan bool), make(chan bool)
	c := newClient(t, hubspot.Config{Credentials: creds, BaseURL: handler(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer old" {
			arrived <- true
			<-answer
			w.WriteHeader(401)
		}
	})})
	done := make(chan api.Answer)
	for range 2 {
		go func() { done <- c.Create(ctx, lineItems(1)) }()
		<-arrived
	}
	for range 2 {
		answer <- true
		want(t, <-done, api.Denied, "HTTP_401")
		if differs, err := c.Renew(ctx); !differs || err != nil {
			t.Errorf("renew: %t, %v", differs, err)
		}
	}
	if creds.renews != 1 {
		t.Errorf("the credentials were renewed %d times, want 1", creds.renews)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
