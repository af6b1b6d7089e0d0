// What a check or a proposal knows of the account, in words.

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/rundir"
)

// noteKnown says what is not as it could be.
func (a *app) noteKnown(k rundir.Known) {
	switch {
	case k.Source == rundir.FromState:
		a.ui.note("%s: using the properties that %s had %s", k.Why, k.AccountName, age(k.Read))
	case k.Source != rundir.FromNowhere:
	case k.Why == "":
		a.ui.note("the token can't read the account's property definitions: their types aren't known")
	case len(k.Accounts) > 1:
		a.ui.note("%s, and properties of several accounts are remembered (%s): say in the mapping which one it is for (account: N)", k.Why, several(k.Accounts))
	default:
		a.ui.note("%s, and no properties of an account are remembered, so that their types aren't known; with a token (HUBSPOT_ACCESS_TOKEN, --token-file) they are read, and remembered for when there is none", k.Why)
	}
}

// checkedBy says by what a file was checked.
func checkedBy(k rundir.Known) string {
	switch {
	case k.Source == rundir.FromAccount:
		return fmt.Sprintf("by the properties of %s, read just now", k.AccountName)
	case k.Source == rundir.FromSandbox:
		return "by the properties of " + k.AccountName
	case k.Source == rundir.FromState:
		return fmt.Sprintf("by the properties that %s had %s", k.AccountName, age(k.Read))
	case k.Why == "":
		return "without the account's properties, which the token can't read"
	}
	return "without an account's properties: values may still not fit their types"
}

// mappedWith says with what columns were matched.
func mappedWith(k rundir.Known) string {
	switch {
	case k.Source == rundir.FromAccount, k.Source == rundir.FromSandbox:
		return "with the properties of " + k.AccountName
	case k.Source == rundir.FromState:
		return fmt.Sprintf("with the properties that %s had %s", k.AccountName, k.Read.Format("2006-01-02"))
	case k.Why == "":
		return "without the account's properties, which the token can't read"
	}
	return "without an account's properties"
}

// age says how long ago something was.
func age(then time.Time) string {
	switch d := time.Since(then); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return counted(int64(d/time.Minute), "minute") + " ago"
	case d < 48*time.Hour:
		return counted(int64(d/time.Hour), "hour") + " ago"
	default:
		return counted(int64(d/(24*time.Hour)), "day") + " ago"
	}
}

// several names accounts, for a message.
func several(accounts []int64) string {
	names := make([]string, len(accounts))
	for i, n := range accounts {
		names[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(names, ", ")
}
