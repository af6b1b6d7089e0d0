// The reference of mappings, for people.

package mapping

import _ "embed"

// Reference says what can stand in a mapping, in plain text of 88 columns at most.
//
//go:embed reference.txt
var Reference string
