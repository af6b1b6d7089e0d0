// Where the token comes from: given, or read from a file.

package hubspot

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/hubload/hubload/importer/atomicfile"
)

const maxToken = 4096 // bytes; HubSpot's have up to 512

// Credentials give the token of each request. Its methods are safe for
// concurrent use.
type Credentials interface {
	// Token returns the token to send now. An error that is a
	// [*CredentialsError] is final; any other may go away.
	Token(ctx context.Context) (Secret, error)

	// Renew is called after a 401. It gets a fresh token, and reports whether
	// it differs from the one that was given out last.
	Renew(ctx context.Context) (bool, error)
}

// A CredentialsError means that there is no token until somebody does something about it.
// Its text never holds a secret.
type CredentialsError struct {
	Message string // one sentence, with what to do
	Err     error  // may be nil
}

func (e *CredentialsError) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

func (e *CredentialsError) Unwrap() error { return e.Err }

type static hidden

// Static returns credentials that are one token, which can't be renewed.
func Static(token Secret) Credentials { return static(hide(token)) }

func (s static) Token(context.Context) (Secret, error) {
	if !s().sendable() {
		return "", &CredentialsError{Message: "the access token is empty, too long, or holds characters that no token has; copy it again"}
	}
	return s(), nil
}

func (s static) Renew(context.Context) (bool, error) { return false, nil }

// File returns credentials that are the content of a file, without white space
// around it. It must be a regular file of this user that nobody else can read
// (mode 0600 or 0400); on Windows mode and owner are not checked. Renew reads the
// file again, so that a rotated token is used. Errors are [*CredentialsError].
func File(path string) (Credentials, error) {
	token, err := readToken(path)
	if err != nil {
		return nil, err
	}
	return &file{path: path, token: hide(token)}, nil
}

type file struct {
	path  string
	mu    sync.Mutex
	token hidden
}

func (f *file) Token(context.Context) (Secret, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.token(), nil
}

func (f *file) Renew(context.Context) (bool, error) {
	token, err := readToken(f.path)
	if err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if token == f.token() {
		return false, nil
	}
	f.token = hide(token)
	return true, nil
}

func readToken(path string) (Secret, error) {
	content, err := atomicfile.ReadPrivate(path, maxToken)
	if err != nil {
		return "", &CredentialsError{Message: "the token file can't be used", Err: err}
	}
	token := Secret(strings.TrimSpace(string(content)))
	if !token.sendable() {
		return "", &CredentialsError{Message: fmt.Sprintf("the token file %s must hold an access token and nothing else", path)}
	}
	return token, nil
}
