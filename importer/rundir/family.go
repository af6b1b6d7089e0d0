// A run and those of its corrected rows.

package rundir

import (
	"errors"
	"io"
	"io/fs"
	"slices"

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
		err := l.eachReported(resultsName, func(row int64, _ string) { delete(refused, row) })
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return len(refused), nil
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
