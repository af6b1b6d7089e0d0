// What an import is given, and its one entry point.

// Package importer is the engine of hubload: it reads rows, slices them into
// batches, sends each batch once, and accounts for every row in a journal.
//
// # Terms
//
// A row is a data record of the input, numbered from 1. A batch is up to 100 rows
// that are sent in one request; an attempt is one such request. A fate is what
// became of a row for good:
//
//   - created: the record exists and its id is known
//   - existing: a record with the row's unique key was in the account already,
//     or [reconcile.Run] has found the row's own
//   - updated: the record existed, and has the row's values by this run
//   - unchanged: the record existed, and had the row's values already
//   - refused: the record was certainly not created, or not changed
//   - in doubt: it may have been created or changed; nothing that arrived proves either
//
// A row without a fate is pending.
//
// # What it guarantees
//
// A request leaves only after the intent to send it is durable in the journal. A
// row is sent again only if an answer or the transport proves that the attempt
// before wasn't executed, or if the server enforces a unique key. So a row isn't
// created twice, whenever the process dies, as long as the disk's sync is honest
// and HubSpot refuses what it says it refused. Rows that were in flight at a
// death are in doubt after the next [Run], unless the mapping has a key, which
// resolves them by reading. Without one [reconcile.Run] looks for them later.
//
// With a key no row is in doubt at the end of a run whose server answers. A row that was
// refused after an attempt whose answer was lost is read once more, five seconds or more
// after its last attempt, and is refused if no record holds its key. Should HubSpot
// execute the lost request still later, the record exists: the key keeps a corrected row
// of failures.csv from becoming a second one.
//
// # Modes that change records
//
// With [Import].Mode upsert or update, each hundred rows is read by its key before
// anything is sent, and a pure function decides: a row without a record is created, or in
// mode update refused; a row whose record has its values is unchanged, and nothing is
// sent; of other records the properties that differ are changed. So a hundred takes one
// request where nothing changes, and two or three where something does. The associations
// of records that exist stay as they are.
//
// A record is changed at least once: after a lost answer it is read again, and changed
// again while it differs. The values that a request is about to overwrite are durable in
// before.csv before its intent is. HubSpot has no conditional writes: a value that
// somebody writes between the read and the change that follows it is overwritten, and
// isn't in before.csv. A read that is older than a minute when its change could leave is
// repeated, once.
//
// # The way of a row
//
// From the file to its fate a row that nothing happens to passes these 22 functions, in
// 12 files.
//
//   - slicer.next reads it: rows.Reader.Next takes it from the input, a
//     csvfile.Reader.Read, and compares it with what the journal says of earlier reads.
//   - slicer.take maps it: row.read, rows.Row.Map, mapping.Mapper.Map.
//   - slicer.place, by slicer.hash, puts it into a batch that holds no equal row.
//     slicer.cut ends the batch.
//   - courier.deliver has its associated records found (courier.link), and courier.send
//     makes attempts until none of the batch's rows is left.
//   - courier.attempt sends it once, by call.Caller.Once: recorder.begin and
//     journal.Journal.Begin before the request, api.API.Create, then judge,
//     courier.apply, recorder.end and journal.Journal.End.
//
// # What it doesn't do
//
// It knows no HTTP and no HubSpot: those stand behind [api.API]. It writes no
// reports: package report makes them from the input and the journal.
//
// # How it is proved
//
// Each of these runs in a short form in every build, and in its long form each night
// (make nightly). Beside each is what its long form showed last: rows created twice, lost
// and told wrongly were 0 in all.
//
//   - TestWalk enumerates every order of answers, losses and deaths that two batches and
//     three misfortunes allow. 39,879 paths.
//   - TestSimulation runs whole imports under seeded faults of network, clock and disk.
//     make simulate SEEDS=3000: 1,523 deaths, 1,211,307 rows. Of 600,906 rows with a key
//     none is in doubt at the end of a run whose server answers.
//   - TestDeathAtEveryStepOfAChange and TestChangesUnderRandomFaults do the same with modes
//     that change records, and compare before.csv with what the account has lost.
//   - TestDeathAtEveryPoint lets the engine die at each of sixteen points of each batch,
//     and a test of cmd/hubload the real program at each of its system calls.
//   - TestTorture (cmd/hubload) kills the real program at random, in the midst of faults.
//     1,000 runs, 858 deaths, 667,182 rows. An importer that repeats lost answers, as the
//     usual retrying client does, created 32,160 of 167,174 rows twice there.
//   - TestMatrix imports rows of which two fifths are alike, 144 times: each reading of
//     what HubSpot does with them, each kind of key, with faults and without.
//     1,440,000 rows, none in doubt where no answer was lost.
//   - TestMutants puts faults into the product's own code. Each must make a test fail.
//
// A kill without a key left 36 rows in doubt on average, where up to 145 were in flight.
// The figures of the walk and the torture are from before answers were
// judged by values.
//
// # What it costs
//
// make bench compares an import with a program that does the same work without the care. In
// November 2026 an import of 200,000 rows took 3.7 times its CPU and 27 MiB of memory
// at its peak (medians of five pairs, one after the other, on a machine that others used). An
// eighth of that CPU is for the ledger, which reads and hashes every row before the first
// one is sent. Larger inputs weren't measured since.
package importer
