// The writer: whole, half, renamed, overwritten, repeated, wrong and corrected files.

//go:build unix

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A dropRow is a row of the source system.
type dropRow struct {
	name    string
	deal    int
	bad     string // the value that can't be sent; "": none
	mended  bool   // a file that holds it corrected was delivered
	forsake bool   // nobody corrects it
}

// A delivery is a file that was put into the drop, whole.
type delivery struct {
	name, sum  string
	rows       []*dropRow
	maybe      bool // it was overwritten: it was taken before that, or it wasn't
	unsendable bool // nothing of it may be sent
}

type dropWriter struct {
	h   *dropHistory
	rng *rand.Rand

	mu         sync.Mutex
	rows       map[string]*dropRow
	deliveries []*delivery
	texts      map[string]string // of deliveries, by sum
	grown      []*dropRow
	files      int
	abandoned  []string
}

func (w *dropWriter) pause(most time.Duration) { time.Sleep(time.Duration(w.rng.Int64N(int64(most)))) }

// write does so many things, with pauses in between.
func (w *dropWriter) write(n int) {
	w.rows, w.texts = map[string]*dropRow{}, map[string]string{}
	for range n {
		if w.h.sc.rows == "growing" && w.rng.IntN(3) > 0 {
			w.grow()
		} else {
			w.act()
		}
		w.pause(400 * time.Millisecond)
	}
}

func (w *dropWriter) act() {
	switch n := w.rng.IntN(20); {
	case n < 7:
		w.deliver(w.fresh(), w.newRows(), "")
	case n < 9:
		w.overwrite()
	case n < 12:
		w.repeat()
	case n < 16:
		w.correct(false)
	case n < 17:
		w.abandon()
	case n < 18 && w.h.sc.ready == "marker":
		w.wrongMarker()
	case n < 18 && w.h.sc.ready == "settle":
		w.stall()
	case n < 19:
		w.rubbish()
	default: // the same name as another night
		w.deliver(w.free("orders.csv"), w.newRows(), "")
	}
}

// newRows are rows that were never there before.
func (w *dropWriter) newRows() (list []*dropRow) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files++
	for n := range 1 + w.rng.IntN(30) {
		r := &dropRow{name: fmt.Sprintf("row-%d-%03d", w.files, n), deal: 1000 + w.files}
		if w.rng.IntN(12) == 0 {
			r.bad = []string{"ten pcs", "-1"}[w.rng.IntN(2)]
			r.forsake = w.rng.IntN(4) == 0
		}
		w.rows[r.name] = r
		list = append(list, r)
	}
	return list
}

func (w *dropWriter) grow() {
	w.grown = append(w.grown, w.newRows()...)
	w.deliver(w.free("all.csv"), w.grown, "")
}

func text(rows []*dropRow) string {
	var b strings.Builder
	b.WriteString("name,quantity,deal\n")
	for i, r := range rows {
		quantity := fmt.Sprint(i%5 + 1)
		if r.bad != "" {
			quantity = r.bad
		}
		fmt.Fprintf(&b, "%s,%s,%d\n", r.name, quantity, r.deal)
	}
	return b.String()
}

// fresh is a name that no file has had.
func (w *dropWriter) fresh() string {
	w.files++
	return fmt.Sprintf("orders-%03d.csv", w.files)
}

// free is a name if the file of that name has gone, else a fresh one.
func (w *dropWriter) free(name string) string {
	if _, err := os.Lstat(filepath.Join(w.h.in, name)); err == nil {
		return w.fresh()
	}
	return name
}

// deliver puts a file into the drop as writers of its kind do.
func (w *dropWriter) deliver(name string, rows []*dropRow, content string) *delivery {
	if content == "" {
		content = text(rows)
	}
	d := &delivery{name: name, sum: sum(content), rows: append([]*dropRow(nil), rows...)}
	w.h.note("writer: %s, %d rows, %s", name, len(rows), d.sum[:8])
	w.put(name, content)
	w.mark(name, content, len(rows))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliveries = append(w.deliveries, d)
	w.texts[d.sum] = content
	return d
}

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

