// The fault model as a list: each fault with the tests that provoke it, and each threat with those that hold its rule. A test that is gone leaves a hole here.

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A provoked is a fault, in words, and the tests of it: package and name, for a table
// of the program's own tests with the row behind a slash.
type provoked struct{ fault, tests string }

var faultModel = []provoked{
	// Process and machine
	{"kill -9 at a random time", "cmd/hubload.TestTorture importer.TestSimulation importer.TestRandomFaults"},
	{"kill -9 at every step of a batch", "importer.TestDeathAtEveryPoint importer.TestPairsOfDeaths importer.TestDeathAtEveryStep importer.TestWalk"},
	{"kill -9 at every step of the reports", "importer/report.TestDeathInReports"},
	{"kill -9 at every system call", "cmd/hubload.TestDeathAtEverySystemCall"},
	{"power cut", "importer.TestDeathAtEveryPoint importer.TestSimulation importer/journal.TestAcknowledgedIsDurable importer/report.TestDeathInReports"},
	{"torn journal write: cut at every byte, every bit flipped, tails", "importer/journal.TestCutAtEveryByte importer/journal.TestEveryBitFlipped importer/journal.TestTails importer/journal.TestLinesLostDoubledMoved"},
	{"disk full at the k-th write, every k", "cmd/hubload.TestDiskFull cmd/hubload.TestEverySystemCallFails importer/journal.TestEveryCallFails importer/report.TestFailingDisk"},
	{"EIO on the k-th fsync, every k, and no second fsync", "cmd/hubload.TestEverySystemCallFails importer/journal.TestEveryCallFails importer/journal.TestGroupFailsTogether importer/report.TestFailingDisk"},
	{"EIO on the k-th open, read, rename and link, every k", "cmd/hubload.TestEverySystemCallFails importer/report.TestFailingDisk importer/journal.TestEveryCallOfOpenFails importer/report.TestSummaryOnFailingDisk"},
	{"read error", "importer/csvfile.TestReadError cmd/hubload.TestEverySystemCallFails importer.TestSimulation importer/report.TestInputThatFails"},
	{"file truncated or changed under us", "cmd/hubload.TestInputChangesUnderUs importer/csvfile.TestChangedFile"},
	{"out of memory", "cmd/hubload.TestOutOfMemory cmd/hubload.TestKilledForMemory"},
	{"SIGINT, SIGTERM or SIGHUP once", "cmd/hubload.TestTortureOneSignal importer.TestAnInterruptedRunTakesTheAnswersInFlight"},
	{"SIGINT twice", "cmd/hubload.TestTortureSecondSignal cmd/hubload.TestTorture"},
	{"SIGPIPE, closed stdout and stderr", "cmd/hubload.TestNobodyListens cmd/hubload.TestTorture"},
	{"SIGSTOP longer than a request may take, then SIGCONT", "cmd/hubload.TestSleepsLongerThanARequestMayTake"},
	{"clock jump of an hour, leap second", "cmd/hubload.TestClockJumps"},
	{"two processes, same journal", "cmd/hubload.TestTortureSecondProcess cmd/hubload.TestTwoAtOnce importer/journal.TestLockOfAnotherProcess"},
	{"two run directories, same content, same account", "cmd/hubload.TestTwoAtOnce cmd/hubload.TestAboutToSend cmd/hubload.TestTorture"},

	// Input
	{"content changed between runs", "cmd/hubload.TestChangedBetweenProcesses/content_of_a_finished_row importer.TestAChangedInputIsNoticedBeforeAnythingIsSent"},
	{"the same size, other content", "cmd/hubload.TestChangedBetweenProcesses/the_same_size,_content_of_a_row_that_was_created"},
	{"mtime only", "cmd/hubload.TestChangedBetweenProcesses/mtime_only"},
	{"truncated between runs", "cmd/hubload.TestChangedBetweenProcesses/truncated"},
	{"appended between runs", "cmd/hubload.TestChangedBetweenProcesses/appended"},
	{"replaced by rename", "cmd/hubload.TestChangedBetweenProcesses/replaced_by_rename,_the_same_content cmd/hubload.TestChangedBetweenProcesses/replaced_by_rename,_other_content"},
	{"mapping changed", "cmd/hubload.TestChangedBetweenProcesses/mapping"},
	{"account changed", "cmd/hubload.TestChangedBetweenProcesses/account"},
	{"base URL changed: allowed for the same account", "cmd/hubload.TestChangedBetweenProcesses/base_URL cmd/hubload.TestChangedBetweenProcesses/base_URL_and_account"},
	{"batch size changed: allowed", "cmd/hubload.TestChangedBetweenProcesses/batch_size"},
	{"bad CSV", "importer/csvfile.TestCases importer/csvfile.FuzzRead"},

	// Network and proxy
	{"DNS failure", "importer/hubspot.TestDNSFailure"},
	{"connection refused", "importer/hubspot.TestConnectionRefused importer.TestSimulation importer.TestAServerThatStaysAwayStopsTheRun"},
	{"TLS handshake failure", "importer/hubspot.TestTLSHandshakeFailure importer/hubspot.TestTLS11IsRefused"},
	{"certificate wrong or expired", "importer/hubspot.TestCertificateWrong importer/hubspot.TestTransportOverTLS importer/hubspot.TestCertificateExpired"},
	{"connection lost before the last body byte was taken", "importer/hubspot.TestConnectionLostAtEveryByte importer/hubspot.TestLastByteComesLater importer.TestDeathAtEveryPoint"},
	{"connection lost after it, EOF", "importer/hubspot.TestConnectionLostAfterTheLastByte"},
	{"RST", "importer/hubspot.TestReset"},
	{"server closed idle connection", "importer/hubspot.TestServerClosedIdleConnection"},
	{"response lost after commit", "cmd/hubload.TestFaultTable/response_lost_after_commit importer.TestALostAnswerIsNeverSentAgainWithoutAKey importer.TestAKeyResolvesWhatIsUnknown"},
	{"late commit", "cmd/hubload.TestFaultTable/late_commit importer.TestWalk"},
	{"response of another request", "cmd/hubload.TestFaultTable/answer_of_another_request"},
	{"slow", "importer/hubspot.TestNoAnswerInTime cmd/hubload.TestFaultTable/slow cmd/hubload.TestFaultTable/slower_than_the_time_limit"},
	{"truncated body at every 1/100, wrong Content-Length, chunked cut", "importer/hubspot.TestAnswerTruncatedAtEveryPoint cmd/hubload.TestFaultTable/truncated_body"},
	{"gzip: announced, not announced, corrupt", "importer/hubspot.TestGzip cmd/hubload.TestFaultTable/gzip_body,_corrupt"},
	{"gzip bomb", "importer/hubspot.TestGzipBomb importer/hubspot.TestLargeAnswers"},
	{"HTML page with 200, 201, 502", "importer/hubspot.TestHTMLPage cmd/hubload.TestFaultTable/HTML_page_with_502"},
	{"malformed JSON, nesting of 10^6, duplicate keys", "importer/hubspot.TestMalformedJSON importer/hubspot.TestBombs importer/hubspot.TestDepth importer/hubspot.FuzzAnswer"},
	{"ids that are numbers, null, beyond 2^63", "importer/hubspot.TestIDs importer/hubspot.TestAnonymousErrorNextToAnUnclearID"},
	{"3xx", "importer/hubspot.TestRedirects cmd/hubload.TestFaultTable/3xx"},

	// HubSpot semantics
	{"201, results in another order", "importer/hubspot.TestResultsInAnotherOrder cmd/hubload.TestFaultTable/201,_results_in_another_order"},
	{"201, results missing", "importer/hubspot.TestResultsMissing cmd/hubload.TestFaultTable/201,_results_missing cmd/hubload.TestFaultTable/201,_no_results,_carried_out"},
	{"201 with status PENDING, PROCESSING, CANCELED", "importer/hubspot.TestStatuses cmd/hubload.TestFaultTable/201_with_status_PENDING"},
	{"207", "importer/hubspot.TestMultiStatus cmd/hubload.TestFaultTable/207 importer.TestJudge"},
	{"207, error without trace id", "cmd/hubload.TestFaultTable/207,_errors_without_trace_ids importer.TestJudge"},
	{"400 on the first attempt", "importer.TestABatchRefusedAsAWholeIsHalved cmd/hubload.TestFaultTable/400_on_the_first_attempt"},
	{"400 after an unresolved attempt", "importer.TestARefusalOfARowThatWasSentBeforeNeedsACompleteRead importer.TestWalk importer.TestJudge"},
	{"401 and 403", "cmd/hubload.TestFaultTable/401 cmd/hubload.TestFaultTable/403 importer/hubspot.TestLateDenial"},
	{"404, 405, 413, 414, 415", "cmd/hubload.TestFaultTable/404 cmd/hubload.TestFaultTable/405 cmd/hubload.TestFaultTable/413 cmd/hubload.TestFaultTable/414 cmd/hubload.TestFaultTable/415"},
	{"408", "cmd/hubload.TestFaultTable/408"},
	{"409", "cmd/hubload.TestFaultTable/409 importer.TestRowsWithAKeyThatExistsAreExisting cmd/hubload.TestQuirks"},
	{"423", "cmd/hubload.TestFaultTable/423_Locked importer/hubspot.TestStatuses"},
	{"429 of each policy, and without a body", "cmd/hubload.TestFaultTable/429_TEN_SECONDLY_ROLLING cmd/hubload.TestFaultTable/429_SECONDLY cmd/hubload.TestFaultTable/429,_no_body ratelimit.TestRefusalPausesEverybody"},
	{"429 DAILY", "cmd/hubload.TestFaultTable/429_DAILY ratelimit.TestDaily importer.TestSimulation"},
	{"429 storm of 60 s", "importer.TestStormOfRefusals ratelimit.TestStorm"},
	{"477 with Retry-After in seconds", "cmd/hubload.TestFaultTable/477_migration,_for_a_moment cmd/hubload.TestFaultTable/477_migration,_for_an_hour importer/hubspot.TestRetryAfter"},
	{"500, 502, 503, 504, before and after commit", "cmd/hubload.TestFaultTable/500 cmd/hubload.TestFaultTable/500_after_commit cmd/hubload.TestFaultTable/502_after_commit cmd/hubload.TestFaultTable/503_after_commit cmd/hubload.TestFaultTable/504_after_commit"},
	{"520, 522, 524", "cmd/hubload.TestFaultTable/520 cmd/hubload.TestFaultTable/522 cmd/hubload.TestFaultTable/524_after_commit"},
	{"521, 523, 525, 526 of Cloudflare", "cmd/hubload.TestFaultTable/521_of_Cloudflare cmd/hubload.TestFaultTable/523_of_Cloudflare cmd/hubload.TestFaultTable/525_of_Cloudflare cmd/hubload.TestFaultTable/526_of_Cloudflare"},
	{"token expired mid-run, token rotated", "importer.TestTokenEndsMidRun importer/hubspot.TestOAuthRenew importer/hubspot.TestTokenFile"},
	{"rate headers absent, zero, negative, abc, Max changing", "cmd/hubload.TestFaultTable/rate_headers_absent cmd/hubload.TestFaultTable/rate_headers_zero cmd/hubload.TestFaultTable/rate_headers_negative cmd/hubload.TestFaultTable/rate_headers_abc cmd/hubload.TestFaultTable/rate_headers_whose_Max_changes importer/hubspot.TestRateHeaders ratelimit.TestStrangeServers"},
	{"what isn't established, under each reading", "cmd/hubload.TestQuirks cmd/hubload.TestAKeyThatIsLost cmd/hubload.TestEveryFaultIsProvoked importer.TestSimulation importer.TestPlansMeetEverything importer.TestAnAccountThatLosesKeysStopsTheRun"},

	// Invariants that no single fault is about
	{"the bound of rows in doubt", "importer.TestSimulation importer.TestDeathAtEveryPoint cmd/hubload.TestTorture"},
	{"nothing is sent before its intent is durable", "importer.TestDeathAtEveryPoint importer.TestSimulation importer.TestMutants"},
	{"refusals of the limit by our own fault stay below 1 %", "ratelimit.TestAloneWithJitter ratelimit.TestFourProcesses ratelimit.TestRestarts"},
	{"the harness bites", "importer.TestNaiveImporterDuplicates cmd/hubload.TestTortureBites importer.TestMutants"},
}

