// Reading JSON from memory, as strictly as RFC 8259, for answers that are mostly skipped.

package hubspot

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// A scanner reads a JSON text from its start to its end.
//
// Package jsontext can do this and more, and is the judge in this one's tests. But of an
// answer to a create all but two short strings a record is skipped, and that made a sixth
// of a whole import's CPU time; this takes less than two thirds of it.
type scanner struct {
	data  []byte
	at    int
	depth int // of objects and arrays that are open

	escaped bool // there is a backslash in the string that was read last
}

// kind returns the first byte of what comes next: { } [ ] " t f n, or '0' for any
// number. At the end, and where nothing sensible comes, it is another byte.
func (s *scanner) kind() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c > '9':
			return c
		case c >= '0' || c == '-':
			return '0'
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			return c
		}
		s.at++
	}
	return 0xff // which begins nothing
}

// next reports whether c comes next.
func (s *scanner) next(c byte) bool {
	return s.at < len(s.data) && s.data[s.at] == c || s.kind() == c
}

func (s *scanner) done() bool {
	s.kind()
	return s.at == len(s.data)
}

// enter opens the object or array that comes next.
func (s *scanner) enter() error {
	if s.depth == maxDepth {
		return errTooDeep
	}
	s.depth++
	s.at++
	return nil
}

// more reports whether the object or array that end closes has a member or an
// element left. Else it is closed. It is not the first one unless first says so.
func (s *scanner) more(end byte, first bool) (bool, error) {
	switch {
	case !first && s.next(','):
		s.at++ // what stands there next must be one: nothing takes an end for a name or a value
		return true, nil
	case s.next(end):
		s.at++
		s.depth--
		return false, nil
	case first:
		return true, nil
	}
	return false, s.invalid()
}

// name reads the name of a member and the colon behind it.
func (s *scanner) name() ([]byte, error) {
	if !s.next('"') {
		return nil, s.invalid()
	}
	start := s.at
	if !s.quoted() {
		return nil, s.invalid()
	}
	end := s.at
	if !s.next(':') {
		return nil, s.invalid()
	}
	s.at++
	return s.data[start:end], nil
}

// raw reads the value that comes next and returns it as it is written.
func (s *scanner) raw() ([]byte, error) {
	s.kind()
	start := s.at
	err := s.skip()
	return s.data[start:s.at], err
}

// skip reads the value that comes next and checks that it is one.
func (s *scanner) skip() error {
	if s.next('"') {
		if !s.quoted() {
			return s.invalid()
		}
		return nil
	}
	outside := s.depth
	objects := uint64(0) // of those that are open inside: a bit for each, the innermost lowest
	for {
		first := false
		if c := s.kind(); c == '{' || c == '[' {
			if err := s.enter(); err != nil {
				return err
			}
			objects <<= 1
			if c == '{' {
				objects |= 1
				s.pairs()
			}
			first = true
		} else if !s.single(c) {
			return s.invalid()
		}
		for s.depth > outside {
			end := byte(']')
			if objects&1 == 1 {
				end = '}'
			}
			more, err := s.more(end, first)
			if err != nil {
				return err
			}
			if more {
				break
			}
			objects >>= 1
			first = false
		}
		if s.depth == outside {
			return nil
		}
		if objects&1 == 1 {
			if _, err := s.name(); err != nil {
				return err
			}
		}
	}
}

// pairs reads the members of an object while they are strings without an escape, each
// with its comma, and nothing stands between: all but the last of a record's properties.
func (s *scanner) pairs() {
	for at := s.at; ; {
		if at == len(s.data) || s.data[at] != '"' {
			return
		}
		s.at = at
		if at = ordinary(s.data, at+1); len(s.data)-at < 3 || string(s.data[at:at+3]) != `":"` {
			return
		}
		if at = ordinary(s.data, at+3); len(s.data)-at < 2 || string(s.data[at:at+2]) != `",` {
			return
		}
		at += 2
	}
}

// single reads a value of a kind that is neither an object nor an array, and
// reports whether it is one.
func (s *scanner) single(kind byte) bool {
	switch kind {
	case '"':
		return s.quoted()
	case '0':
		return s.number()
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	return false
}

func (s *scanner) literal(word string) bool {
	if len(s.data)-s.at < len(word) || string(s.data[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

// quoted reads a string. Bytes that aren't UTF-8 may stand in it.
func (s *scanner) quoted() bool {
	s.escaped = false
	for i := s.at + 1; ; {
		i = ordinary(s.data, i)
		s.at = i
		switch {
		case i == len(s.data) || s.data[i] < ' ':
			return false
		case s.data[i] == '"':
			s.at++
			return true
		}
		n := escape(s.data[i+1:])
		if n == 0 {
			return false
		}
		i += 1 + n
		s.escaped = true
	}
}

// ordinary returns where from i on the first byte stands that is a quote, a backslash
// or a control character.
func ordinary(data []byte, i int) int {
	for ; len(data)-i >= 8; i += 8 {
		if found := special(binary.LittleEndian.Uint64(data[i:])) & highs; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(data) && data[i] != '"' && data[i] != '\\' && data[i] >= ' ' {
		i++
	}
	return i
}

// escape returns how long the escape is that stands behind a backslash, 0 when there
// is none.
func escape(rest []byte) int {
	if len(rest) == 0 {
		return 0
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(rest) >= 5 && isHex(rest[1]) && isHex(rest[2]) && isHex(rest[3]) && isHex(rest[4]) {
			return 5
		}
	}
	return 0
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads a number: a zero or digits that don't begin with one, a fraction,
// an exponent.
func (s *scanner) number() bool {
	s.accept('-')
	if !s.accept('0') && !s.digits() {
		return false
	}
	if s.accept('.') && !s.digits() {
		return false
	}
	if s.accept('e') || s.accept('E') {
		if !s.accept('+') {
			s.accept('-')
		}
		return s.digits()
	}
	return true
}

// accept reads c if it comes next.
func (s *scanner) accept(c byte) bool {
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

// digits reads digits and reports whether there is one at least.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.data) && isDigit(s.data[s.at]) {
		s.at++
	}
	return s.at > start
}

func (s *scanner) invalid() error {
	if s.at == len(s.data) {
		return errBreaksOff
	}
	return fmt.Errorf("it is no valid JSON at byte %d", s.at)
}
