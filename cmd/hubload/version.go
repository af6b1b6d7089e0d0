// hubload version.

package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by a release build through -ldflags; otherwise it is the
// module's own version.
var version = ""

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "development"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "say which hubload this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			a.sayVersion()
			return nil
		},
	}
}

func (a *app) sayVersion() {
	a.ui.printf("hubload %s %s %s/%s\n", programVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
