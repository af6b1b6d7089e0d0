// Reading records, and what makes a record a good one.

package csvfile

import (
	"bytes"
	"errors"
	"io"
)

// Read returns the next record, or [io.EOF] after the last one. A bad record is a
// Record with a Problem, not an error. The error is a [*FileError] when reading can't go
// on; Read then keeps returning it. The Record is valid until the next Read or
// SkipFields, except for the texts of its Fields, which may be kept.
func (r *Reader) Read() (*Record, error) { return r.next((*Reader).read) }

// SkipFields is like Read but does not decode fields: Fields of a good record is nil.
// Call [Reader.Fields] if you need them.
//
// known says that the record was read before and was good. Then only its end is looked
// for, and Problem may be nil for a bad record until Fields is called. Compare Raw with a
// checksum of what was read before, and act on the record only if they agree.
func (r *Reader) SkipFields(known bool) (*Record, error) {
	if known {
		return r.next((*Reader).pass)
	}
	return r.next((*Reader).look)
}

func (r *Reader) next(read func(*Reader) error) (*Record, error) {
	if r.failed == nil {
		r.failed = read(r)
		r.noteOffset()
	}
	if r.failed != nil {
		return nil, r.failed
	}
	return &r.rec, nil
}

// Fields sets and returns the Fields of the record that Read or SkipFields returned
// last. They are nil when it has a Problem, which this sets where known was wrong.
func (r *Reader) Fields() []string {
	if r.rec.Fields == nil && r.rec.Problem == nil && r.failed == nil {
		r.rec.split()
		r.rec.Fields, r.rec.Problem = r.fields(r.rec.span) // a Problem if known was wrong
		r.judge()
	}
	return r.rec.Fields
}

func (r *Reader) read() error { return r.record(func(span) bool { return true }) }

func (r *Reader) look() error {
	return r.record(func(sp span) bool { return r.converter != nil || !r.plain(sp) })
}

// record reads a record, and its fields when that is what wanted says.
func (r *Reader) record(wanted func(span) bool) error {
	if err := r.find(); err != nil {
		return err
	}
	sp, err := r.scan()
	if err != nil {
		return err
	}
	r.begin()
	r.stats.Unended = sp.open
	if sp.state != whole {
		return r.readBad(sp)
	}
	next, lines := sp.next, sp.lines
	if n := r.cut(sp.n); n > 0 {
		if cut, ends := r.syntax.split(r.buf[r.pos:r.pos+n], true, r.rec.ends[:0]); cut.state == whole || cut.lines == 0 {
			return r.readCut(cut, ends, n, next, lines)
		}
		_, r.rec.ends = r.syntax.split(r.buf[r.pos:r.pos+sp.n], true, r.rec.ends[:0])
	}
	r.rec.Raw = r.buf[r.pos : r.pos+sp.n]
	if r.rec.span = sp; wanted(sp) {
		r.rec.Fields, r.rec.Problem = r.fields(sp)
		r.judge()
	}
	r.advance(sp.next, sp.lines)
	return nil
}

// cut returns how much there was before of the record at pos, which has n bytes now; 0 when
// it wasn't cut off.
func (r *Reader) cut(n int) int {
	for _, at := range r.cutAt {
		if had := at - r.base - int64(r.pos); had > 0 && had < int64(n) {
			if blank, _, _ := r.syntax.blank(r.buf[r.pos:r.pos+int(had)], true); blank == 0 {
				return int(had)
			}
		}
	}
	return 0
}

// readCut makes a Record of the first n bytes of the record at pos, whose splitting ended
// in sp, and passes all of it.
func (r *Reader) readCut(sp span, ends []int, n, next, lines int) error {
	r.rec.Cut, r.rec.span, r.rec.ends = true, sp, ends
	r.rec.Raw = r.buf[r.pos : r.pos+n]
	switch {
	case sp.state == whole:
		r.rec.Raw = r.rec.Raw[:sp.n]
		r.rec.Fields, r.rec.Problem = r.fields(sp)
	case sp.inQuotes && sp.state == short:
		r.rec.Problem = r.problem(CodeCutOff, r.rec.Line, sp.cells, "The file ended inside the quoted cell that starts here when it was read.")
	default:
		r.rec.Problem = r.quoteProblem(sp)
	}
	r.advance(next, lines)
	return nil
}

// pass reads a record that is known to be good, and splits it only if it may have more
// than one line.
func (r *Reader) pass() error {
	if err := r.find(); err != nil {
		return err
	}
	n, next, ok := r.syntax.line(r.window())
	ok = ok && r.cut(n) == 0
	line := r.buf[r.pos : r.pos+n]
	if !ok || bytes.IndexByte(line, '"') >= 0 || bytes.Count(line, []byte{r.syntax.delim}) != len(r.header)-1 {
		return r.look()
	}
	r.begin()
	r.stats.Unended = n == next
	r.rec.Raw, r.rec.ends = r.buf[r.pos:r.pos+n], r.rec.ends[:0]
	r.advance(next, 1)
	return nil
}

// find goes to the start of the next record.
func (r *Reader) find() error {
	if err := r.skip(); err != nil || r.pos < r.end {
		return err
	}
	if r.changed() {
		return &FileError{Path: r.path, Message: ErrChanged.Error(), Hint: "Wait until it is complete, and start again.", Err: ErrChanged}
	}
	return io.EOF
}

