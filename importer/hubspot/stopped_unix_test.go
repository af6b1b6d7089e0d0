// A process that is stopped while its answers arrive.

//go:build unix

package hubspot_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

// TestAnswersWhileStopped stops this process in the middle of a request, until the
// timeout is long over. The answer came in time, and is taken.
func TestAnswersWhileStopped(t *testing.T) {
	const ready = "HUBLOAD_TEST_SERVE"
	if os.Getenv(ready) != "" {
		serveSlowly()
		return
	}
	server := exec.Command(os.Args[0], "-test.run=^TestAnswersWhileStopped$")
	server.Env = append(os.Environ(), ready+"=1")
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill(); server.Wait() })
	var addr string
	if _, err := fmt.Fscan(out, &addr); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, hubspot.Config{BaseURL: "http://" + addr, Timeout: 400 * time.Millisecond})
	for range 4 { // without the second step of the timeout half of these are in doubt
		stop := exec.Command("sh", "-c", fmt.Sprintf("sleep 0.05; kill -STOP %d; sleep 0.6; kill -CONT %d", os.Getpid(), os.Getpid()))
		if err := stop.Start(); err != nil {
			t.Skip(err)
		}
		a := c.Create(ctx, lineItems(1))
		if err := stop.Wait(); err != nil {
			t.Fatal(err)
		}
		if a.Outcome != api.Answered || len(a.Created) != 1 {
			t.Fatalf("%+v", a)
		}
	}
}

// serveSlowly answers each request after 150 ms, until it is killed.
func serveSlowly() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	fmt.Println(l.Addr())
	answer := created(1)
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			request(conn)
			time.Sleep(150 * time.Millisecond)
			fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(answer), strings.TrimSpace(answer))
		}()
	}
}
