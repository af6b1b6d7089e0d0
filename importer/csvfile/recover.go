// What a record costs that doesn't parse, and where reading goes on.

package csvfile

import "bytes"

// readBad makes a Record with a Problem of the record at pos, whose splitting
// ended in sp, and passes it.
//
// A wrong quote on the line where its cell starts costs that physical line. A
// quoted cell that goes on over line ends until something is wrong was meant to
// end earlier: that costs the lines up to the next one that parses to the
// header's number of cells. What the limit cuts off doesn't count as wrong.
func (r *Reader) readBad(sp span) error {
	var p *Problem
	var end int // of the record, line end included
	var err error
	switch {
	case sp.state == fault && sp.lines == sp.cellLines:
		if end, err = r.lineAfter(sp.at); err != nil {
			return err
		}
		p = r.quoteProblem(sp)
	case sp.inQuotes:
		if end, err = r.resync(sp.cell); err != nil {
			return err
		}
		p = r.unclosedProblem(sp, end)
	}
	if end == 0 {
		return r.cutLine(sp)
	}
	text, _ := r.window()
	r.rec.Raw, r.rec.Problem = r.syntax.trimLineEnd(text[:end]), p
	r.advance(end, r.countLines(text[:end]))
	return nil
}

// lineAfter returns where the line after the one that holds place i of the
// window starts, or 0 when the limit comes first.
func (r *Reader) lineAfter(i int) (int, error) {
	for {
		text, last := r.window()
		if _, next, ok := r.syntax.line(text[i:], last); ok {
			return i + next, nil
		}
		if len(text) == MaxRecord {
			return 0, nil
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}

// resync returns the start of the first line after place i of the window that
// parses to the header's number of cells, or on which the limit leaves no
// judgement; else the end of the input, or 0 when the limit cuts the line off
// that holds place i.
//
// It takes linear time although each line is tried: a quote that opens on one
// line stays open up to the next line with an odd number of quotes, and so no
// byte is part of more than two tries.
func (r *Reader) resync(i int) (int, error) {
	start, err := r.lineAfter(i)
	if start == 0 || err != nil {
		return 0, err
	}
	for {
		text, last := r.window()
		full := len(text) == MaxRecord
		sp, blank := span{state: short}, 0
		if start < len(text) {
			sp, _ = r.syntax.split(text[start:], last, nil)
			blank, _, _ = r.syntax.blank(text[start:], last)
		}
		switch {
		case start == len(text) && (last || full):
			return start, nil
		case sp.state == short && !last && full:
			return start, nil
		case sp.state == short && !last:
			err = r.fill()
		case sp.state == whole && sp.cells == len(r.header) && blank == 0:
			return start, nil
		default:
			var next int
			if next, err = r.lineAfter(start); next == 0 && err == nil {
				return start, nil
			}
			start = next
		}
		if err != nil {
			return 0, err
		}
	}
}

// cutLine makes a Record of as much of a line that is too long as the limit
// lets through. The next Read skips the rest of it.
func (r *Reader) cutLine(sp span) error {
	text, _ := r.window()
	// A CR may be half of a line end.
	text = bytes.TrimSuffix(text, []byte("\r"))
	lines := r.countLines(text)
	r.rec.Raw = text
	r.rec.Problem = r.tooLargeProblem(sp, r.line+int64(lines))
	r.advance(len(text), lines)
	r.skipLine = true
	return nil
}

// trimLineEnd takes one line end off, if there is any.
func (s *syntax) trimLineEnd(text []byte) []byte {
	if s.cr && !bytes.HasSuffix(text, []byte("\r\n")) {
		return bytes.TrimSuffix(text, []byte("\r"))
	}
	for _, end := range []string{"\r\r\n", "\r\n", "\n", "\r"} {
		if rest, found := bytes.CutSuffix(text, []byte(end)); found {
			return rest
		}
	}
	return text
}

// countLines counts the line ends in text.
func (r *Reader) countLines(text []byte) int {
	if r.converter != nil {
		return 0
	}
	if r.syntax.cr {
		return bytes.Count(text, []byte("\r"))
	}
	n := bytes.Count(text, []byte("\n"))
	if bytes.HasSuffix(text, []byte("\r")) {
		n++ // the file ends between CR and LF
	}
	return n
}
