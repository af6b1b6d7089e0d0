// The reader: rows in input order, verified, numbered and mapped.

package rows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A Reader reads a Source once. It belongs to one goroutine.
type Reader struct {
	src      Source
	config   Config
	header   []string
	rowAt    int // the column hubload_row, -1 without one
	verifier Verifier
	filler   *Filler
	totals   totals
	numbers  *Numbering
	last     int64 // row that was read
	row      Row
	hasher   Hasher
}

// A Row is one row of the input. It is valid until the next one is read.
type Row struct {
	*csvfile.Record

	// Known says that an earlier process has read the row. Nothing of a known
	// slice may be acted upon before its last row, which is Verified: the slice
	// holds what it held then.
	Known, Verified bool

	reader  *Reader
	total   string // see Total
	leftOut string // column of the condition that leaves the row out, "" without one
}

// A Refusal says why a row isn't sent: it can't be, or it is left out.
type Refusal struct {
	Code     string
	Property string // or column, of a record that isn't well-formed; may be ""
	Message  string // one sentence with the fix; holds no values of cells

	// Problems are all problems of the row's cells; none for other refusals.
	Problems []mapping.Problem
}

// NewReader returns a Reader of src, which must be at its first row.
func NewReader(src Source, c Config) *Reader {
	header := src.Header()
	r := &Reader{
		src: src, config: c, header: header, rowAt: slices.Index(header, rowColumn),
		filler: NewFiller(c.Mapper, header), numbers: c.Positions.Start(),
	}
	r.verifier.Slices = c.Known
	return r
}

// Next returns the next row, or [io.EOF] after the last one. When ctx ends it
// returns [context.Cause]. Other errors are those of the source, and a
// [*MismatchError] where the input isn't what it was or ends too early.
func (r *Reader) Next(ctx context.Context) (*Row, error) {
	if r.last%256 == 0 && ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	rec, err := r.src.Read()
	if errors.Is(err, io.EOF) {
		if err := r.verifier.End(r.last); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	if err != nil {
		return nil, err
	}
	r.last = rec.Row
	if RepeatsHeader(r.header, rec.Fields) {
		rec.Fields = nil
		rec.Problem = &csvfile.Problem{
			Code: CodeRepeatedHeader, Line: rec.Line,
			Message: "The row repeats the header, as where two files were joined. Delete it; if the rows below it are of another kind, import them as a file of their own",
		}
	}
	r.filler.Fill(rec)
	r.row = Row{Record: rec, Known: r.verifier.Holds(rec.Row), reader: r, leftOut: r.leavesOut(rec)}
	if r.row.leftOut == "" {
		r.numbers.Take(rec)
	}
	if r.row.Known {
		r.row.Verified, err = r.verifier.Take(rec)
	}
	return &r.row, err
}

// All yields what [Reader.Next] returns, up to the last row or the first error.
func (r *Reader) All(ctx context.Context) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for {
			row, err := r.Next(ctx)
			if err == io.EOF || !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// leavesOut returns the column for which a row is left out, "" if it isn't.
func (r *Reader) leavesOut(rec *csvfile.Record) string {
	if r.config.Mapper == nil || rec.Fields == nil || r.filler.refuse() != nil {
		return ""
	}
	column, _ := r.config.Mapper.LeavesOut(rec.Fields)
	return column
}

// Last returns the number of the row that was read last, 0 before the first.
func (r *Reader) Last() int64 { return r.last }

// RepeatsHeader reports whether a row repeats the header, as where two files were joined. It
// compares the columns of the input itself: a repeated header keeps its cells in a failures
// file, beside those that the report adds.
func RepeatsHeader(header, fields []string) bool {
	if len(fields) != len(header) {
		return false
	}
	same := 0
	for i, field := range fields {
		name := header[i]
		if strings.HasPrefix(name, reportPrefix) {
			continue
		}
		// The second file may begin with a byte order mark.
		if field != name && (i > 0 || strings.TrimPrefix(field, "\ufeff") != name) {
			return false
		}
		if name != "" {
			same++
		}
	}
	return same > 0
}

// Each opens an input, calls f for each row, and closes it.
func Each(ctx context.Context, open func() (Source, error), c Config, f func(*Row) error) error {
	src, err := open()
	if err != nil {
		return err
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	for row, err := range NewReader(src, c).All(ctx) {
		if err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// Map makes the record of the row in rec, whose memory it uses again, or says why
// there is none: [CodeLeftOut] for a row that the mapping doesn't want. It must be called
// before the next row is read.
func (row *Row) Map(rec *mapping.Record) *Refusal {
	c := &row.reader.config
	if row.Problem != nil || row.leftOut != "" || row.reader.filler.refuse() != nil {
		row.reader.totals.pass(row.Row)
	}
	if p := row.Problem; p != nil {
		return &Refusal{Code: p.Code, Property: p.Column, Message: p.Message}
	}
	if row.leftOut != "" {
		return &Refusal{Code: CodeLeftOut, Property: row.leftOut, Message: "rows: where leaves the row out"}
	}
	if refused := row.reader.filler.refuse(); refused != nil {
		return refused
	}
	problems := c.Mapper.Map(row.Fields, rec)
	row.findTotal(rec, problems)
	if len(problems) > 0 {
		return &Refusal{problems[0].Code, problems[0].Property, Message(problems), problems}
	}
	key := ""
	if c.Key != "" && c.Mapper.AutoKey() != "" {
		key = row.reader.hasher.ContentOf(rec).Key(c.Ordinals.Of(row.Row)) // positions don't count
	}
	if refusal := row.reader.numbers.put(rec); refusal != nil {
		return refusal
	}
	if key != "" {
		rec.SetKey(c.Key, key)
	}
	if d, ok := c.Duplicates[row.Row]; ok {
		return &Refusal{Code: CodeDuplicateKey, Property: c.Key, Message: d.message(row.Line, c.Key)}
	}
	return nil
}

// Fate is the fate of the row, which was never sent.
func (f *Refusal) Fate(row int64) journal.Fate {
	if f.Code == CodeLeftOut {
		return journal.Fate{Row: row, Kind: journal.LeftOut}
	}
	return journal.Fate{Row: row, Kind: journal.Refused, Code: f.Code, Property: f.Property, Message: f.Message}
}

// Field is the value of a column, "" where there is none of that name.
func (row *Row) Field(column string) string {
	if at := slices.Index(row.reader.header, column); at >= 0 && at < len(row.Fields) {
		return row.Fields[at]
	}
	return ""
}

// AsRead returns the cells of the row without what was filled down.
func (row *Row) AsRead() []string { return row.reader.filler.asRead(row.Fields) }

// Filler has filled the row.
func (row *Row) Filler() *Filler { return row.reader.filler }

// Position is what stands in hubload_position of a failures file; see [Positions].
func (row *Row) Position() string { return row.reader.numbers.Text() }

// Apart returns the position rules whose group has earlier rows with rows of other
// groups between them and this one. The numbers go on, but the file may be in
// another order than the one that is meant.
func (row *Row) Apart() []mapping.PositionRule { return row.reader.numbers.apartRules() }

// Message is the message of the first problem, which names the next.
func Message(problems []mapping.Problem) string {
	msg := problems[0].Message
	if n := len(problems) - 1; n > 0 {
		msg = fmt.Sprintf("%s (%d more: see %s)", msg, n, problems[1].Property)
	}
	return msg
}
