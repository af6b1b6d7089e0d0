// Records are given to rows: which rows have one, whichever way they are given.

package importer

import (
	"fmt"
	"slices"
)

// A pairing says which records may be which rows'. A record is one row's at most,
// and a row has one record at most. Rows that are equal in all that they send are
// a kind: none of them can have a record that another couldn't.
type pairing struct {
	kinds  []kind
	kindOf []int    // of each row
	ids    []string // of the records
	of     [][]int  // of each record, the kinds whose it may be
	owner  []int    // of each record, the kind that has it, or -1
}

type kind struct {
	rows    []int
	records []int // that may be theirs, those first that agree to the letter
	exact   int   // how many do
	held    []int // records that they have, one a row at most

	crowded int  // so many records may be theirs or of other rows, too many for all of them
	unclear bool // how many records they have depends on how records are given
}

func newPairing(rows []*row) *pairing {
	p := &pairing{kindOf: make([]int, len(rows))}
	numbers := map[string]int{}
	for i, rw := range rows {
		content := fmt.Sprintf("%#v", rw.rec)
		k, ok := numbers[content]
		if !ok {
			k = len(p.kinds)
			numbers[content] = k
			p.kinds = append(p.kinds, kind{})
		}
		p.kindOf[i] = k
		p.kinds[k].rows = append(p.kinds[k].rows, i)
	}
	return p
}

// record adds a record and returns its number.
func (p *pairing) record(id string) int {
	p.ids = append(p.ids, id)
	p.of = append(p.of, nil)
	p.owner = append(p.owner, -1)
	return len(p.ids) - 1
}

// may says that a record may be a row's of a kind.
func (p *pairing) may(k, record int, exact bool) {
	kd := &p.kinds[k]
	p.of[record] = append(p.of[record], k)
	if !exact {
		kd.records = append(kd.records, record)
		return
	}
	kd.records = slices.Insert(kd.records, kd.exact, record)
	kd.exact++
}

// pair gives as many records to rows as it can, and finds what could as well be
// otherwise.
func (p *pairing) pair() {
	for k := range p.kinds {
		p.takeExact(k)
	}
	// A search that fails has seen kinds that no later one can use either.
	seen := make([]bool, len(p.kinds))
	for r := range p.ids {
		if p.owner[r] < 0 && p.place(r, seen) {
			clear(seen)
		}
	}
	p.findCrowds()
	p.findUnclear()
	for k := range p.kinds {
		slices.Sort(p.kinds[k].held)
	}
}

// takeExact gives rows the records that agree to the letter. What only means the
// same comes second: 007 and 7 may be two rows.
func (p *pairing) takeExact(k int) {
	kd := &p.kinds[k]
	for _, r := range kd.records[:kd.exact] {
		if p.owner[r] < 0 && len(kd.held) < len(kd.rows) {
			kd.held = append(kd.held, r)
			p.owner[r] = k
		}
	}
}

// place finds a row for a record, moving others' records if need be.
func (p *pairing) place(r int, seen []bool) bool {
	for _, k := range p.of[r] {
		if kd := &p.kinds[k]; len(kd.held) < len(kd.rows) {
			kd.held = append(kd.held, r)
			p.owner[r] = k
			return true
		}
	}
	for _, k := range p.of[r] {
		if seen[k] {
			continue
		}
		seen[k] = true
		kd := &p.kinds[k]
		for j, other := range kd.held {
			if p.place(other, seen) {
				kd.held[j] = r
				p.owner[r] = k
				return true
			}
		}
	}
	return false
}

// findCrowds marks the kinds where a record finds no place: somebody else has made
// it, or any other of theirs.
func (p *pairing) findCrowds() {
	for r, kinds := range p.of {
		if p.owner[r] >= 0 || len(kinds) == 0 || p.kinds[kinds[0]].crowded > 0 {
			continue
		}
		records := map[int]bool{r: true}
		crowd := p.reach(kinds, func(k int) []int {
			var next []int
			for _, r := range p.kinds[k].records {
				if !records[r] {
					records[r] = true
					next = append(next, p.of[r]...)
				}
			}
			return next
		})
		for k := range crowd {
			p.kinds[k].crowded = len(records)
		}
	}
}

// findUnclear marks the kinds of which a record could as well be given to a row of
// another kind that has none.
func (p *pairing) findUnclear() {
	for k := range p.kinds {
		if len(p.kinds[k].held) == len(p.kinds[k].rows) {
			continue
		}
		reached := p.reach([]int{k}, func(k int) []int {
			var next []int
			for _, r := range p.kinds[k].records {
				if p.owner[r] >= 0 {
					next = append(next, p.owner[r])
				}
			}
			return next
		})
		for other := range reached {
			p.kinds[other].unclear = p.kinds[other].unclear || len(reached) > 1
		}
	}
}

// reach returns the kinds that steps lead to from some kinds, those included.
func (p *pairing) reach(from []int, steps func(k int) []int) map[int]bool {
	reached := map[int]bool{}
	todo := slices.Clone(from)
	for len(todo) > 0 {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !reached[k] {
			reached[k] = true
			todo = append(todo, steps(k)...)
		}
	}
	return reached
}

// found returns the record that a row has in whichever way they are given.
func (p *pairing) found(row int) (id string, ok bool) {
	kd := &p.kinds[p.kindOf[row]]
	n, _ := slices.BinarySearch(kd.rows, row)
	if n >= len(kd.held) || kd.crowded > 0 || kd.unclear {
		return "", false
	}
	return p.ids[kd.held[n]], true
}
