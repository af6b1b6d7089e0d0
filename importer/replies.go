// What was found out about the records that rows lead to, as far as it is remembered.

package importer

import "strings"

// replies are those that are remembered, so many that the memory for them doesn't
// grow: when the young ones have filled their half they become the old ones, and
// those that were old are forgotten, unless they were asked for again.
type replies struct {
	young, old map[question]reply
	size       int // of the young ones, in bytes
}

const (
	maxReplies = 4 << 20 // bytes of each half
	replySize  = 200     // of one, besides its texts: in a map that is half full
)

func (m *replies) get(q question) (reply, bool) {
	if rep, ok := m.young[q]; ok {
		return rep, true
	}
	rep, ok := m.old[q]
	if ok {
		m.put(q, rep)
	}
	return rep, ok
}

func (m *replies) put(q question, rep reply) {
	if m.young == nil || m.size > maxReplies {
		m.young, m.old, m.size = map[question]reply{}, m.young, 0
	}
	// Copies, for the value may be a part of a whole record.
	q.value, rep.id = strings.Clone(q.value), strings.Clone(rep.id)
	m.young[q] = rep
	m.size += replySize + len(q.value) + len(rep.id)
}
