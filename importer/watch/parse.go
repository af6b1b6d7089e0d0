// From YAML to a configuration.

package watch

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/ratelimit"
)

// maxConfig is how long a configuration may be, in bytes.
const maxConfig = 1 << 20

// Load reads a configuration from a file, which must be regular and have at most 1 MiB.
func Load(path string) (*Config, error) {
	data, err := atomicfile.ReadFile(path, maxConfig)
	if err != nil {
		return nil, err
	}
	c, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Parse reads a configuration from YAML. It is strict: an unknown key, a key that is
// written twice and a value of the wrong type are errors, all of which come together with
// their places. Then it is checked by [Config.Check], but for State, which a caller may
// fill in.
func Parse(data []byte) (*Config, error) {
	var c Config
	if err := yaml.Load(data, &c, yaml.WithKnownFields()); err != nil {
		return nil, err
	}
	checked := c
	if checked.State == "" {
		checked.State = os.TempDir()
	}
	if err := checked.Check(); err != nil {
		return nil, err
	}
	return &c, nil
}

// UnmarshalYAML reads a duration such as 60s, 24h or 30d.
func (d *Duration) UnmarshalYAML(n *yaml.Node) (err error) {
	d.Duration, err = ParseDuration(n.Value)
	return at(n, err)
}

// ParseDuration is [time.ParseDuration] with days: 30d. A duration must not be negative.
func ParseDuration(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a duration such as 60s, 24h or 30d", s)
	}
	return d, nil
}

// UnmarshalYAML reads a percentage such as 60%.
func (p *Percent) UnmarshalYAML(n *yaml.Node) error {
	number, ok := strings.CutSuffix(n.Value, "%")
	v, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(v > 0) {
		return at(n, fmt.Errorf("%q is not a percentage such as 60%%", n.Value))
	}
	p.Value = v
	return nil
}

// UnmarshalYAML reads a number of rows or a percentage of them.
func (t *Threshold) UnmarshalYAML(n *yaml.Node) error {
	if strings.HasSuffix(n.Value, "%") {
		var p Percent
		if err := p.UnmarshalYAML(n); err != nil {
			return err
		}
		t.Percent = p.Value
		return nil
	}
	rows, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || rows < 1 {
		return at(n, fmt.Errorf("%q is neither a number of rows from 1 on nor a percentage such as 5%%", n.Value))
	}
	t.Rows = rows
	return nil
}

// UnmarshalYAML reads a rate such as 190/10s.
func (l *Limit) UnmarshalYAML(n *yaml.Node) (err error) {
	l.Limit, err = ratelimit.ParseLimit(n.Value)
	return at(n, err)
}

// UnmarshalYAML reads rename, { settle: 60s } or { marker: "{name}.ok" }.
func (r *Ready) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "rename" {
			return at(n, fmt.Errorf("ready is rename, { settle: 60s } or { marker: \"{name}.ok\" }, and not %q", n.Value))
		}
		r.Rename = true
		return nil
	}
	var given struct {
		Settle *Duration `yaml:"settle"`
		Marker string    `yaml:"marker"`
	}
	if err := n.Load(&given, yaml.WithKnownFields()); err != nil {
		return err
	}
	if (given.Settle != nil) == (given.Marker != "") {
		return at(n, fmt.Errorf("ready is one of { settle: 60s }, { marker: \"{name}.ok\" } and rename"))
	}
	r.Marker = given.Marker
	if given.Settle != nil {
		r.Settle, r.Rename = *given.Settle, given.Settle.Duration == 0
	}
	return nil
}

// at adds a place to an error.
func at(n *yaml.Node, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("line %d, column %d: %w", n.Line, n.Column, err)
}
