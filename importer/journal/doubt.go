// Rows that were in flight when a process died.

package journal

import "fmt"

// CodeInDoubt is the code of rows whose fate is unknown.
const CodeInDoubt = "IN_DOUBT"

// DoubtOpen makes durable that the rows of open intents are in doubt: they were in
// flight when the process died that wrote st. It returns their fates, and how many of
// the rows were in doubt before.
func (j *Journal) DoubtOpen(st *State) (fates []Fate, doubted int, err error) {
	for _, row := range st.OpenRows() {
		fates = append(fates, Fate{
			Row: row, Kind: InDoubt, Code: CodeInDoubt, Attempts: st.Attempts(row),
			Message: "the program ended while the request with this row was under way",
		})
		if _, settled := st.Kind(row); settled {
			doubted++ // with a key, it was being sent again
		}
	}
	if len(fates) == 0 {
		return nil, 0, nil
	}
	if err := j.Settle(fates); err != nil {
		return nil, 0, fmt.Errorf("writing the journal: %w", err)
	}
	return fates, doubted, nil
}
