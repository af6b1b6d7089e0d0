// Rows that another run has created are left out: they are existing, with their ids.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const (
	skipRows  = 1 << 18 // rows that are looked for at a time
	fatesOnce = 5000    // fates in one record of the journal
)

// A skipping looks for the records of rows by what other runs have written down. Which
// runs it reads says the ledger; what exists say their journals and inputs, or their
// results.csv. Of several equal rows as many exist as there are different records.
type skipping struct {
	s        *session
	others   []*candidate
	ordinals rows.Ordinals
	fates    []journal.Fate

	view    view
	content map[int64]rows.Content // of the rows in the view
	records map[rows.Content]*knownRecords
}

// knownRecords are the records of equal rows.
type knownRecords struct {
	ids     []string
	unnamed int   // more of them, whose ids aren't known
	doubted int   // rows of other runs that may have one
	by      *sent // the run of these, or one that can't be read
	gone    error // why it can't be read
}

// skipSeen settles the rows that other runs have created, unless they have a fate or were
// sent. Nothing is sent meanwhile. It leaves the journal as it is when an [*Error] says that
// it can't be known which rows exist.
func (s *session) skipSeen(ctx context.Context, j *journal.Journal, st *journal.State) error {
	if !s.remembers() {
		return nil
	}
	release, err := s.holdAccount()
	if err != nil {
		return err
	}
	defer release()
	c, err := s.others(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	slices.Reverse(c.others) // the oldest first
	k := &skipping{s: s, others: c.others}
	if len(k.others) == 0 {
		return nil
	}
	open := func() (rows.Source, error) { return s.source() }
	if k.ordinals, err = rows.FindOrdinals(ctx, open, s.mapper); err != nil {
		return passError(ctx, err)
	}
	if err := k.findAll(ctx, open, st); err != nil || len(k.fates) == 0 {
		return err
	}
	return k.write(ctx, j, st)
}

// findAll reads the input and finds the records of its rows.
func (k *skipping) findAll(ctx context.Context, open func() (rows.Source, error), st *journal.State) error {
	sent := sentRows(st)
	var record mapping.Record
	k.begin()
	config := rows.Config{Mapper: k.s.mapper}
	if st != nil {
		config.Known = st.Slices()
	}
	err := rows.Each(ctx, open, config, func(row *rows.Row) error {
		if sent(row.Row) || row.Map(&record) != nil {
			return nil
		}
		c := rows.ContentOf(&record)
		k.view.rows = append(k.view.rows, hashed{rowHash(c), row.Row})
		k.content[row.Row] = c
		if len(k.view.rows) < skipRows {
			return nil
		}
		defer k.begin()
		return k.find(ctx)
	})
	if _, broken := errors.AsType[*csvfile.FileError](err); err != nil && !broken {
		return err // else the run meets it when it comes to the place
	}
	return k.find(ctx)
}

func (k *skipping) begin() {
	k.view.rows, k.content, k.records = k.view.rows[:0], map[int64]rows.Content{}, map[rows.Content]*knownRecords{}
}

// find finds the records of the rows at hand.
func (k *skipping) find(ctx context.Context) error {
	k.view.sort()
	for _, o := range k.others {
		if err := k.findIn(ctx, o); err != nil {
			return err
		}
	}
	slices.SortFunc(k.view.rows, func(a, b hashed) int { return int(a.row - b.row) })
	for _, h := range k.view.rows {
		known := k.records[k.content[h.row]]
		if known == nil {
			continue
		}
		n := int(k.ordinals.Of(h.row))
		fate := journal.Fate{Row: h.row, Kind: journal.Existing}
		switch {
		case n <= len(known.ids):
			fate.ID = known.ids[n-1]
		case n <= len(known.ids)+known.unnamed:
		case known.gone != nil:
			return &Error{Reason: SkipGone, Path: string(known.by.Run), Err: fmt.Errorf("row %d of %s went into this account from %s, and the files of that run don't say any more which of its rows exist: %w", h.row, shown(k.s.dir.inputPath()), shown(string(known.by.Input)), known.gone)}
		case n <= len(known.ids)+known.unnamed+known.doubted:
			return &Error{Reason: SkipUnsettled, Path: string(known.by.Run), Err: fmt.Errorf("row %d of %s is in the account or not: the run in %s doesn't know it yet", h.row, shown(k.s.dir.inputPath()), shown(string(known.by.Run)))}
		default:
			continue
		}
		k.fates = append(k.fates, fate)
	}
	return nil
}

// findIn finds the records that one run has made.
func (k *skipping) findIn(ctx context.Context, o *candidate) error {
	places, contents := map[int64]bool{}, map[rows.Content]bool{}
	err := o.hashes(func(row int64, hash uint64) {
		if hash == 0 || o.state != nil && o.refused(row) {
			return
		}
		for _, h := range k.view.find(hash) {
			places[row] = true
			contents[k.content[h.row]] = true
		}
	})
	if err != nil || len(places) == 0 {
		return err
	}
	unnamed := map[rows.Content]int{}
	gone := o.eachRecord(ctx, nil, func(row int64) bool { return places[row] }, func(_ int64, c rows.Content, kind journal.Kind, id string) {
		if !contents[c] {
			return // only the hash is the same
		}
		known := k.of(c)
		switch {
		case kind == journal.Refused:
		case !kind.Exists():
			known.doubted, known.by = known.doubted+1, o.sent
		case id == "":
			unnamed[c]++
			known.unnamed = max(known.unnamed, unnamed[c]) // those of two runs may be the same
		case !slices.Contains(known.ids, id):
			known.ids = append(known.ids, id)
		}
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for c := range contents {
		if gone != nil {
			k.of(c).gone, k.of(c).by = gone, o.sent
		}
	}
	return nil
}

func (k *skipping) of(c rows.Content) *knownRecords {
	if k.records[c] == nil {
		k.records[c] = new(knownRecords)
	}
	return k.records[c]
}

// write settles the rows. Their slices come last: a row of a slice without a fate is one
// that is to be sent.
func (k *skipping) write(ctx context.Context, j *journal.Journal, st *journal.State) error {
	for group := range slices.Chunk(k.fates, fatesOnce) {
		if err := j.Settle(group); err != nil {
			return err
		}
	}
	last := k.fates[len(k.fates)-1].Row
	var unread []journal.Slice
	var sl journal.Slice
	config := rows.Config{}
	if st != nil {
		config.Known = st.Slices()
	}
	cut := func() {
		if sl.From > 0 {
			unread = append(unread, sl)
		}
		sl = journal.Slice{}
	}
	open := func() (rows.Source, error) { return k.s.source() }
	err := rows.Each(ctx, open, config, func(row *rows.Row) error {
		if row.Known || row.Row > last {
			cut()
			if row.Row > last {
				return io.EOF
			}
			return nil
		}
		if sl.From == 0 {
			sl.From = row.Row
		}
		sl.To, sl.CRC = row.Row, journal.Checksum(sl.CRC, row.Raw)
		if sl.To-sl.From+1 == sliceRows {
			cut()
		}
		return nil
	})
	cut()
	if err != nil && err != io.EOF || len(unread) == 0 {
		return err
	}
	_, err = j.Begin(unread, nil, nil, 0)
	return err
}

// sliceRows are the rows of a slice: none of them is sent before all were verified.
const sliceRows = 1000

// sentRows reports of a row whether it has a fate or may have been sent.
func sentRows(st *journal.State) func(row int64) bool {
	if st == nil {
		return func(int64) bool { return false }
	}
	open := map[int64]bool{}
	for _, row := range st.OpenRows() {
		open[row] = true
	}
	return func(row int64) bool {
		_, settled := st.Kind(row)
		return settled || open[row]
	}
}

// eachRecord reads what a run has written down of the wanted rows of its input, and calls f
// for each that can be sent by a mapping, nil for the run's own, with what became of it: the
// kind is 0 for a row that is pending. Without the journal or the input it reads all of
// results.csv and in_doubt.csv, and row is only a number. The error says that neither is
// there, and as it was.
func (o *candidate) eachRecord(ctx context.Context, by *mapping.Mapping, wanted func(row int64) bool, f func(row int64, c rows.Content, kind journal.Kind, id string)) error {
	d, err := open(string(o.Run))
	if err != nil {
		return err
	}
	if d.ID != o.ID {
		return errors.New("another run lies there")
	}
	m, err := d.mapping()
	if err != nil {
		return err
	}
	if by != nil {
		by.CSV = m.CSV
		m = by
	}
	if st, err := journal.Load(d.file(journalName)); err == nil {
		defer st.Close()
		if size, sum, err := fingerprint(ctx, d.inputPath(), d.Input.Sheet); err == nil {
			if is := (Identity{Size: size, SHA256: sum}); is.same(d.Input) || is.same(d.latest()) {
				return d.eachContent(ctx, d.inputPath(), d.Restore, m, func(row *rows.Row, c rows.Content) {
					if wanted(row.Row) {
						fate, _, _ := st.Fate(row.Row)
						f(row.Row, c, fate.Kind, fate.ID)
					}
				})
			}
		}
	}
	if !o.Settled {
		return errors.New("its input is gone or has changed, and it hasn't ended")
	}
	found := int64(0)
	err = d.eachContent(ctx, d.file(resultsName), d.ExcelSafe || d.Restore, m, func(row *rows.Row, c rows.Content) {
		found++
		f(found, c, journal.Existing, row.Field("hubload_id"))
	})
	if err == nil && found != o.Counts.In() {
		err = fmt.Errorf("%s holds %d rows, and %d exist", resultsName, found, o.Counts.In())
	}
	if err != nil || o.Counts.InDoubt == 0 {
		return err
	}
	err = d.eachContent(ctx, d.file(doubtName), d.ExcelSafe || d.Restore, m, func(_ *rows.Row, c rows.Content) {
		found++
		f(found, c, journal.InDoubt, "")
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New(doubtName + " is gone")
	}
	return err
}
