// Corrected rows that come back, and when the file that they belong to is done.

package watch

import (
	"github.com/hubload/hubload/importer/rundir"
)

// wrote reports whether a file holds refused rows of a run of this drop.
func (t *turn) wrote(path string) bool {
	runs, returned, err := rundir.FailuresRuns(path)
	return err == nil && returned && len(runs) == 1 && t.byRun(runs[0]) != nil
}

// findParent finds the run whose refused rows a file holds. The ledger says where that
// run is, and never the file.
func (t *turn) findParent(f *File) (returned bool, _ *refusal) {
	runs, returned, err := rundir.FailuresRuns(t.path(f))
	if err != nil || !returned {
		return false, nil // the import says what is wrong with it
	}
	if len(runs) != 1 {
		return true, refuse("it holds refused rows of %d runs: its column %s has to name the one run that refused them", len(runs), "hubload_run")
	}
	parent := t.byRun(runs[0])
	if parent == nil {
		return true, refuse("its column %s names a run that this drop doesn't know", "hubload_run")
	}
	f.Parent, f.Of = parent.Run, parent.ID
	if parent.Of != "" {
		f.Of = parent.Of
	}
	return true, nil
}

// correctedBy are the runs of other files that correct rows of the same first file.
func (t *turn) correctedBy(f *File) (runs []string) {
	for _, g := range t.files {
		if g.Of == f.Of && g.ID != f.ID && g.State != void {
			runs = append(runs, t.runDir(g))
		}
	}
	return runs
}

// closeFamilies calls the first file of a family done when each of its rows exists, and
// the others with it. It is done again at each look, so that a death in between does no
// harm.
func (t *turn) closeFamilies() error {
	families := map[string][]*File{}
	for _, f := range t.files {
		if f.Of != "" && f.State != void {
			families[f.Of] = append(families[f.Of], f)
		}
	}
	for id, members := range families {
		root := t.byID[id]
		if root == nil {
			continue
		}
		if err := t.closeFamily(root, members); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) closeFamily(root *File, members []*File) error {
	if root.State == Open && root.InDoubt+root.Pending == 0 {
		left, err := t.uncorrected(root)
		if err != nil {
			t.w.note("%s: whether all refused rows of %s were corrected can't be read: %v", t.drop.Name, root.Name, err)
			return nil
		}
		if left == 0 {
			if err := t.finish(root, Done, codeDone, "", ""); err != nil {
				return err
			}
		}
	}
	if root.State != Done {
		return nil
	}
	for _, f := range append(members, root) {
		if f.State == Open { // what it refused has come back, too
			if err := t.finishQuietly(f); err != nil {
				return err
			}
		}
		if err := t.removeFix(f); err != nil {
			return err
		}
	}
	return nil
}

// finishQuietly calls a corrected file done with its family.
func (t *turn) finishQuietly(f *File) error {
	if err := t.become(f, "family done", func(f *File) { f.State, f.Code, f.Why = Done, codeDone, "" }); err != nil {
		return err
	}
	return t.settle(f, "")
}

// uncorrected is how many refused rows of a file don't exist by now.
func (t *turn) uncorrected(root *File) (int, error) {
	d, err := rundir.Open(t.runDir(root))
	if err != nil {
		return 0, err
	}
	var later []*rundir.Dir
	for _, g := range t.files {
		if g.Of != root.ID || g.Run == "" {
			continue
		}
		if c, err := rundir.Open(t.runDir(g)); err == nil {
			later = append(later, c)
		}
	}
	return d.Uncorrected(later)
}
