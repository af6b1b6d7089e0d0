// Automatic keys of a run: the numbers of equal rows, kept so that a row has one key for good.

package rundir

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const (
	ordinalsName  = "ordinals.json"  // the numbers of the run's own rows
	correctedName = "corrected.json" // the numbers of rows that were corrected in failures files of the run
	maxOrdinals   = 1 << 30          // bytes: about 15 for each row that has an equal one before it
)

// ordinals are the numbers of the run's rows where its key is automatic, else nil. They
// are on disk before a row is sent. Those of a failures file are made once, because what
// they are made from may change or go.
func (s *session) ordinals(ctx context.Context, open func() (rows.Source, error)) (rows.Ordinals, error) {
	if s.mapper.AutoKey() == "" {
		return nil, nil
	}
	d := s.dir
	of, err := s.sourceRun()
	if err != nil {
		return nil, err
	}
	if of == nil {
		numbers, err := rows.FindOrdinals(ctx, open, s.mapper)
		if err != nil {
			return nil, passError(ctx, fmt.Errorf("counting equal rows: %w", err))
		}
		if len(numbers) == 0 {
			return numbers, nil
		}
		return numbers, writeJSON(d.file(ordinalsName), numbers)
	}
	numbers := rows.Ordinals{}
	if err := readJSON(d.file(ordinalsName), &numbers); !errors.Is(err, fs.ErrNotExist) {
		return numbers, err
	}
	if numbers, err = of.numberCorrected(ctx, open, s.mapper); err != nil {
		return nil, err
	}
	return numbers, writeJSON(d.file(ordinalsName), numbers)
}

// sourceRun is the run of the source file whose refused rows are the input; nil where
// the input is no failures file of a run.
func (s *session) sourceRun() (*Dir, error) {
	if s.dir.Corrects == "" {
		return nil, nil
	}
	of, err := open(string(s.dir.Corrects))
	if err != nil {
		return nil, &Error{Reason: NoSourceRun, Path: string(s.dir.Corrects), Err: fmt.Errorf("the run whose refused rows these are can't be read: %w", err)}
	}
	const most = 100 // nobody corrects a file so often
	for range most {
		if of.Corrects == "" {
			break
		}
		before, err := open(string(of.Corrects))
		if err != nil {
			break // of is the earliest run there is
		}
		of = before
	}
	return of, nil
}

// findCorrects finds the run directory whose refused rows the input holds, "" where it
// is not a failures file: failuresOf, or where the input lies. With an automatic key it
// must be known: a corrected row may be equal to rows that exist, and needs another key
// than they have.
func (in *Input) findCorrects(m *mapping.Mapper, failuresOf string) (run string, err error) {
	if m.AutoKey() == "" || !slices.Contains(in.Header, rowColumn) {
		return "", nil
	}
	folder, err := filepath.Abs(cmp.Or(failuresOf, filepath.Dir(in.Path)))
	if err != nil {
		return "", err
	}
	candidates := []string{folder}
	if checked, ok := strings.CutSuffix(folder, ".check"); ok {
		candidates = append(candidates, checked)
	}
	for _, dir := range candidates {
		if _, err := os.Lstat(filepath.Join(dir, runName)); err == nil && !in.Spooled {
			return dir, nil
		}
	}
	if sum, err := report.ReadSummary(folder); err == nil && sum.Run == "" && !in.Spooled {
		return "", nil // a check wrote it: nothing was sent
	}
	return "", &Error{
		Reason: NoSourceRun, Path: in.Path,
		Err: fmt.Errorf("%s holds refused rows of an earlier run, and does not lie in that run's directory: which of its rows are equal to rows that exist can't be known, and an automatic key needs that", shown(in.Path)),
	}
}

func readJSON(path string, v any) error {
	data, err := atomicfile.ReadFile(path, maxOrdinals)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s is damaged: %w", path, err)
	}
	return nil
}

func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(path, append(data, '\n'))
}
