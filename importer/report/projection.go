// The projection: each row of the input goes into the report of its fate.

package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

// A projection reads the input once and fills the reports.
type projection struct {
	input    *csvfile.Reader
	header   []string
	columns  columns
	safe     *neutraliser // nil leaves the input's cells as they are
	values   values
	same     rows.Verifier
	filler   *rows.Filler     // nil where nothing is filled down
	numbers  *rows.Numbering  // nil without position rules
	found    *Findings        // may be nil
	warnings map[int64]string // see Options
	differs  bool             // the results have hubload_differs
	run      string
	delim    byte
	cellBuf  [][]byte // the cells of a row
	joinBuf  []byte   // the same, joined

	results, failures, inDoubt *table
}

// newProjection begins the reports with their headers. Results and inDoubt may be nil.
func newProjection(r *csvfile.Reader, v values, run string, o Options, results, failures, inDoubt io.Writer) (p *projection, err error) {
	header := r.Header()
	p = &projection{input: r, header: header, columns: columnsOf(header), values: v, found: o.Findings, warnings: o.Warnings, differs: o.Differs, run: run, delim: byte(r.Dialect().Delimiter)}
	if o.ExcelSafe {
		p.safe = newNeutraliser(r.Dialect(), v.neutralised)
	}
	cells := p.columns.header(r.HeaderCells())
	p.safe.all(cells)
	line, bare := p.join(cells), len(cells) == 0
	if results != nil {
		p.results, err = newTable(results, r.Dialect(), line, bare, p.resultColumns())
	}
	if d := r.Dialect(); d.Encoding == "utf-8" && !d.BOM {
		failures = &marked{w: failures}
	}
	if err == nil {
		p.failures, err = newTable(failures, r.Dialect(), line, bare, p.failureColumns())
	}
	if err == nil && inDoubt != nil {
		p.inDoubt, err = newTable(inDoubt, r.Dialect(), line, bare, p.failureColumns())
	}
	return p, err
}

func (p *projection) resultColumns() []string {
	columns := slices.Clone(resultColumns)
	if p.differs {
		columns = append(columns, "hubload_differs")
	}
	return columns
}

func (p *projection) failureColumns() []string {
	columns := slices.Clone(failureColumns)
	if p.values.numbered() {
		columns = append(columns, rows.PositionColumn)
	}
	if p.values.fills() {
		columns = append(columns, rows.FilledColumn)
	}
	return columns
}

