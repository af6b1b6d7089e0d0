// OAuth: access tokens that live half an hour, fetched with a refresh token.

package hubspot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const (
	refreshTimeout = 30 * time.Second

	// A token is refreshed this long before its end, so that it doesn't expire while a
	// request is under way.
	refreshEarly = time.Minute

	// When a token is denied this soon after it was fetched, another one doesn't help.
	fresh = time.Minute
)

// OAuthConfig is an app's access to an account.
type OAuthConfig struct {
	ClientID     string
	ClientSecret Secret
	RefreshToken Secret

	BaseURL   string            // as in Config
	Version   string            // as in Config
	Transport http.RoundTripper // as in Config
}

// OAuth returns credentials that fetch access tokens with a refresh token: the first one
// when it is needed, and each next one a minute before the last one ends. All callers
// wait for the same refresh. A refresh token that the server calls dead is not tried
// again; from then on the error is a [*CredentialsError].
func OAuth(o OAuthConfig) Credentials {
	c := &oauth{lock: make(chan struct{}, 1), refresh: hide(o.RefreshToken)}
	addr, err := newAddress(o.BaseURL, o.Version, "")
	if err != nil {
		c.dead = &CredentialsError{Message: "the token can't be refreshed", Err: err}
		return c
	}
	transport := o.Transport
	if transport == nil {
		transport = newTransport(1)
	}
	c.client = &http.Client{
		Transport:     transport,
		Timeout:       refreshTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.config = func() oauth2.Config {
		return oauth2.Config{
			ClientID:     o.ClientID,
			ClientSecret: o.ClientSecret.Reveal(),
			Endpoint:     oauth2.Endpoint{TokenURL: addr.tokenURL(), AuthStyle: oauth2.AuthStyleInParams},
		}
	}
	return c
}

type oauth struct {
	client *http.Client
	config func() oauth2.Config // hidden: it holds the client secret

	lock    chan struct{} // guards the rest; a channel, so that ctx can end the wait
	refresh hidden
	token   hidden // nil before the first
	fetched time.Time
	ends    time.Time
	dead    *CredentialsError
}

func (c *oauth) Token(ctx context.Context) (Secret, error) {
	if err := c.enter(ctx); err != nil {
		return "", err
	}
	defer c.leave()
	if c.token == nil || !time.Now().Before(c.ends) {
		if err := c.fetch(ctx); err != nil {
			return "", err
		}
	}
	return c.token(), nil
}

func (c *oauth) Renew(ctx context.Context) (bool, error) {
	if err := c.enter(ctx); err != nil {
		return false, err
	}
	defer c.leave()
	if c.token != nil && time.Since(c.fetched) < fresh {
		return false, nil
	}
	var before Secret
	if c.token != nil {
		before = c.token()
	}
	if err := c.fetch(ctx); err != nil {
		return false, err
	}
	return c.token() != before, nil
}

func (c *oauth) enter(ctx context.Context) error {
	select {
	case c.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *oauth) leave() { <-c.lock }

// fetch gets an access token. It sends one request, or none if the server has called the
// refresh token dead.
func (c *oauth) fetch(ctx context.Context) error {
	if c.dead != nil {
		return c.dead
	}
	config := c.config()
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.client)
	got, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: c.refresh().Reveal()}).Token()
	if err != nil {
		err = c.explain(err)
		errors.As(err, &c.dead)
		return err
	}
	token := Secret(got.AccessToken)
	if !token.sendable() {
		return errors.New("refreshing the access token: the answer holds none")
	}
	now := time.Now()
	life := time.Duration(min(max(got.ExpiresIn, 0), 24*3600)) * time.Second
	if life == 0 {
		life = 5 * time.Minute // it doesn't say; HubSpot's live 30
	}
	c.token, c.fetched = hide(token), now
	c.ends = now.Add(life - min(refreshEarly, life/2))
	if got.RefreshToken != "" {
		c.refresh = hide(Secret(got.RefreshToken))
	}
	return nil
}

// explain returns an error that can be shown. The library's own error holds the answer and
// the request with its secrets.
func (c *oauth) explain(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return fmt.Errorf("refreshing the access token: %s", c.redact(err.Error()))
	}
	status := refused.Response.StatusCode
	var said struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	_ = decode(refused.Body, &said) // what can't be read says nothing
	code := codeOf(said.Status, refused.ErrorCode)
	why := fmt.Errorf("the server answers %s %s", strings.TrimSpace(fmt.Sprint(status, " ", code)), c.redact(sentence(said.Message)))
	if status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden {
		return &CredentialsError{Message: hint(code), Err: why}
	}
	return fmt.Errorf("refreshing the access token: %w", why)
}

func hint(code string) string {
	if code == "BAD_REFRESH_TOKEN" {
		return "the refresh token is dead; connect the app to the account again"
	}
	return "the access token can't be refreshed; check client id, client secret and refresh token"
}

func (c *oauth) redact(text string) string {
	config := c.config()
	return strings.NewReplacer(
		cmp.Or(config.ClientSecret, redacted), redacted,
		cmp.Or(c.refresh().Reveal(), redacted), redacted,
	).Replace(text)
}
