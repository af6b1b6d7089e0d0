// Command hubload loads a CSV of any size into HubSpot, and accounts for every row.
// README.md is its manual; hubload help and hubload help COMMAND are its reference.
//
// A file per command: flags and environment come in, text and an exit code go out. What a
// command does is done by package [github.com/hubload/hubload/importer/rundir].
//
// # Dependencies
//
// Each module and what it is for:
//
//   - cobra and pflag: commands, flags, shell completion, manual pages
//   - progressbar, x/term: the progress bar; is this a terminal, and how wide
//   - x/sync errgroup: the pool of requests, whose blocking is the back-pressure on the
//     reader
//   - x/time rate: even pacing where the limit is shared
//   - go-json-experiment/json: JSON as the standard library has it from Go 1.27 on
//   - yaml: the mapping, strict; it keeps 0123 as it is
//   - oauth2: tokens of OAuth apps
//   - x/text: encodings other than UTF-8, and NFC for the names of columns
//   - klauspost/compress: input compressed with zstd
//   - gocsv: the struct tags of rows that a Go program imports
//   - flock: one process a run; a kill releases it
//
// testscript, rapid, go-cmp and kin-openapi serve the tests alone.
package main
