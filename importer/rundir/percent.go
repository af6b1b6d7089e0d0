// Columns of percentages in which the same number would mean two things.

package rundir

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
)

// A percentColumn is a column of percentages, and the first row of each way of writing.
type percentColumn struct {
	rule           *mapping.PropertyRule
	signed, number format.Number
	percent, part  string // the first cell such as 15 %, and such as 0.15
	percentLine    int64
	partLine       int64
}

// percentColumns are the columns of a mapping that hold percentages.
func percentColumns(m *mapping.Mapping) (list []*percentColumn) {
	for i := range m.Properties {
		p := &m.Properties[i]
		if p.Column != "" && p.Values == nil && p.Layout == "" && (p.Symbol == "%" || strings.Contains(p.Name, "percent")) {
			number := format.Number{Decimal: cmp.Or(p.Decimal, '.'), Group: p.Group}
			signed := number
			signed.Symbol = "%"
			list = append(list, &percentColumn{rule: p, signed: signed, number: number})
		}
	}
	return list
}

// see takes a cell. What has a sign is a percentage, and what has none and is less than 1
// may be a fraction of one.
func (c *percentColumn) see(cell string, line int64) {
	cell = format.Trim(format.Unguard(cell))
	switch {
	case cell == "":
	case strings.ContainsAny(cell, "%％"):
		if _, why := c.signed.Read(strings.ReplaceAll(cell, "％", "%")); why == 0 && c.percentLine == 0 {
			c.percent, c.percentLine = cell, line
		}
	case c.partLine == 0:
		text, why := c.number.Read(cell)
		if n, err := strconv.ParseFloat(text, 64); why == 0 && err == nil && n != 0 && math.Abs(n) < 1 {
			c.part, c.partLine = cell, line
		}
	}
}

// checkPercent reads a file whose mapping has columns of percentages, and refuses it where
// one of them has cells such as 15 % and such as 0.15: nobody can tell whether the second
// means 15 % too, and a row that is taken wrongly changes an amount.
func (in *Input) checkPercent(ctx context.Context, m *mapping.Mapping, mapper *mapping.Mapper) error {
	columns := percentColumns(m)
	if len(columns) == 0 {
		return nil
	}
	open := func() (rows.Source, error) {
		r, err := in.Open(formOf(m), m.CSV.Empty...)
		if err != nil {
			return nil, inputError(err)
		}
		return newSource(r, in.File(), in.restored()), nil
	}
	var record mapping.Record
	err := rows.Each(ctx, open, rows.Config{Mapper: mapper}, func(row *rows.Row) error {
		if refused := row.Map(&record); row.Fields == nil || refused != nil && refused.Code == rows.CodeLeftOut {
			return nil
		}
		for _, c := range columns {
			_, cell := mapper.Cell(row.Fields, c.rule.Name)
			c.see(cell, row.Line)
		}
		return nil
	})
	if ctx.Err() != nil {
		return err
	}
	for _, c := range columns { // where the file breaks off, what comes next says so
		if c.percentLine > 0 && c.partLine > 0 {
			return badInput(fmt.Errorf("column %s mixes percentages (%q on line %d) and numbers that may be fractions (%q on line %d): a number without %% could mean two things. Write all cells in one way; where all are fractions, add scale: 100 to the %s rule",
				shown(c.rule.Column), shown(c.percent), c.percentLine, shown(c.part), c.partLine, c.rule.Name))
		}
	}
	return nil
}
