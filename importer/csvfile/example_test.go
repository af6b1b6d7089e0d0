// The package from the outside: read, use the good rows, write the bad ones aside.

package csvfile_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

// The good rows are used, and the bad ones written aside, unchanged, with what
// is wrong in a column of its own.
func Example() {
	file := "sep=;\r\n" +
		"Product;Qty\r\n" +
		"Support;12\r\n" +
		"Pipe 5\";1\r\n" +
		"\"Setup\r\nand training\";1\r\n"

	r, err := csvfile.NewReader(strings.NewReader(file), csvfile.Options{Columns: []string{"Product", "Qty"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	failures := csvfile.NewWriter(os.Stdout, r.Dialect())
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if rec.Problem == nil {
			fmt.Printf("row %d, line %d: %q\n", rec.Row, rec.Line, rec.Fields)
			continue
		}
		cells := rec.AppendCells(nil, len(r.Header()))
		if err := failures.Write(cells, []string{rec.Problem.Code}); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := failures.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// row 1, line 3: ["Support" "12"]
	// row 3, line 5: ["Setup\r\nand training" "1"]
	// "Pipe 5""";1;CSV_QUOTE
}
