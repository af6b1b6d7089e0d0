// Processes of the torture, and the ways in which they are struck.

//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process is hubload, or the naive importer, at work.
type process struct {
	o      *ordeal
	cmd    *exec.Cmd
	name   string // of the files with what it printed
	args   []string
	exited chan struct{}
	before int      // creates that had arrived when it started
	pipe   *os.File // the reading end of its stdout and stderr, where they are to be closed
	struck int      // signals that it got while it ran
}

// start starts a command in the ordeal's directory. What it prints goes into files,
// or for a strike that closes its streams into pipes.
func (o *ordeal) start(args []string, how strike) *process {
	o.started++
	o.processes++
	p := &process{o: o, name: filepath.Join(o.dir, fmt.Sprintf("process-%02d", o.started)), args: args, exited: make(chan struct{})}
	program := o.h.hubload
	env := []string{"PATH=/nowhere", "HOME=" + o.dir, "XDG_STATE_HOME=" + o.state, "HUBSPOT_ACCESS_TOKEN=" + o.token, unassociatedEnv + "=true"}
	if o.sc.naive {
		program, env = o.h.self, append(env, naiveEnv+"=1")
	}
	p.cmd = exec.Command(program, args...)
	p.cmd.Dir, p.cmd.Env = o.dir, env
	out, err := os.Create(p.name + ".stdout")
	if err != nil {
		o.wrong("%v", err)
	}
	defer out.Close()
	errs, err := os.Create(p.name + ".stderr")
	if err != nil {
		o.wrong("%v", err)
	}
	defer errs.Close()
	fmt.Fprintf(errs, "$ %s\n", strings.Join(args, " "))
	p.cmd.Stdout, p.cmd.Stderr = out, errs
	if how.kind == "closed" {
		from, to, err := os.Pipe()
		if err != nil {
			o.wrong("%v", err)
		}
		defer to.Close()
		p.pipe, p.cmd.Stdout, p.cmd.Stderr = from, to, to
	}
	p.before = o.arrivals()
	if err := p.cmd.Start(); err != nil {
		o.wrong("%v", err)
		p.cmd = exec.Command("true")
		_ = p.cmd.Start()
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	return p
}

func (o *ordeal) arrivals() int {
	o.truth.mu.Lock()
	defer o.truth.mu.Unlock()
	return o.truth.arrived
}

func (p *process) requests() int { return p.o.arrivals() - p.before }

func (p *process) signalled() bool { return p.status().Signaled() }

func (p *process) status() syscall.WaitStatus {
	return p.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

func (p *process) code() int { return p.cmd.ProcessState.ExitCode() }

// printed is what it wrote to stdout or stderr, without the command itself.
func (p *process) printed(stream string) string {
	data, _ := os.ReadFile(p.name + "." + stream)
	s := string(data)
	if stream == "stderr" {
		_, s, _ = strings.Cut(s, "\n")
	}
	return s
}

// wait waits for its end. One that doesn't come to it is killed and reported.
func (p *process) wait() {
	select {
	case <-p.exited:
	case <-time.After(2 * time.Minute):
		p.o.wrong("hubload %s didn't end within two minutes", strings.Join(p.args, " "))
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		<-p.exited
	}
}

// A strike is what happens to a process, and when.
type strike struct {
	kind    string
	moment  string // time: after a while; create: when another create arrives; reports: when they are being written
	creates int
	delay   time.Duration
	pause   time.Duration // between two signals
}

func (s strike) String() string {
	return fmt.Sprintf("%s at %s (creates %d, delay %s, pause %s)", s.kind, s.moment, s.creates, s.delay, s.pause)
}

// newStrike draws one. Most are deaths.
func (o *ordeal) newStrike() strike {
	kinds := []string{"kill", "kill", "kill", "kill", "kill", "kill", "term", "int", "int-int", "int-term", "stop", "closed"}
	s := strike{kind: kinds[o.rng.IntN(len(kinds))]}
	if o.sc.naive {
		s.kind = "kill"
	}
	s.pause = time.Duration(o.rng.IntN(25)) * time.Millisecond
	switch n := o.rng.IntN(10); {
	case n < 5:
		s.moment, s.delay = "time", time.Duration(o.rng.Int64N(int64(o.lane.usual)))
	case n < 8:
		s.moment, s.creates = "create", 1+o.rng.IntN(len(o.rows)/o.batch+1)
		s.delay = time.Duration(o.rng.IntN(12)) * time.Millisecond
	case n < 9:
		s.moment, s.delay = "reports", time.Duration(o.rng.IntN(4000))*time.Microsecond
	default:
		s.moment, s.delay = "time", time.Duration(o.rng.IntN(15000))*time.Microsecond
	}
	return s
}

// strike waits for the moment and strikes, unless the process was faster.
func (o *ordeal) strike(p *process, s strike, runDir func() string) {
	if p.pipe != nil {
		defer p.pipe.Close()
	}
	if s.kind == "none" || !p.moment(s, runDir) {
		return
	}
	send := func(sig syscall.Signal) bool {
		select {
		case <-p.exited:
			return false
		default:
			if p.cmd.Process.Signal(sig) != nil {
				return false
			}
			p.struck++
			return true
		}
	}
	switch s.kind {
	case "kill":
		send(syscall.SIGKILL)
	case "term":
		send(syscall.SIGTERM)
	case "int":
		send(syscall.SIGINT)
	case "int-int":
		if send(syscall.SIGINT) && p.lives(s.pause) {
			send(syscall.SIGINT)
		}
	case "int-term":
		if send(syscall.SIGINT) && p.lives(s.pause) {
			send(syscall.SIGTERM)
		}
	case "stop":
		if send(syscall.SIGSTOP) {
			p.lives(4 * s.pause)
			send(syscall.SIGCONT)
		}
	}
}

// lives waits for a while and reports whether the process is still there.
func (p *process) lives(d time.Duration) bool {
	select {
	case <-p.exited:
		return false
	case <-time.After(d):
		return true
	}
}

// moment waits for a strike's moment and reports whether the process lived to see it.
func (p *process) moment(s strike, runDir func() string) bool {
	switch s.moment {
	case "create":
		select {
		case <-p.o.truth.after(s.creates):
		case <-p.exited:
			return false
		}
	case "reports":
		for !reporting(runDir()) {
			if !p.lives(300 * time.Microsecond) {
				return false
			}
		}
	}
	return p.lives(s.delay)
}

// reporting reports whether a run directory holds more than a run at work needs.
func reporting(dir string) bool {
	if dir == "" {
		return false
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if strings.Contains(e.Name(), "results") || strings.Contains(e.Name(), "summary") {
			return true
		}
	}
	return false
}