// put writes the file, aside or in pieces under its name.
func (w *dropWriter) put(name, content string) {
	path := filepath.Join(w.h.in, name)
	if w.h.sc.ready == "rename" {
		w.must(os.WriteFile(path+".part", []byte(content), 0o600))
		w.must(os.Rename(path+".part", path))
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if w.must(err); err != nil {
		return
	}
	defer f.Close()
	half := w.rng.IntN(len(content) + 1)
	_, err = f.WriteString(content[:half])
	w.must(err)
	w.pause(80 * time.Millisecond)
	_, err = f.WriteString(content[half:])
	w.must(err)
}

// mark writes the marker of a file, with nothing, a count of rows, or a checksum in it.
func (w *dropWriter) mark(name, content string, rows int) {
	if w.h.sc.ready == "marker" {
		said := []string{"", fmt.Sprintf("%d\n", rows), sum(content) + "  " + name + "\n"}[w.rng.IntN(3)]
		w.must(os.WriteFile(filepath.Join(w.h.in, name+".ok"), []byte(said), 0o600))
	}
}

func (w *dropWriter) must(err error) {
	if err != nil {
		w.h.other("writer: %v", err)
	}
}

// overwrite delivers a file, and another one over it.
func (w *dropWriter) overwrite() {
	name := w.fresh()
	first := w.deliver(name, w.newRows(), "")
	w.pause(30 * time.Millisecond)
	if w.h.sc.ready == "marker" {
		_ = os.Remove(filepath.Join(w.h.in, name+".ok"))
	}
	w.mu.Lock()
	first.maybe = true
	w.mu.Unlock()
	w.deliver(name, w.newRows(), "")
}

// repeat delivers a file once more, under its name or another one.
func (w *dropWriter) repeat() {
	w.mu.Lock()
	var from *delivery
	if len(w.deliveries) > 0 {
		from = w.deliveries[w.rng.IntN(len(w.deliveries))]
	}
	w.mu.Unlock()
	if from == nil || from.maybe || from.unsendable {
		return
	}
	name := w.fresh()
	if strings.Contains(from.name, "failures") {
		name = "failures-" + name
	} else if w.rng.IntN(2) == 0 {
		name = w.free(from.name)
	}
	w.deliver(name, from.rows, w.texts[from.sum])
}

// abandon leaves half a file, as a writer that dies.
func (w *dropWriter) abandon() {
	name := w.fresh()
	content := text(w.newRows())
	switch w.h.sc.ready {
	case "rename":
		name += ".part"
	case "settle":
		name += ".filepart"
	}
	w.h.note("writer: abandons %s", name)
	w.must(os.WriteFile(filepath.Join(w.h.in, name), []byte(content[:w.rng.IntN(len(content))]), 0o600))
	w.abandoned = append(w.abandoned, name)
}

// stall delivers a file with a pause in it that is longer than files have to stand still.
func (w *dropWriter) stall() {
	name, rows := w.fresh(), w.newRows()
	content := text(rows)
	half := strings.Index(content[len(content)/2:], "\n") + len(content)/2 + 1
	w.h.note("writer: %s stalls, %d rows, %s", name, len(rows), sum(content)[:8])
	f, err := os.OpenFile(filepath.Join(w.h.in, name), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if w.must(err); err != nil {
		return
	}
	defer f.Close()
	_, err = f.WriteString(content[:half])
	w.must(err)
	time.Sleep(settleFor)
	w.pause(time.Second)
	_, err = f.WriteString(content[half:])
	w.must(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliveries = append(w.deliveries, &delivery{name: name, sum: sum(content), rows: rows})
	w.texts[sum(content)] = content
}

// wrongMarker delivers a file whose marker doesn't agree, and then with one that does.
func (w *dropWriter) wrongMarker() {
	name, rows := w.fresh(), w.newRows()
	content := text(rows)
	d := &delivery{name: name, sum: sum(content), rows: rows}
	w.h.note("writer: %s with a wrong marker, %s", name, d.sum[:8])
	w.put(name, content)
	w.must(os.WriteFile(filepath.Join(w.h.in, name+".ok"), []byte(fmt.Sprintf("%d\n", len(rows)+1)), 0o600))
	w.mu.Lock()
	w.deliveries = append(w.deliveries, &delivery{name: name, sum: d.sum, rows: rows, unsendable: true})
	w.mu.Unlock()
	w.deliver(w.fresh(), rows, content)
}

// rubbish delivers what can't be imported.
func (w *dropWriter) rubbish() {
	name := w.fresh()
	content := []string{"<!DOCTYPE html>\n<html><body>" + name + "</body></html>\n", "Foo,Bar\n" + name + ",2\n", "name,quantity,deal\n"}[w.rng.IntN(3)]
	d := w.deliver(name, nil, content)
	d.unsendable = true
}

// correct takes a file of fix/, corrects some of its rows, or all, and delivers it.
func (w *dropWriter) correct(all bool) bool {
	list, _ := filepath.Glob(filepath.Join(w.h.state, "fix", "*.csv"))
	if len(list) == 0 {
		return false
	}
	return w.correctFile(list[w.rng.IntN(len(list))], all)
}

func (w *dropWriter) correctFile(path string, all bool) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false // done meanwhile
	}
	bom := bytes.HasPrefix(data, []byte("\ufeff"))
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		w.h.other("%s: %v", path, err)
		return false
	}
	var rows []*dropRow
	changed := false
	w.mu.Lock()
	for _, cells := range records[1:] {
		r := w.rows[cells[0]]
		if r == nil {
			w.mu.Unlock()
			w.h.other("%s holds a row %q that nobody wrote", path, cells[0])
			return false
		}
		rows = append(rows, r)
		if r.forsake || !all && w.rng.IntN(4) == 0 {
			continue
		}
		if r.bad != "" {
			cells[1] = "7"
			if w.h.sc.rows == "new" && w.h.sc.key != "auto" {
				// In other rounds it is corrected to other values. Where another file holds the
				// row as it was, content alone tells that it is the same one.
				cells[1] = fmt.Sprint(6 + w.rng.IntN(3))
			}
		}
		r.mended, changed = true, true
	}
	w.mu.Unlock()
	if !changed {
		return false
	}
	var b bytes.Buffer
	if bom {
		b.WriteString("\ufeff")
	}
	out := csv.NewWriter(&b)
	_ = out.WriteAll(records)
	w.h.note("writer: corrects %s", filepath.Base(path))
	w.h.score.corrected++
	w.deliver("failures-"+w.fresh(), rows, b.String())
	return true
}