// threats are those of the security rules; the ones without a test here are about what
// isn't code.
var threats = []provoked{
	{"S1 token in the arguments", "cmd/hubload.TestNoFlagTakesASecret"},
	{"S2 token file readable by others", "importer/hubspot.TestTokenFileModes"},
	{"S3 token in what is left and said", "cmd/hubload.TestScripts cmd/hubload.TestLeaksAreFound cmd/hubload.TestFaultTable cmd/hubload.TestTorture importer/hubspot.TestCanary importer/hubspot.TestCanaryEchoed importer/hubspot.TestCanaryInAPanic"},
	{"S4 core dumps", "cmd/hubload.TestNoCoreDumps"},
	{"S5 TLS off or weak", "importer/hubspot.TestCheckBaseURL importer/hubspot.TestTLS11IsRefused importer/hubspot.TestCertificateWrong importer/hubspot.TestCertificateExpired"},
	{"S6 redirects", "importer/hubspot.TestRedirects"},
	{"S7 base URL from elsewhere", "importer/hubspot.TestCheckBaseURL importer/hubspot.TestOAuthBaseURL"},
	{"S8 proxy", "importer/hubspot.TestProxyPasswordStaysHidden"},
	{"S9 permissions", "importer/report.TestModeWhateverTheUmask importer/journal.TestFile cmd/hubload.TestScripts"},
	{"S10 plants at output paths", "importer/report.TestLinkPlanted importer/report.TestPipePlanted importer/report.TestDirectoryPlanted importer/journal.TestNoLinks"},
	{"S11 names from data", "importer/atomicfile.TestCreateTakesNoName importer/hubspot.TestIDs"},
	{"S12 formulas", "importer/report.TestServersFormulas importer/report.TestRestoreUndoesNeutralise importer/report.TestExcelSafe"},
	{"S13 text of the server in reports", "importer/report.TestServersFormulas importer/hubspot.TestIDs importer/hubspot.TestLongMessages"},
	{"S14 terminal", "cmd/hubload.TestNothingCommandsTheTerminal"},
	{"S15 exhaustion", "importer/csvfile.TestMemory importer/csvfile.TestGzipBomb importer/hubspot.TestBombs importer/hubspot.TestGzipBomb importer/hubspot.TestHeadersTooLarge importer/hubspot.TestDepth"},
	{"S16 customer data in the journal", "cmd/hubload.TestFaultTable"},
	{"S17 wrong account", "cmd/hubload.TestChangedBetweenProcesses/account cmd/hubload.TestScripts"},
	{"S20 mapping is data", "mapping.TestParseErrors mapping.FuzzParse"},
	{"S21 least scope", "cmd/hubload.TestLeastScope importer/hubspot/hubspottest.TestScopes"},
}

func TestEveryFaultHasATest(t *testing.T) {
	known := testsOfModule(t)
	rows := map[string]bool{}
	row := func(test, name string) { rows["cmd/hubload."+test+"/"+strings.ReplaceAll(name, " ", "_")] = true }
	for _, m := range misdeeds {
		row("TestFaultTable", m.name)
	}
	for _, b := range betweens {
		row("TestChangedBetweenProcesses", b.name)
	}
	seen := map[string]bool{}
	for _, p := range append(faultModel, threats...) {
		if seen[p.fault] || p.tests == "" {
			t.Errorf("%s: twice, or without a test", p.fault)
		}
		seen[p.fault] = true
		for _, name := range strings.Fields(p.tests) {
			if _, _, isRow := strings.Cut(name[strings.LastIndex(name, "."):], "/"); isRow && !rows[name] || !isRow && !known[name] {
				t.Errorf("%s: there is no test %s", p.fault, name)
			}
		}
	}
}

// testsOfModule are the test functions in the module's sources, with their package.
func testsOfModule(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Body != nil && len(f.Body.List) > 0 {
				known[filepath.ToSlash(folder)+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}
