// The package: the door to a whole import.

// Package rundir runs whole imports: it is the library's front door, and the one that
// the command goes through.
//
// [Import] takes a file to its end: it finds the mapping, chooses the run that the file
// belongs to, asks the account what must be known, sends every row once, and leaves
// reports. Given again, it goes on with what was interrupted, and sends nothing of
// what was finished. [Resume] goes on with a run by its directory alone, [Resolve]
// looks for rows in doubt, [Undo] archives what a run created, [Check] says what an import would refuse, [Report] writes
// the reports again, and [Dir.Status] says how far a run is.
//
// # A run on disk
//
// A run is a directory that only its owner can read:
//
//	run.json       what was asked for: input, mapping, account, when; see [Run]
//	journal.jsonl  the truth about every row; see package journal
//	lock           held by the process that works on the run
//	mapping.yaml   the mapping as used
//	schema.json    the account's property definitions as they were read
//	input.csv      the input, when it was standard input or a pipe
//	ordinals.json, corrected.json   the numbers of equal rows, of which automatic keys are made
//	results.csv, failures.csv, in_doubt.csv, summary.json; see package report
//	undo-1, undo-2 ...   what was asked of an undo, and its journal; undo.csv says what became of each record
//
// # The ledger
//
// The user's state directory holds what outlives runs: which content went into which
// account and from where, so that the same file under another name or from another
// directory isn't imported twice; which accounts enforce their keys; the property
// definitions that were seen last; and the rate windows that the imports of one host
// share.
//
// The package knows no HTTP, flags, terminals or environment: a caller gives it an
// [Account], and shows what it hands back.
package rundir
