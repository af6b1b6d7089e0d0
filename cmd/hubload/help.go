// Help on what is no command.

package main

import (
	"github.com/spf13/cobra"

	"github.com/hubload/hubload/mapping"
)

// mappingTopic is what hubload help mapping says.
func mappingTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "mapping",
		Short: "what can stand in a mapping",
		Long:  mapping.Reference,
	}
}
