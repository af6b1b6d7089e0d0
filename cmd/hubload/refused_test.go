// Hopeless files, however large, cost little memory and are refused before anything
// is sent.

package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var refusedMiB = flag.Int("refused.mib", 4, "size of the files that TestRefusedFiles makes")

// A hopeless file begins in its own way and goes on with the same piece.
type hopeless struct {
	name        string // begins with the number of the case
	start, goes string
	gzip        bool
	mapping     string
	args        []string
	exit        int // 0: 2
	says        string
}

const namesName = "properties: { name: name }\n"

// hopelessFiles is a function because its files are large: as a variable they cost each
// process that the tests start 70 ms, as this program is also the one that they run.
func hopelessFiles() []hopeless {
	return []hopeless{
		{name: "04 UTF-16 without a mark", goes: "n\x00a\x00m\x00e\x00,\x00q\x00\n\x00", says: "UTF-16"},
		{name: "05 Windows-1252, not pinned", start: "name,price\n", goes: "caf\xE9 cr\xE8me,5\n", says: "windows-1252"},
		{name: "05 Shift_JIS, not pinned", start: "name,price\n", goes: "\x94N\x8A\xD4\x83T\x83|\x81[\x83g\x8C_\x96\xF1,5000\n", says: "shift_jis"},
		{name: "17 nothing but blank lines", goes: "\n", says: "no header"},
		{name: "17 nothing but white space", goes: "  \t ", says: "no end within 1 MiB"},
		{name: "17 a bomb of blank lines", goes: "\r\n", gzip: true, says: "no header"},
		{name: "21 a mapped column twice", start: "name,name\n", goes: "a,b\n", mapping: namesName, says: "stands 2 times"},
		{name: "22 a mapped column is missing", start: "title,price\n", goes: "a,1\n", mapping: namesName, says: "not in the header"},
		{name: "23 no delimiter fits", start: "name^price\n", goes: "a^1\n", mapping: namesName, says: "none of the 1 column asked for"},
		{name: "30 an unclosed quote in the header", start: "name,\"price\n", goes: "a,1\n", says: "isn't closed"},
		{name: "30 unclosed quotes in every line", start: "name,\"price\n", goes: "a,\"1\n", says: "header"},
		{name: "31 no line end", goes: "xxxxxxxx", says: "no end within 1 MiB"},
		{name: "31 no line end, pinned Shift_JIS", goes: "\x83\x5C", args: []string{"--encoding", "shift_jis"}, says: "no end within 1 MiB"},
		{name: "32 nothing but commas", goes: ",,,,,,,,", says: "no end within 1 MiB"},
		{name: "32 a line of commas", start: strings.Repeat("x,", 1<<18) + "\n", goes: "a,1\n", says: "2,000"},
		{name: "32 quoted cells", goes: `"",`, says: "header"},
		{name: "36 a bomb without line ends", goes: "xxxxxxxx", gzip: true, says: "no end within 1 MiB"},
		{name: "36 a bomb of commas", goes: ",", gzip: true, says: "no end within 1 MiB"},
		{name: "37 an Excel file", start: "PK\x03\x04", goes: "\x14\x00\x06\x00\x08\x00\x00\x00", says: "Excel"},
		{name: "52 results of a run", start: "name,hubload_row,hubload_line,hubload_status,hubload_id\n", goes: "a,1,2,created,7\n", says: "results file"},
		// The rest is not refused, but each of its rows is, of which some are 1 MiB.
		{name: "30 an unclosed quote in every row", start: "name,price\n", goes: "a,\"1\n\n", mapping: namesName, exit: exitRefused, says: " 0 created"},
		{name: "32 rows of commas", start: "name,price\n", goes: strings.Repeat(",x", 1<<19-1) + "\n", mapping: namesName, exit: exitRefused, says: " 0 created"},
		{name: "31 rows that are too long", start: "name,price\n", goes: strings.Repeat("x", 3<<20) + "\n", mapping: namesName, exit: exitRefused, says: " 0 created"},
	}
}

// TestRefusedFiles runs the real program. What it takes in time and memory is logged;
// the limit on memory is checked, the one on time (2 s for 200 MiB) isn't, as other
// processes can take any time away.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("hubload-measured")
	if err != nil {
		t.Fatal(err)
	}
	size := int64(*refusedMiB) << 20
	for _, c := range hopelessFiles() {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "big.csv")
			c.write(t, path, size)
			if c.mapping != "" {
				if err := os.WriteFile(filepath.Join(dir, "big.mapping.yaml"), []byte(c.mapping), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			peak := filepath.Join(dir, "peak")
			cmd := exec.Command(program, append([]string{"import", path, "--sandbox"}, c.args...)...)
			cmd.Dir = dir
			cmd.Env = []string{"XDG_STATE_HOME=" + dir, "HOME=" + dir, peakEnv + "=" + peak, unassociatedEnv + "=true"}
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			start := time.Now()
			err := cmd.Run()
			took := time.Since(start)
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			want := c.exit
			if want == 0 {
				want = exitUsage
			}
			if got := cmd.ProcessState.ExitCode(); got != want || !strings.Contains(said.String(), c.says) {
				t.Errorf("exit code %d, want %d and %q:\n%.2000s", got, want, c.says, said.String())
			}
			if _, err := os.Stat(filepath.Join(dir, runsDir)); err == nil && want == exitUsage {
				t.Error("there is a run directory")
			}
			mib, ok := peakMiB(t, peak)
			if ok && mib > 64 && !raceDetector {
				t.Errorf("it took %.0f MiB of memory, more than 64", mib)
			}
			t.Logf("%d MiB: %.2f s, peak of %.1f MiB", size>>20, took.Seconds(), mib)
		})
	}
}

// write makes the file. One that is compressed consists of equal members, and its
// content is several hundred times its size.
func (c *hopeless) write(t *testing.T, path string, size int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	piece := []byte(strings.Repeat(c.goes, 1+(1<<20)/len(c.goes)))
	if c.gzip {
		var member bytes.Buffer
		z := gzip.NewWriter(&member)
		for range 16 {
			z.Write(piece) // to memory
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		piece = member.Bytes()
	}
	n, err := f.WriteString(c.start)
	for written := int64(n); err == nil && written < size; written += int64(n) {
		n, err = f.Write(piece)
	}
	if err != nil {
		t.Fatal(err)
	}
}
