// What tests outside of the package may reach inside.

package importer

// SetStep has f called between the steps of each attempt of im, with the step's
// name. An error is the death of the process there.
func SetStep(im *Import, f func(name string) error) {
	im.step = func(s step) error {
		return f([...]string{"before the intent", "before the request", "after the answer", "after the fates", "before a read", "after a read", "after the old values"}[s])
	}
}
