// An input that gets another place.

package rundir

// SetInputPath notes in the directory of a run that its input is at another absolute path
// from now on, where reports are made from it and rows in doubt are looked up. It moves
// nothing. No process may work on the run meanwhile.
func SetInputPath(run, path string) error {
	d, err := Open(run)
	if err != nil || d.latest().Path == path {
		return err
	}
	d.Input.Path = path
	if d.Grown != nil {
		d.Grown.Path = path
	}
	return d.save()
}
