// Where in a header is the column that a rule names?

package mapping

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A compiler finds columns by name and remembers which were asked for. It collects
// the errors of a mapping that is compiled.
//
// Names match exactly, or else after Unicode NFC (a Mac writes é as two
// characters), or else without the white space around them as well. Case must
// match: headers with both ID and id exist.
type compiler struct {
	names     []string
	spellings [3]map[string][]int // indexes by name, for each step of matching
	used      []bool
	failed    map[string]bool // names for which there is an error already
	errs      Errors

	object string
	schema *schema.Schema // may be nil
	words  []string       // that mean an empty cell in every column
}

func newCompiler(names []string) *compiler {
	c := &compiler{names: names, used: make([]bool, len(names)), failed: make(map[string]bool)}
	for step := range c.spellings {
		c.spellings[step] = make(map[string][]int, len(names))
		for i, name := range names {
			spelled := spelling(step, name)
			c.spellings[step][spelled] = append(c.spellings[step][spelled], i)
		}
	}
	return c
}

// spelling returns a name in the step that step tells: as it is, in NFC, normalized.
func spelling(step int, name string) string {
	switch step {
	case 0:
		return name
	case 1:
		return norm.NFC.String(name)
	}
	return Normalize(name)
}

// Normalize returns the name of a column in Unicode NFC and without the white space
// around it.
func Normalize(name string) string { return strings.TrimSpace(norm.NFC.String(name)) }

// column returns the index of the column that a rule means by name, and its
// name in the header. When there is none, or more than one, that is an error,
// once for each name.
func (c *compiler) column(name, rule string) (int, string) {
	var found []int
	for step := 0; step < len(c.spellings) && len(found) == 0; step++ {
		if spelled := spelling(step, name); spelled != "" {
			found = c.spellings[step][spelled]
		}
	}
	if len(found) == 1 {
		c.used[found[0]] = true
		return found[0], c.names[found[0]]
	}
	if !c.failed[name] {
		c.failed[name] = true
		if len(found) == 0 {
			known := c.names
			if len(c.errs) > 100 {
				known = nil // to look for the nearest name 50,000 times takes half a minute
			}
			c.fail("column %s of %s is not in the header; %s", wording.Quote(name), rule,
				wording.DidYouMean(name, known, "the header has "+wording.QuoteAll(c.names)))
		} else {
			c.fail("column %s of %s stands %d times in the header, first as columns %d and %d; rename one of them",
				wording.Quote(name), rule, len(found), found[0]+1, found[1]+1)
		}
	}
	return -1, ""
}

func (c *compiler) fail(format string, args ...any) {
	c.errs = append(c.errs, &Error{Message: fmt.Sprintf(format, args...)})
}

// unused returns the names of the columns that were not asked for, each once,
// without empty names and what hubload itself has added.
func (c *compiler) unused() []string {
	var names []string
	seen := make(map[string]bool)
	for i, name := range c.names {
		if !c.used[i] && strings.TrimSpace(name) != "" && !IsReportColumn(name) && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
