// Help on what is not a command.

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

// jsonTopic is what hubload help json says.
func jsonTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "json",
		Short: "what --log-format json writes",
		Long:  jsonHelp,
	}
}