// project writes each row of the input into its report.
func (p *projection) project(st *journal.State) (Counts, error) {
	var n Counts
	var broken error
	p.same = rows.Verifier{Slices: st.Slices()}
	for {
		kind, _ := st.Kind(n.Rows + n.LeftOut + 1)
		rec, err := p.input.SkipFields(kind.Exists() || kind == journal.LeftOut)
		if err == io.EOF {
			break
		}
		if err != nil {
			broken = fmt.Errorf("%w: %w", ErrIncomplete, err)
			break
		}
		if kind == journal.LeftOut {
			n.LeftOut++
		} else {
			n.Rows++
		}
		if p.filler != nil || p.numbers != nil {
			p.input.Fields()
			p.number(rec, kind)
		}
		if p.same.Holds(rec.Row) {
			if _, err := p.same.Take(rec); err != nil {
				return n, fmt.Errorf("%w: %w", ErrMismatch, err)
			}
		}
		if kind == journal.LeftOut {
			continue
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
	known := n
	known.Rows, known.Pending = 0, 0
	same := known == CountsOf(st.Counts())
	if !same && broken != nil {
		return n, fmt.Errorf("reading the input: %v", broken)
	}
	if !same {
		return n, fmt.Errorf("%w: it ends with row %d, and later rows have a fate", ErrMismatch, n.Rows+n.LeftOut)
	}
	for _, t := range []*table{p.results, p.failures, p.inDoubt} {
		if err := t.flush(); err != nil {
			return n, err
		}
	}
	return n, broken
}

// number fills and numbers a row as it was when it was read.
func (p *projection) number(rec *csvfile.Record, kind journal.Kind) {
	if rows.RepeatsHeader(p.header, rec.Fields) {
		rec = &csvfile.Record{Row: rec.Row, Line: rec.Line, Problem: &csvfile.Problem{Code: rows.CodeRepeatedHeader}}
	}
	p.filler.Fill(rec)
	if kind != journal.LeftOut {
		p.numbers.Take(rec)
	}
}

// join puts cells together as they are in a record.
func (p *projection) join(cells [][]byte) []byte {
	p.joinBuf = p.joinBuf[:0]
	for i, c := range cells {
		if i > 0 {
			p.joinBuf = append(p.joinBuf, p.delim)
		}
		p.joinBuf = append(p.joinBuf, c...)
	}
	return p.joinBuf
}

// cells returns a record's own cells as the reports have them, the numbers of
// its row and line in the source file, and its mark. Filled are the indexes of those that
// hold what was filled down.
func (p *projection) cells(rec *csvfile.Record, filled []int) (joined []byte, row, line int64, mark string) {
	if len(filled) == 0 && rec.Problem == nil && !rec.IsRagged() && p.safe == nil && len(p.columns.own) == p.columns.width {
		return rec.Raw, rec.Row, rec.Line, ""
	}
	cells, row, line := p.columns.of(rec, p.cellBuf)
	p.cellBuf = cells
	for _, at := range filled {
		if own := slices.Index(p.columns.own, at); own >= 0 {
			cells[own] = p.failures.out.Cell(rec.Fields[at])
		}
	}
	p.safe.all(cells)
	return p.join(cells), row, line, p.columns.mark(rec, cells)
}

// add puts a row into its report and counts it.
func (p *projection) add(n *Counts, rec *csvfile.Record, fate *journal.Fate) error {
	if p.columns.correlation >= 0 || fate.Kind == journal.Refused || fate.Kind == journal.InDoubt || fate.Warning != "" {
		p.input.Fields()
	}
	var filled []int
	if fate.Kind == journal.Refused || fate.Kind == journal.InDoubt {
		filled = p.filler.Filled()
	}
	cells, row, line, mark := p.cells(rec, filled)
	switch fate.Kind {
	case journal.Created, journal.Existing, journal.Unidentified, journal.Updated, journal.Unchanged:
		kind := fate.Kind
		switch kind {
		case journal.Existing:
			n.Existing++
		case journal.Updated:
			n.Updated++
		case journal.Unchanged:
			n.Unchanged++
		case journal.Unidentified:
			kind = journal.Created
			n.IDsUnknown++
			fallthrough
		default:
			n.Created++
		}
		warning := ""
		if fate.Warning != "" {
			n.Warnings++
			warning = p.values.fill(fate.Warning, "", rec.Fields)
			p.found.add(row, line, &journal.Fate{Kind: kind, Code: fate.Warning}, warning)
		}
		if own := p.warnings[rec.Row]; own != "" {
			warning = strings.TrimPrefix(warning+"; "+own, "; ")
		}
		rowText, lineText := decimals(row, line)
		own := []string{rowText, lineText, kind.String(), fate.ID, warning}
		if p.differs {
			own = append(own, fate.Differs)
		}
		return p.results.add(cells, own...)
	case journal.Refused:
		n.Refused++
		return p.failures.add(cells, p.failure(row, line, rec, fate, cmp.Or(mark, fate.CorrelationID), p.numbers.Text(), p.filler.Mark())...)
	case journal.InDoubt:
		n.InDoubt++
		return p.inDoubt.add(cells, p.failure(row, line, rec, fate, fate.CorrelationID, p.numbers.Text(), p.filler.Mark())...)
	}
	return fmt.Errorf("row %d has the fate %s, which belongs in no report", rec.Row, fate.Kind)
}

// failure returns hubload's columns of a row that was refused or is in doubt.
func (p *projection) failure(row, line int64, rec *csvfile.Record, fate *journal.Fate, correlation, position, filled string) []string {
	message := p.values.message(fate, rec.Fields)
	if own := p.warnings[rec.Row]; own != "" {
		message += " " + own
	}
	if rec.Problem != nil && rec.Problem.Beyond != "" && len(p.columns.own) == p.columns.width {
		message += " Beyond the last column stands: " + shorten(rec.Problem.Beyond, maxBeyond)
	}
	p.found.add(row, line, fate, message)
	own := []string{
		decimal(row), decimal(line), fate.Code, fate.Property, message,
		strconv.FormatBool(fate.Retryable), strconv.Itoa(fate.Attempts), correlation, p.run,
	}
	if p.values.numbered() {
		own = append(own, position)
	}
	if p.values.fills() {
		own = append(own, filled)
	}
	return own
}
