// The package: a folder that fills every night.

// Package watch imports the files that are dropped into folders, each of them once, and
// accounts for every file as package importer does for every row.
//
// A [Config] names drops: folders into which others put files. [Watcher.Once] looks at
// each of them once, for cron and its like, and [Watcher.Run] again and again. A look
// takes the files that are complete out of the drop, sends them one after the other
// through package rundir, and puts them away by what came of them.
//
// # Where a file is
//
// The drop belongs to whoever writes into it, and hubload only takes files out of it.
// All else lies in the state directory of the drop:
//
//	lock            held by the process that looks at the drop
//	ledger.jsonl    every change of a file's state, with a checksum, synced before it is acted on
//	sightings.json  files that have to stand still, as they were last seen
//	quota.json      what HubSpot last said of the account's daily quota, for the metrics
//	inbox/          files that were taken: claimed, running, waiting, held
//	runs/ID/        the run directory of a file; see package rundir
//	done/YYYY-MM/   done, and duplicates: files whose content went in before
//	failed/         open: rows of them were refused or are in doubt
//	fix/            their refused rows, to be corrected and dropped again
//	rejected/       files of which nothing was sent, and files that a person gave up
//
// Beside a file that is held, waits or is rejected, a text of its name and .why.txt says
// why, in words that may quote the file. The ledger quotes nothing.
//
// A file is in one of these places at any time, and in the one that the ledger says as soon
// as a look has begun: every step is noted before it is done, and done again after a
// crash. Whether the content of a file went in before is decided by the account's ledger
// of package rundir, so that it doesn't matter by which name, drop or command it went.
//
// # Which files are taken
//
// Regular files with one name (no links) whose name matches the drop's globs and isn't
// hidden or that of a temporary file. They are complete when they have stood still for
// a while (size, time and inode, at two looks), when a marker file is there, or at once
// where files get their names when they are complete: see [Ready]. A marker that holds a
// number is a count of rows, and 64 hex digits are a SHA-256; a file that doesn't
// agree is rejected. A drop is polled: change notices say nothing on NFS and SMB.
//
// A file that is written to after it was taken goes back to the drop while nothing of it
// was sent. Later, and up to a day after it was done, it is held: what was added goes in
// when it is released.
//
// The mapping never comes from the drop: whoever may put files there can't choose
// where they go.
//
// # What becomes of a file
//
// By the exit code of its run, which [rundir.Options].ExitCode gives:
//
//	0               done
//	3               open; its refused rows are offered in fix/, those in doubt looked up after 10 minutes and 24 hours
//	1               waiting: tried again after 1, 2, 4 ... 30 minutes; held after 24 hours ([Drop].Retry)
//	2               rejected, where the file is to blame and nothing was sent; else held
//	5               held; waiting while rows of it are in doubt in an earlier run
//	6, quota        waiting: tried again every 30 minutes
//	6, max_failures held
//	7               waiting: tried again at each look; the other drops of the account wait, too
//
// While a file waits or is held, the later files of its drop wait behind it in the inbox.
// [Release] and [GiveUp] are a person's decisions about it.
//
// Corrected rows come back into the drop, under a name that the drop takes or any with
// failures in it. Their column hubload_run says which run refused them; where that
// run lies is taken from the ledger. When all refused rows of a file exist, it is done.
//
// # Events
//
// An [Event] says what became of a file, in counts, codes, names, paths and what to do
// next: no cell of a file and no token. A [Channel] that doesn't answer is a note and never
// an error. An event of a process that dies is not told again; the exit code of the next
// look says what is still waiting or held.
package watch
