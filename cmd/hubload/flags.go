// Flags that are more than a string: parsed where they are given.

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/ratelimit"
)

// limitFlag is a rate such as 190/10s.
type limitFlag struct{ ratelimit.Limit }

func (f *limitFlag) Type() string { return "N/DUR" }
func (f *limitFlag) String() string {
	if f.N == 0 {
		return ""
	}
	return f.Limit.String()
}

func (f *limitFlag) Set(s string) error {
	l, err := ratelimit.ParseLimit(s)
	f.Limit = l
	return err
}

// thresholdFlag is a number of rows, or a percentage of them.
type thresholdFlag struct{ importer.Threshold }

func (f *thresholdFlag) Type() string { return "N|N%" }
func (f *thresholdFlag) String() string {
	switch {
	case f.Percent > 0:
		return strconv.FormatFloat(f.Percent, 'g', -1, 64) + "%"
	case f.Rows > 0:
		return strconv.FormatInt(f.Rows, 10)
	}
	return ""
}

func (f *thresholdFlag) Set(s string) error {
	f.Threshold = importer.Threshold{}
	if p, ok := strings.CutSuffix(s, "%"); ok {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || !(v > 0 && v <= 100) {
			return fmt.Errorf("%q is not a percentage between 0 and 100", s)
		}
		f.Percent = v
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is neither a number of rows from 1 on, such as 50, nor a percentage, such as 5%%", s)
	}
	f.Rows = n
	return nil
}

// rangeFlag is a whole number with bounds. Zero is "not given".
type rangeFlag struct {
	n, min, max int
	unit        string
}

func (f *rangeFlag) Type() string { return f.unit }
func (f *rangeFlag) String() string {
	if f.n == 0 {
		return ""
	}
	return strconv.Itoa(f.n)
}

func (f *rangeFlag) Set(s string) error {
	number := s
	if f.unit == "PCT" {
		number = strings.TrimSuffix(s, "%")
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < f.min || n > f.max {
		return fmt.Errorf("%q is not a whole number from %d to %d", s, f.min, f.max)
	}
	f.n = n
	return nil
}

// choiceFlag is one of a few words.
type choiceFlag struct {
	value   string
	choices []string
}

func (f *choiceFlag) Type() string   { return strings.Join(f.choices, "|") }
func (f *choiceFlag) String() string { return f.value }
func (f *choiceFlag) Set(s string) error {
	if !slices.Contains(f.choices, s) {
		return fmt.Errorf("%q is not one of %s", s, strings.Join(f.choices, ", "))
	}
	f.value = s
	return nil
}

// delimiterFlag is one character, or the word tab.
type delimiterFlag struct{ r rune }

func (f *delimiterFlag) Type() string { return "CHAR" }
func (f *delimiterFlag) String() string {
	switch f.r {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(f.r)
}

func (f *delimiterFlag) Set(s string) error {
	switch strings.ToLower(s) {
	case "tab", `\t`:
		f.r = '\t'
		return nil
	case "comma":
		s = ","
	case "semicolon":
		s = ";"
	case "pipe":
		s = "|"
	}
	runes := []rune(s)
	if len(runes) != 1 || runes[0] >= 0x80 || runes[0] == '"' || runes[0] < ' ' && runes[0] != '\t' {
		return fmt.Errorf("%q is not a delimiter: give one ASCII character such as ; or the word tab", s)
	}
	f.r = runes[0]
	return nil
}