// begin makes the record at pos the next one.
func (r *Reader) begin() {
	r.row++
	r.rec.Row, r.rec.Line = r.row, r.line
	r.rec.Fields, r.rec.Problem, r.rec.ragged, r.rec.Cut = nil, nil, false, false
}

// plain reports whether it takes no decoding to see that the record is a good one.
func (r *Reader) plain(sp span) bool {
	return sp.cells == len(r.header) && sp.control < 0 && !sp.high
}

// fields returns the fields of the record that sp found at pos, or what is
// wrong with it.
func (r *Reader) fields(sp span) ([]string, *Problem) {
	if sp.cells != len(r.header) {
		if p := r.countProblem(sp); p != nil {
			return nil, p
		}
		r.evenOut(sp)
	}
	if sp.control >= 0 {
		return nil, r.controlProblem(sp)
	}
	raw, ends := r.rec.Raw, r.rec.ends
	unicode := r.charset.table == nil || r.charset.stream || !sp.high
	if r.charset.stream && sp.high {
		if at := bytes.Index(raw, []byte("\uFFFD")); at >= 0 {
			return nil, r.encodingProblem(at)
		}
	}
	if unicode && sp.high {
		if at, c := badText(raw); at >= 0 {
			return nil, r.textProblem(at, c)
		}
	}
	if len(r.fieldBuf) != len(r.header) {
		r.fieldBuf = make([]string, len(r.header))
	}
	fields := r.fieldBuf
	clear(fields[len(ends):])
	if unicode && !sp.doubled {
		s := string(raw)
		start := 0
		for i, end := range ends {
			from, to := start, end
			if r.syntax.spaced && i > 0 && from < to && s[from] == ' ' {
				from++
			}
			if from < to && s[from] == '"' {
				from, to = from+1, to-1
			}
			fields[i] = s[from:to]
			start = end + 1
		}
	} else if p := r.decode(fields); p != nil {
		return nil, p
	}
	return fields, nil
}

// evenOut makes a record with more or fewer cells than the header a good one.
func (r *Reader) evenOut(sp span) {
	r.rec.ragged = true
	if sp.cells < len(r.header) && r.converter != nil {
		return
	}
	if sp.cells < len(r.header) {
		if r.stats.ShortRows++; r.stats.ShortRows == 1 {
			r.stats.FirstShort = r.rec.Line
		}
		return
	}
	r.rec.ends = r.rec.ends[:len(r.header)]
	if r.stats.LongRows++; r.stats.LongRows == 1 {
		r.stats.FirstLong = r.rec.Line
	}
}

// decode sets fields to those of the record, decoded and without doubled
// quotes.
func (r *Reader) decode(fields []string) *Problem {
	r.scratch = r.scratch[:0]
	lengths := make([]int, 0, 64)
	start := 0
	for i, end := range r.rec.ends {
		from := len(r.scratch)
		cell := r.rec.Raw[start:end]
		if r.syntax.spaced && i > 0 {
			cell = bytes.TrimPrefix(cell, []byte(" "))
		}
		if text := unquoted(cell); r.decoder.table == nil || isASCII(text) {
			r.scratch = append(r.scratch, text...) // it was looked at with the whole record
		} else if p := r.decodeCell(end-len(cell), cell, text); p != nil {
			return p
		}
		if len(cell) > 0 && cell[0] == '"' {
			r.scratch = r.scratch[:from+undouble(r.scratch[from:])]
		}
		lengths = append(lengths, len(r.scratch)-from)
		start = end + 1
	}
	s := string(r.scratch)
	for i, n := range lengths {
		fields[i], s = s[:n], s[n:]
	}
	return nil
}

// decodeCell appends the text of a cell that starts at start, decoded, to scratch.
func (r *Reader) decodeCell(start int, cell, text []byte) *Problem {
	from := len(r.scratch)
	var bad int
	if r.scratch, bad = r.decoder.append(r.scratch, text); bad >= 0 {
		if cell[0] == '"' {
			bad++
		}
		return r.encodingProblem(start + bad)
	}
	// Of what a field may not hold, the charsets with a table have the control
	// characters beyond ASCII alone, which all start with this byte in UTF-8.
	if bytes.IndexByte(r.scratch[from:], 0xC2) >= 0 {
		if at, c := badText(r.scratch[from:]); at >= 0 {
			return r.characterProblem(r.lineOf(start), r.cellOf(start), c)
		}
	}
	return nil
}

// unquoted returns a well-formed cell's text between its quotes, if it has any.
func unquoted(cell []byte) []byte {
	if len(cell) > 0 && cell[0] == '"' {
		return cell[1 : len(cell)-1]
	}
	return cell
}

// undouble makes one quote of each two, in place, and returns the new length.
func undouble(text []byte) int {
	n := bytes.IndexByte(text, '"')
	if n < 0 {
		return len(text)
	}
	for i := n; i < len(text); i++ {
		text[n] = text[i]
		n++
		if text[i] == '"' {
			i++
		}
	}
	return n
}

func (r *Reader) fail(line int64, message, hint string) *FileError {
	return &FileError{Path: r.path, Line: line, Message: message, Hint: hint}
}

func (r *Reader) sourceError(err error, line int64) *FileError {
	if file, ok := errors.AsType[*FileError](err); ok {
		file.Path = r.path
		return file
	}
	e := r.src.explain(err)
	e.Path, e.Line = r.path, line
	return e
}
