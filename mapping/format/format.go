// Package format knows how people write numbers and dates: it turns the cells of a
// column into the texts that HubSpot takes, says why a cell can't be read, and finds
// the format in which some cells are written.
//
// A column has one format, and a cell that is not written in it is never read in
// another way. The package is pure, except that time zones are looked up in the
// system's database or, where there is none, in the one that is compiled in.
package format

// A Format reads the cells of a column. It never changes: any number of goroutines
// may use it.
type Format interface {
	// Read returns the text that HubSpot takes for a cell, or why the cell can't be
	// read. White space around the cell is ignored.
	Read(cell string) (string, Reason)

	// Explain says what is wrong with a cell that can't be read, and how to fix it:
	// the rest of a sentence about the cell, and a sentence without its full stop.
	Explain(why Reason) (what, fix string)
}

// A Reason says why a cell can't be read; 0 means that it can.
type Reason uint8

const (
	Unreadable Reason = iota + 1 // the cell is not written in the format
	NoSuchTime                   // it is, but the day or time doesn't exist
	Skipped                      // the clocks were set forward over it
	Repeated                     // the clocks were set back, and it came twice
	Mixed                        // percent and fractions are mixed in one column
	TooLong                      // the number has too many digits
)
