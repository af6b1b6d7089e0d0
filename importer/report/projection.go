// The projection: each row of the input goes to the report that its fate says.

package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

// A failure is hubload's columns of a row that was refused or is in doubt. All fields
// are text, for gocsv changes numbers.
type failure struct {
	Row           string `csv:"hubload_row"`
	Line          string `csv:"hubload_line"`
	Code          string `csv:"hubload_code"`
	Property      string `csv:"hubload_property"`
	Message       string `csv:"hubload_message"`
	Retryable     string `csv:"hubload_retryable"`
	Attempts      string `csv:"hubload_attempts"`
	CorrelationID string `csv:"hubload_correlation_id"`
}

// A projection reads the input once and fills the reports.
type projection struct {
	input   *csvfile.Reader
	columns columns
	safe    *neutraliser // nil leaves the input's cells as they are
	values  values
	same    rows.Verifier
	numbers *rows.Numbering // nil without position rules
	delim   byte
	room    [][]byte // for the cells of a row
	joined  []byte   // likewise

	results  *results
	failures *table[failure]
	inDoubt  *table[failure]
}

// newProjection begins the reports with their headers.
func newProjection(r *csvfile.Reader, src Source, o Options, results, failures, inDoubt io.Writer) (*projection, error) {
	p := &projection{input: r, columns: columnsOf(r.Header()), delim: byte(r.Dialect().Delimiter)}
	if o.ExcelSafe {
		p.safe = newNeutraliser(r.Dialect(), src.Neutralised)
	}
	var err error
	if p.values, err = valuesOf(r.Header(), src); err != nil {
		return nil, err
	}
	cells := p.columns.header(r.HeaderCells())
	p.safe.all(cells)
	header, bare := p.join(cells), len(cells) == 0
	out := func(w io.Writer) *csvfile.Writer { return csvfile.NewWriter(w, r.Dialect()) }
	if p.results, err = newResults(out(results), p.delim, header, bare); err != nil {
		return nil, err
	}
	if p.failures, err = newTable[failure](out(failures), header, bare, p.values.numbered()); err != nil {
		return nil, err
	}
	if p.inDoubt, err = newTable[failure](out(inDoubt), header, bare, p.values.numbered()); err != nil {
		return nil, err
	}
	return p, nil
}

// project gives each row of the input its place and ends the reports.
func (p *projection) project(st *journal.State) (Counts, error) {
	var n Counts
	var broken error
	p.same = rows.Verifier{Slices: st.Slices()}
	for {
		kind, _ := st.Kind(n.Rows + 1)
		rec, err := p.input.Skim(kind == journal.Created || kind == journal.Existing)
		if err == io.EOF {
			break
		}
		if err != nil {
			broken = fmt.Errorf("%w: %w", ErrIncomplete, err)
			break
		}
		n.Rows++
		if p.numbers != nil {
			p.input.Fields()
			p.numbers.Take(rec)
		}
		if p.same.Holds(rec.Row) {
			if _, err := p.same.Take(rec); err != nil {
				return n, fmt.Errorf("%w: %w", ErrMismatch, err)
			}
		}
		fate, ok, err := st.Fate(rec.Row)
		if err != nil {
			return n, fmt.Errorf("looking up row %d: %w", rec.Row, err)
		}
		if !ok {
			n.Pending++
			continue
		}
		if err := p.add(&n, rec, &fate); err != nil {
			return n, err
		}
	}
	known := journal.Counts{Created: n.Created, Existing: n.Existing, Refused: n.Refused, InDoubt: n.InDoubt}
	if known != st.Counts() && broken != nil {
		return n, fmt.Errorf("reading the input: %v", broken)
	}
	if known != st.Counts() {
		return n, fmt.Errorf("%w: it ends with row %d, and later rows have a fate", ErrMismatch, n.Rows)
	}
	for _, end := range []func() error{p.results.end, p.failures.end, p.inDoubt.end} {
		if err := end(); err != nil {
			return n, err
		}
	}
	return n, broken
}

// join puts cells together as they stand in a record.
func (p *projection) join(cells [][]byte) []byte {
	p.joined = p.joined[:0]
	for i, c := range cells {
		if i > 0 {
			p.joined = append(p.joined, p.delim)
		}
		p.joined = append(p.joined, c...)
	}
	return p.joined
}

// cells returns a record's own cells as they stand in the reports, the numbers of
// its row and line in the original file, and its mark.
func (p *projection) cells(rec *csvfile.Record) (joined []byte, row, line int64, mark string) {
	if rec.Problem == nil && p.safe == nil && len(p.columns.own) == p.columns.width {
		return rec.Raw, rec.Row, rec.Line, ""
	}
	cells, row, line := p.columns.of(rec, p.room)
	p.room = cells
	p.safe.all(cells)
	return p.join(cells), row, line, p.columns.mark(rec, cells)
}

// add puts a row into its report and counts it.
func (p *projection) add(n *Counts, rec *csvfile.Record, fate *journal.Fate) error {
	if p.columns.correlation >= 0 || fate.Kind == journal.Refused || fate.Kind == journal.InDoubt {
		p.input.Fields()
	}
	cells, row, line, mark := p.cells(rec)
	switch fate.Kind {
	case journal.Created, journal.Existing:
		if fate.Kind == journal.Created {
			n.Created++
		} else {
			n.Existing++
		}
		return p.results.add(cells, row, line, fate)
	case journal.Refused:
		n.Refused++
		f := p.failure(row, line, rec, fate)
		f.CorrelationID = cmp.Or(mark, f.CorrelationID)
		return p.failures.add(cells, f, p.numbers.Text())
	case journal.InDoubt:
		n.InDoubt++
		return p.inDoubt.add(cells, p.failure(row, line, rec, fate), p.numbers.Text())
	}
	return fmt.Errorf("row %d has the fate %s, and no report is for that", rec.Row, fate.Kind)
}

func (p *projection) failure(row, line int64, rec *csvfile.Record, fate *journal.Fate) failure {
	return failure{
		Row: decimal(row), Line: decimal(line),
		Code:          fate.Code,
		Property:      fate.Property,
		Message:       p.values.message(fate, rec.Fields),
		Retryable:     strconv.FormatBool(fate.Retryable),
		Attempts:      strconv.Itoa(fate.Attempts),
		CorrelationID: fate.CorrelationID,
	}
}
