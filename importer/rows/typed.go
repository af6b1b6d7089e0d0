// Typed rows: the structs of a Go program as an input.

package rows

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/gocarina/gocsv"

	"github.com/hubload/hubload/importer/csvfile"
)

// A Typed source yields structs as rows. It is a [*csvfile.Reader] of the CSV that
// they make, so reports can be made of it too.
type TypedSource struct {
	*csvfile.Reader
	stop func()
}

// Typed returns the items as an input. T is a struct, or a pointer to one, whose
// fields name their columns by the tags of [gocsv]: `csv:"Unit price"`, and
// `csv:"-"` for none. Fields that are not strings are written as gocsv does it, so
// types with a MarshalCSV or MarshalText method say so themselves. A mapping sees the
// text, as that of a file: 0.1 + 0.2 is 0.30000000000000004.
//
// A slice s is slices.Values(s), and a channel c is Chan(c). Typed itself takes items
// up to about 64 KiB of text before it returns. Passes over the input and a resumed
// run begin with the first item again: every call of an open function calls Typed
// anew, for the same items in the same order.
//
// A value that can't be written ends the input with an error, as one of a file that
// can't be read on. The caller calls Close, also after an error of Read.
func Typed[T any](items iter.Seq[T]) (*TypedSource, error) {
	next, stop := iter.Pull(items)
	text := &structReader[T]{next: next}
	if err := gocsv.MarshalCSV([]T{}, text); err != nil {
		stop()
		return nil, fmt.Errorf("the columns of %T: %w", *new(T), err)
	}
	r, err := csvfile.NewReader(text, csvfile.Options{Encoding: "utf-8", Delimiter: ','})
	if err != nil {
		stop()
		return nil, err
	}
	return &TypedSource{r, stop}, nil
}

// Close ends the iteration over the items.
func (s *TypedSource) Close() error {
	s.stop()
	return s.Reader.Close()
}

// Chan yields what comes from c until it is closed. Who sends must close it, also
// when it gives up: a [Reader] that waits for a row doesn't see its context end.
func Chan[T any](c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for item := range c {
			if !yield(item) {
				return
			}
		}
	}
}

// A structReader is the CSV of structs. It is the writer that gocsv writes to.
type structReader[T any] struct {
	next func() (T, bool)
	text bytes.Buffer
}

func (s *structReader[T]) Read(p []byte) (int, error) {
	for s.text.Len() == 0 {
		item, ok := s.next()
		if !ok {
			return 0, io.EOF
		}
		if err := gocsv.MarshalCSVWithoutHeaders([]T{item}, s); err != nil {
			return 0, err
		}
	}
	return s.text.Read(p)
}

// Write is called by gocsv for each record.
func (s *structReader[T]) Write(record []string) error {
	if len(record) == 1 && strings.TrimSpace(record[0]) == "" {
		// Unquoted it would be a blank line, which is skipped.
		s.text.WriteString(`"` + record[0] + "\"\n")
		return nil
	}
	w := csv.NewWriter(&s.text)
	if err := w.Write(record); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// Flush does nothing, and Error returns nil: Write has done and returned it all.
func (s *structReader[T]) Flush() {}

func (s *structReader[T]) Error() error { return nil }
