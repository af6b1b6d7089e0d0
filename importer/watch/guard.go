// Guards: a night that can't be right is refused before the first write.

package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
)

// A Guard says which files can't be right. They are rejected, and nothing of them is sent.
// The zero value accepts all.
type Guard struct {
	MinRows    int64     `yaml:"min_rows"`
	MaxRows    int64     `yaml:"max_rows"`
	Change     Percent   `yaml:"change"`      // most difference to the rows of the last file that went in
	MaxRefused Threshold `yaml:"max_refused"` // most rows that would be refused, by a check of the whole file
	Columns    string    `yaml:"columns"`     // same: as in the last file that went in, in any order
}

// A Percent is a share such as 60%.
type Percent struct{ Value float64 }

func (g *Guard) check() (errs []error) {
	errs = append(errs, oneOf("guard: columns", g.Columns, "same")...)
	if g.MinRows < 0 || g.MaxRows < 0 {
		errs = append(errs, fmt.Errorf("guard: min_rows and max_rows can't be less than 0"))
	}
	if g.MaxRows > 0 && g.MaxRows < g.MinRows {
		errs = append(errs, fmt.Errorf("guard: max_rows %d is less than min_rows %d: no file would pass", g.MaxRows, g.MinRows))
	}
	return errs
}

// needsCheck reports whether the whole file has to be read for it.
func (g *Guard) needsCheck() bool { return *g != Guard{} }

// A refusal says why a file is rejected: why holds no cell, text may.
type refusal struct{ why, text string }

func refuse(format string, args ...any) *refusal {
	why := fmt.Sprintf(format, args...)
	return &refusal{why, why}
}

// inspect says why a file must not be sent, nil when it may. It finds out whether it
// holds corrected rows.
func (t *turn) inspect(ctx context.Context, f *File) (*refusal, error) {
	if f.Size == 0 {
		return refuse("the file is empty"), nil
	}
	if refused, err := t.checkSum(ctx, f); refused != nil || err != nil {
		return refused, err
	}
	returned, refused := t.findParent(f)
	if refused != nil {
		return refused, nil
	}
	if !returned && !t.drop.Guard.needsCheck() && !f.Want.Given || returned && !f.Want.Given {
		return nil, nil
	}
	return t.checkRows(ctx, f, returned)
}

// checkSum compares a file with the SHA-256 in its marker.
func (t *turn) checkSum(ctx context.Context, f *File) (*refusal, error) {
	if f.Want.SHA256 == "" {
		return nil, nil
	}
	file, err := atomicfile.OpenRegular(t.path(f), os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, reader{ctx, file}); err != nil {
		return nil, err
	}
	if hex.EncodeToString(hash.Sum(nil)) != f.Want.SHA256 {
		return refuse("its SHA-256 is not the one in its marker: the file was damaged on its way, or is not complete"), nil
	}
	return nil, nil
}

// A reader ends with its context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}

// checkRows checks the whole file, and compares its rows with what is expected.
func (t *turn) checkRows(ctx context.Context, f *File, returned bool) (*refusal, error) {
	c, err := rundir.Check(ctx, t.options(f), t.runDir(f)+checkSuffix, false, unseen{})
	if err != nil {
		return nil, err
	}
	n, bad, g := c.Summary.Rows, c.Summary.Refused, &t.drop.Guard
	if all := n + c.Summary.LeftOut; f.Want.Given && all != f.Want.Rows {
		return refuse("it has %d rows, and its marker says %d", all, f.Want.Rows), nil
	}
	if returned {
		return nil, nil
	}
	head, last := headOf(c.Input.Header), t.lastIn()
	switch {
	case n < g.MinRows:
		return refuse("it has %d rows, and min_rows is %d", n, g.MinRows), nil
	case g.MaxRows > 0 && n > g.MaxRows:
		return refuse("it has %d rows, and max_rows is %d", n, g.MaxRows), nil
	case g.Change.Value > 0 && last != nil && math.Abs(float64(n-last.Rows)) > g.Change.Value/100*float64(last.Rows):
		return refuse("it has %d rows, and the last file had %d: more than the change of %g%% that the drop allows", n, last.Rows, g.Change.Value), nil
	case g.Columns == "same" && last != nil && last.Head != "" && head != last.Head:
		return refuse("its columns are not those of the last file"), nil
	case g.MaxRefused.Exceeds(bad, n):
		return refuse("%d of %d rows would be refused, more than max_refused; %s says which", bad, n, c.Dir), nil
	}
	return nil, t.become(f, "inspected", func(f *File) { f.Head = head })
}

// checkSuffix ends the name of the directory with what a check has found.
const checkSuffix = ".check"

// lastIn is the last file of which rows went in, nil when there is none.
func (t *turn) lastIn() *File {
	for _, f := range slices.Backward(t.files) {
		if (f.State == Done || f.State == Open) && f.Of == "" {
			return f
		}
	}
	return nil
}

// headOf is a hash of the columns' names, in any order.
func headOf(header []string) string {
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(header)), "\x00")))
	return hex.EncodeToString(sum[:8])
}

// unseen is a visitor of a check of which only the counts matter.
type unseen struct{}

func (unseen) Known(rundir.Known)                     {}
func (unseen) Begin(*rundir.Checked, *mapping.Mapper) {}
func (unseen) Good(*rows.Row, *mapping.Record)        {}
func (unseen) Refused(*rows.Row, *rows.Refusal)       {}
func (unseen) LeftOut(*rows.Row, *rows.Refusal)       {}
