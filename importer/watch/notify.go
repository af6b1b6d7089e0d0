// Channels: who is told what became of files. None of them ever fails a look.

package watch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// A Channel is told what happens. One of its members is given.
type Channel struct {
	Ping    *Ping    `yaml:"ping"`
	Webhook *Webhook `yaml:"webhook"`
	Command *Command `yaml:"command"`
}

// A Ping is a URL in the way of healthchecks.io: /start is asked for when a look begins,
// and /CODE with the exit code when it ends, with the events as text in the body.
type Ping struct {
	URLFile string `yaml:"url_file"` // holds the URL, readable for this user alone
}

// A Webhook gets each event as JSON by POST. Its member text is a line for Slack, Teams
// and Mattermost.
type Webhook struct {
	URLFile string   `yaml:"url_file"`
	On      []string `yaml:"on"` // events; none is [DefaultOn]
}

// A Command gets each event as JSON on standard input.
type Command struct {
	Run []string `yaml:"run"`
	On  []string `yaml:"on"`
}

// DefaultOn are the events that a webhook or a command gets when it doesn't say.
var DefaultOn = []string{"open", "rejected", "held", "missing", "denied", "failed"}

var allEvents = []string{"all", "done", "duplicate", "open", "rejected", "waiting", "held", "dropped", "missing", "denied", "failed"}

// A channel has three tries of ten seconds each.
const (
	channelTries   = 3
	channelTimeout = 10 * time.Second
	channelPause   = time.Second
)

func (c *Channel) check() error {
	given, on := 0, []string(nil)
	if c.Ping != nil {
		given++
		if c.Ping.URLFile == "" {
			return errors.New("ping needs url_file: a file that holds the URL, which is a secret")
		}
	}
	if c.Webhook != nil {
		given++
		if c.Webhook.URLFile == "" {
			return errors.New("webhook needs url_file: a file that holds the URL, which is a secret")
		}
		on = c.Webhook.On
	}
	if c.Command != nil {
		given++
		if len(c.Command.Run) == 0 {
			return errors.New("command needs run: [program, argument ...]")
		}
		on = c.Command.On
	}
	if given != 1 {
		return errors.New("it has to be one of ping, webhook and command")
	}
	for _, event := range on {
		if !slices.Contains(allEvents, event) {
			return fmt.Errorf("on: %q is not one of %s", event, strings.Join(allEvents, ", "))
		}
	}
	return nil
}

func wants(on []string, event string) bool {
	if len(on) == 0 {
		on = DefaultOn
	}
	return slices.Contains(on, event) || slices.Contains(on, "all")
}

// tellStart pings that a look begins.
func (w *Watcher) tellStart(ctx context.Context) {
	w.each(func(c Channel) error {
		if c.Ping == nil {
			return nil
		}
		return post(ctx, c.Ping.URLFile, "/start", "text/plain", nil)
	})
}

// tell tells all channels what a look has found.
func (w *Watcher) tell(ctx context.Context, l *Look) {
	w.each(func(c Channel) error {
		if c.Ping == nil {
			return c.tell(ctx, l.Events)
		}
		var body strings.Builder
		for _, e := range l.Events {
			fmt.Fprintln(&body, e.Text)
		}
		return post(ctx, c.Ping.URLFile, fmt.Sprintf("/%d", l.Code), "text/plain; charset=utf-8", []byte(body.String()))
	})
}

// each does something with all channels at the same time: a slow one keeps none of them.
func (w *Watcher) each(f func(Channel) error) {
	var wait sync.WaitGroup
	for i, c := range w.Notify {
		wait.Go(func() {
			if err := f(c); err != nil {
				w.note("notify %d: nobody was told: %v", i+1, err)
			}
		})
	}
	wait.Wait()
}

// tell sends the events that the channel wants, in order.
func (c *Channel) tell(ctx context.Context, list []Event) error {
	var errs []error
	for _, e := range list {
		data, err := json.Marshal(e)
		switch {
		case err != nil:
		case c.Webhook != nil && wants(c.Webhook.On, e.Event):
			err = post(ctx, c.Webhook.URLFile, "", "application/json", data)
		case c.Command != nil && wants(c.Command.On, e.Event):
			err = tried(ctx, func(ctx context.Context) error { return runCommand(ctx, c.Command.Run, data) })
		}
		if errs = append(errs, err); err != nil {
			break // a channel that doesn't answer would keep the look once for each event
		}
	}
	return errors.Join(errs...)
}

// tried tries something three times, ten seconds at most each.
func tried(ctx context.Context, f func(context.Context) error) (err error) {
	for try := range channelTries {
		if try > 0 {
			if sleepErr := sleep(ctx, channelPause); sleepErr != nil {
				return cmp.Or(err, sleepErr)
			}
		}
		one, cancel := context.WithTimeout(ctx, channelTimeout)
		err = f(one)
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

// post sends a body to the URL in a file. No error names the URL: it is a secret.
func post(ctx context.Context, urlFile, suffix, kind string, body []byte) error {
	data, err := atomicfile.ReadPrivate(urlFile, 4096)
	if err != nil {
		return err
	}
	url := strings.TrimRight(strings.TrimSpace(string(data)), "/") + suffix
	return tried(ctx, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return errors.New("the URL in " + urlFile + " is not a URL")
		}
		req.Header.Set("Content-Type", kind)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return errors.New("the URL in " + urlFile + " can't be reached")
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		if resp.StatusCode >= 300 {
			return fmt.Errorf("the URL in %s answers %d", urlFile, resp.StatusCode)
		}
		return nil
	})
}

func runCommand(ctx context.Context, args []string, stdin []byte) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
