// A seam for tests of whole runs: something of theirs between a journal and its file.

package journal

// A File is what a Journal asks of the file that it is kept in.
type File = file

// Wrap puts a file of a test's own in front of j's, to see what is asked of it, to
// fail, or to die there. It has to come before the first record is appended.
func (j *Journal) Wrap(wrap func(File) File) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file = wrap(j.file)
}
