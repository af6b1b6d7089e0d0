// Workbooks for the scripts.

package main

import (
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// cmdWorkbook writes an Excel workbook whose sheets are CSV files. Cells that look like
// numbers and dates are such, unless a ' stands before them, and a row whose first cell is
// "hidden:" is hidden: workbook FILE NAME CSV [NAME CSV ...]
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	f := excelize.NewFile()
	for i := 1; i+1 < len(args); i += 2 {
		sheet := args[i]
		if i == 1 {
			ts.Check(f.SetSheetName("Sheet1", sheet))
		} else {
			_, err := f.NewSheet(sheet)
			ts.Check(err)
		}
		r := csv.NewReader(strings.NewReader(ts.ReadFile(args[i+1])))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		ts.Check(err)
		for y, row := range rows {
			for x, cell := range row {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				ts.Check(err)
				if text, hidden := strings.CutPrefix(cell, "hidden:"); hidden {
					ts.Check(f.SetRowVisible(sheet, y+1, false))
					cell = text
				}
				ts.Check(f.SetCellValue(sheet, at, cellValue(cell)))
			}
		}
	}
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

func cellValue(cell string) any {
	if text, ok := strings.CutPrefix(cell, "'"); ok {
		return text
	}
	if n, err := strconv.ParseFloat(cell, 64); err == nil {
		return n
	}
	if day, err := time.Parse(time.DateOnly, cell); err == nil {
		return day
	}
	if cell == "" {
		return nil
	}
	return cell
}
