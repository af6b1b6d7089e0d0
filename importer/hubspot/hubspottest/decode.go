// The inputs of batch/create, read strictly by the specification.

package hubspottest

import (
	"math"
	"strconv"
	"sync"
)

// maxInputs is HubSpot's limit for a batch of objects.
const maxInputs = 100

// An input is one record to be created. Its bytes belong to the batch.
type input struct {
	props  []prop
	assocs []assoc
	trace  []byte
	traced bool
	wrong  *problem // nil: it can be created
	at     int      // position that it got
}

type prop struct {
	name, value []byte
	def         *Property // nil: any value will do
	reverts     bool      // echoed, but not kept
}

// claims tells whether the value may stand in one record only.
func (p *prop) claims() bool { return p.def != nil && p.def.Unique && len(p.value) > 0 && !p.reverts }

type assoc struct {
	id, category []byte
	typeID       int
	number       int64  // the id, once it was checked
	objectType   string // of the target; "" when the type does not say it
}

// A batchInput is the body of batch/create, read. It is reused.
type batchInput struct {
	inputs []input
	props  []prop  // of all inputs, one after the other
	assocs []assoc // likewise
	text   []byte  // of all strings
	given  bool    // there was a member inputs
	packed []byte
	ends   []int
	order  []*input
}

var batchInputs = sync.Pool{New: func() any { return new(batchInput) }}

func (b *batchInput) reset() {
	clear(b.inputs)
	*b = batchInput{
		inputs: b.inputs[:0], props: b.props[:0], assocs: b.assocs[:0],
		text: b.text[:0], packed: b.packed[:0], ends: b.ends[:0], order: b.order[:0],
	}
}

// traced tells whether the inputs have trace ids, and each its own: only then bad rows are told one by one.
func (b *batchInput) traced() bool {
	seen := make(map[string]bool, len(b.inputs))
	for i := range b.inputs {
		in := &b.inputs[i]
		if !in.traced || seen[string(in.trace)] {
			return false
		}
		seen[string(in.trace)] = true
	}
	return true
}

// decode reads the body of batch/create.
func (b *batchInput) decode(c *call) error {
	r := newReader(c, b.text)
	defer func() { b.text = r.text }()
	return r.whole(func(name []byte) error {
		if string(name) != "inputs" {
			return r.skip(name)
		}
		if r.null() {
			return nil
		}
		b.given = true
		return r.array(func() error { return b.input(r) })
	})
}

func (b *batchInput) input(r *reader) error {
	var in input
	props, assocs, given := len(b.props), len(b.assocs), false
	err := r.object(batchType, func(name []byte) (err error) {
		switch string(name) {
		case "properties":
			if r.null() {
				return nil
			}
			given = true
			return r.object(mapType, func(name []byte) error {
				value, err := r.string()
				b.props = append(b.props, prop{name: name, value: value})
				return err
			})
		case "associations":
			if r.null() {
				return nil
			}
			return r.array(func() error { return b.association(r) })
		case "objectWriteTraceId":
			if r.null() {
				return nil
			}
			in.traced = true
			in.trace, err = r.string()
			return err
		}
		return r.skip(name)
	})
	if err != nil {
		return err
	}
	if !given {
		return missing("properties")
	}
	in.props, in.assocs = b.props[props:len(b.props):len(b.props)], b.assocs[assocs:len(b.assocs):len(b.assocs)]
	b.inputs = append(b.inputs, in)
	return nil
}

// association reads one element of associations, which is as many associations as it has types.
func (b *batchInput) association(r *reader) error {
	var id []byte
	from, types := len(b.assocs), false
	err := r.object(assocType, func(name []byte) error {
		switch string(name) {
		case "to":
			return r.object(assocType, func(name []byte) (err error) {
				if string(name) != "id" {
					return r.skip(name)
				}
				id, err = r.string()
				return err
			})
		case "types":
			types = true
			return r.array(func() error { return b.associationType(r) })
		}
		return r.skip(name)
	})
	switch {
	case err != nil:
		return err
	case id == nil:
		return missing("to")
	case !types:
		return missing("types")
	case from == len(b.assocs):
		b.assocs = append(b.assocs, assoc{}) // a target without a type: refused with the row
	}
	for i := from; i < len(b.assocs); i++ {
		b.assocs[i].id = id
	}
	return nil
}

func (b *batchInput) associationType(r *reader) error {
	var a assoc
	err := r.object(assocType, func(name []byte) (err error) {
		switch string(name) {
		case "associationCategory":
			at := r.InputOffset()
			a.category, err = r.string()
			switch string(a.category) {
			case "HUBSPOT_DEFINED", "INTEGRATOR_DEFINED", "USER_DEFINED", "WORK":
				return err
			}
			if err == nil {
				err = r.wrong(at, "Cannot deserialize value of type `AssociationCategory` from String value: not one of the values accepted for Enum class: "+
					"[HUBSPOT_DEFINED, INTEGRATOR_DEFINED, USER_DEFINED, WORK]")
			}
			return err
		case "associationTypeId":
			if r.PeekKind() != '0' {
				return r.mismatch("int")
			}
			raw, err := r.ReadValue()
			if err != nil {
				return r.readError(err)
			}
			n, err := strconv.ParseInt(string(raw), 10, 64)
			if err != nil || n > math.MaxInt32 || n < math.MinInt32 {
				return r.wrong(r.InputOffset(), "Numeric value ("+string(raw)+") out of range of int")
			}
			a.typeID = int(n)
			return nil
		}
		return r.skip(name)
	})
	switch {
	case err != nil:
		return err
	case a.category == nil:
		return missing("associationCategory")
	case a.typeID == 0:
		return missing("associationTypeId")
	}
	b.assocs = append(b.assocs, a)
	return nil
}
