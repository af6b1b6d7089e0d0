// The bodies of requests, appended without a tree in between.

package hubspot

import (
	"fmt"
	"strconv"

	"github.com/hubload/hubload/importer/api"
)

// appendCreate appends the body of a batch create. Every input carries its
// trace, which makes HubSpot answer row by row, and its associations even where
// it has none: the published schema requires the member.
func appendCreate(dst []byte, inputs []api.Input) ([]byte, error) {
	var err error
	dst = append(dst, `{"inputs":[`...)
	for i, in := range inputs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"objectWriteTraceId":`...)
		if dst, err = appendQuote(dst, in.Trace); err != nil {
			return dst, fmt.Errorf("input %d: its trace is not valid UTF-8", i+1)
		}
		dst = append(dst, `,"properties":{`...)
		for k, p := range in.Record.Properties {
			if k > 0 {
				dst = append(dst, ',')
			}
			var nameErr, valueErr error
			dst, nameErr = appendQuote(dst, p.Name)
			dst = append(dst, ':')
			dst, valueErr = appendQuote(dst, p.Value)
			if nameErr != nil || valueErr != nil {
				// appendQuote has put U+FFFD in place of the bytes: sent like
				// this the record would hold what the input doesn't.
				return dst, fmt.Errorf("input %d: property %q is not valid UTF-8", i+1, p.Name)
			}
		}
		dst = append(dst, `},"associations":[`...)
		for k, a := range in.Record.Associations {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, `{"to":{"id":`...)
			if dst, err = appendQuote(dst, a.ID); err != nil {
				return dst, fmt.Errorf("input %d: an association's id is not valid UTF-8", i+1)
			}
			dst = append(dst, `},"types":[{"associationCategory":`...)
			if dst, err = appendQuote(dst, a.Category); err != nil {
				return dst, fmt.Errorf("input %d: an association's category is not valid UTF-8", i+1)
			}
			dst = append(dst, `,"associationTypeId":`...)
			dst = strconv.AppendInt(dst, int64(a.TypeID), 10)
			dst = append(dst, `}]}`...)
		}
		dst = append(dst, `]}`...)
	}
	return append(dst, `]}`...), nil
}

// appendRead appends the body of a batch read by a unique property.
func appendRead(dst []byte, property string, values []string) ([]byte, error) {
	name, err := appendQuote(nil, property)
	if err != nil {
		return dst, fmt.Errorf("the property's name is not valid UTF-8")
	}
	dst = append(dst, `{"idProperty":`...)
	dst = append(dst, name...)
	dst = append(dst, `,"properties":[`...)
	dst = append(dst, name...)
	dst = append(dst, `],"propertiesWithHistory":[],"inputs":[`...)
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"id":`...)
		if dst, err = appendQuote(dst, v); err != nil {
			return dst, fmt.Errorf("value %d is not valid UTF-8", i+1)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...), nil
}
