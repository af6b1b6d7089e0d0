// A run and those of its corrected rows.

package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// Uncorrected returns how many rows that the run refused don't exist by now, by the
// results of later runs: those of its failures file, and of theirs.
func (d *Dir) Uncorrected(later []*Dir) (int, error) {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return 0, err
	}
	defer st.Close()
	refused := map[int64]bool{}
	rows, _ := st.Rows()
	for row := int64(1); row <= rows; row++ {
		if kind, settled := st.Kind(row); settled && kind == journal.Refused {
			refused[row] = true
		}
	}
	for _, l := range later {
		err := l.eachResult(func(row int64) { delete(refused, row) })
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return len(refused), nil
}

// eachResult calls f with the number that each row of the run that exists has in the
// source file.
func (d *Dir) eachResult(f func(row int64)) error {
	m, err := d.mapping()
	if err != nil {
		return err
	}
	form := formOf(m)
	form.HeaderLine = 0 // a report begins with its header
	r, err := openSource(d.file(resultsName), "", form)
	if err != nil {
		return err
	}
	defer r.Close()
	at := slices.Index(r.Header(), rowColumn)
	if at < 0 {
		return fmt.Errorf("%s has no column %s", d.file(resultsName), rowColumn)
	}
	for {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if fields := r.Fields(); at < len(fields) {
			if row, err := strconv.ParseInt(fields[at], 10, 64); err == nil {
				f(row)
			}
		}
	}
}

// FailuresRuns returns the ids of the runs that refused the rows of a failures file,
// however a spreadsheet has written it since. returned is false of any other file.
func FailuresRuns(path string) (runs []string, returned bool, err error) {
	form := csvfile.Options{Columns: []string{rowColumn}}
	r, err := openSource(path, "", form)
	if err != nil {
		guess, guessErr := csvfile.GuessFile(path)
		if guessErr != nil {
			return nil, false, err
		}
		form.Encoding = guess
		if r, err = openSource(path, "", form); err != nil {
			return nil, false, err
		}
	}
	defer r.Close()
	if !slices.Contains(r.Header(), rowColumn) {
		return nil, false, nil
	}
	at := slices.Index(r.Header(), "hubload_run")
	for at >= 0 {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, true, err
		}
		if fields := r.Fields(); at < len(fields) && fields[at] != "" && !slices.Contains(runs, fields[at]) {
			runs = append(runs, fields[at])
		}
	}
	return runs, true, nil
}
