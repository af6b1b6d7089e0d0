// What HubSpot says about the values of a record that it has created.

package importer

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
)

// warningText returns warnings as one text for the journal, "" without any. It names
// codes, properties and messages, and holds placeholders in the place of values.
func warningText(warnings []api.Warning) string {
	var said []string
	for _, w := range warnings {
		text := w.Code + ": " + w.Message
		if w.Property != "" {
			text = w.Code + " (" + w.Property + "): " + strings.ReplaceAll(w.Message, "{value}", "{value of "+w.Property+"}")
		}
		if !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	return strings.Join(said, " ")
}
