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
// answer to a create all but two short strings a record is skipped, and that made a sixth of
// a whole import's CPU time; this takes a third of it.
type scanner struct {
	data  []byte
	at    int
	depth int // of objects and arrays that are open
}

// kind returns the first byte of what comes next: { } [ ] " t f n, or 0 for any
// number. At the end, and where nothing sensible comes, it is another byte.
func (s *scanner) kind() byte {
	for s.at < len(s.data) {
		c := s.data[s.at]
		switch {
		case c == '-' || isDigit(c):
			return '0'
		case c > ' ' || c != ' ' && c != '\t' && c != '\n' && c != '\r':
			return c
		}
		s.at++
	}
	return 0xff // which begins nothing
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
	switch c := s.kind(); {
	case c == end:
		s.at++
		s.depth--
		return false, nil
	case first:
		return true, nil
	case c != ',':
		return false, s.invalid()
	}
	s.at++
	if s.kind() == end {
		return false, s.invalid()
	}
	return true, nil
}

// name reads the name of a member and the colon behind it.
func (s *scanner) name() ([]byte, error) {
	if s.kind() != '"' {
		return nil, s.invalid()
	}
	name, err := s.raw()
	if err != nil {
		return nil, err
	}
	if s.kind() != ':' {
		return nil, s.invalid()
	}
	s.at++
	return name, nil
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
	switch c := s.kind(); c {
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
	case '{', '[':
		if err := s.enter(); err != nil {
			return err
		}
		for first := true; ; first = false {
			more, err := s.more(c+2, first) // in ASCII that closes it
			if !more {
				return err
			}
			if c == '{' {
				if _, err := s.name(); err != nil {
					return err
				}
			}
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
	return s.invalid()
}

func (s *scanner) literal(word string) error {
	if len(s.data)-s.at < len(word) || string(s.data[s.at:s.at+len(word)]) != word {
		return s.invalid()
	}
	s.at += len(word)
	return nil
}

// quoted reads a string. Bytes that aren't UTF-8 may stand in it.
func (s *scanner) quoted() error {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	data, i := s.data, s.at+1
	for {
		// Eight bytes at once, as long as they are ordinary. The highest bit of a byte of
		// found is set where that one is a quote, a backslash or a control character, and
		// wrongly perhaps behind that: the first is right.
		for len(data)-i >= 8 {
			eight := binary.LittleEndian.Uint64(data[i:])
			quote, backslash := eight^('"'*ones), eight^('\\'*ones)
			found := ((quote-ones)&^quote | (backslash-ones)&^backslash | (eight-' '*ones)&^eight) & highs
			if found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		for i < len(data) && data[i] != '"' && data[i] != '\\' && data[i] >= ' ' {
			i++
		}
		s.at = i
		switch {
		case i == len(data) || data[i] < ' ':
			return s.invalid()
		case data[i] == '"':
			s.at++
			return nil
		}
		if err := s.escape(); err != nil {
			return err
		}
		i = s.at
	}
}

func (s *scanner) escape() error {
	rest := s.data[s.at+1:]
	if len(rest) == 0 {
		return s.invalid()
	}
	switch rest[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return nil
	case 'u':
		if len(rest) >= 5 && isHex(rest[1]) && isHex(rest[2]) && isHex(rest[3]) && isHex(rest[4]) {
			s.at += 6
			return nil
		}
	}
	return s.invalid()
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads a number: a zero or digits that don't begin with one, a fraction,
// an exponent.
func (s *scanner) number() error {
	if s.data[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.data) && s.data[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return s.invalid()
	}
	if s.at < len(s.data) && s.data[s.at] == '.' {
		if s.at++; !s.digits() {
			return s.invalid()
		}
	}
	if s.at < len(s.data) && s.data[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.data) && (s.data[s.at] == '+' || s.data[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return s.invalid()
		}
	}
	return nil
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
