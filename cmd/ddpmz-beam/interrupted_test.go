//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
)

// whole returns the files of a tree that are no temporary ones.
func whole(files map[string]string) map[string]string {
	maps.DeleteFunc(files, func(name, _ string) bool { return strings.HasSuffix(name, ".tmp") })
	return files
}

// TestInterrupted: a run that is interrupted, killed, and stopped by a full disk, and then run to its end, makes the files of a run that
// was left alone: the command, which removes inputs only when their outputs are proven, and the pipeline. At no time is an output there
// that is not whole, or a file neither here nor there. With DDPMZ_LONG=1, there are 500 files.
func TestInterrupted(t *testing.T) {
	n, w, h := small, 60, 40
	if os.Getenv("DDPMZ_LONG") != "" {
		n, w, h = files(t), 128, 96
	}
	name, err := ddpmz()
	if err != nil {
		t.Fatal(err)
	}
	itself, err := os.Executable()
	if err != nil {
		t.Skip("no processes here:", err)
	}
	t.Setenv(asCommand, "1")
	for program, arguments := range map[string]func(in, out string) []string{
		"command": func(in, out string) []string {
			return []string{name, "encode", "-r", "--rm", "--jobs", "2", in, "-o", out}
		},
		"pipeline": func(in, out string) []string {
			return []string{itself, "--tries", "1", "--restarts", "0", "--jobs", "2", "--output", out, in + "/"}
		},
	} {
		t.Run(program, func(t *testing.T) {
			in, out, complete := t.TempDir(), filepath.Join(t.TempDir(), "out"), t.TempDir()
			broken := makeTree(t, in, n, w, h)
			encodeTree(t, in, complete)
			inputs, want := filesIn(t, in), filesIn(t, complete)
			if len(want) != n-broken {
				t.Fatalf("%d files", len(want))
			}
			check := func(after string) {
				t.Helper()
				have, left := whole(filesIn(t, out)), filesIn(t, in)
				for name, content := range have {
					if content != want[name] {
						t.Errorf("after %s, %q is another file", after, name)
					}
				}
				for name := range inputs {
					if _, ok := left[name]; !ok && have[name+coding.Suffix] == "" {
						t.Errorf("after %s, %q is neither here nor there", after, name)
					}
				}
			}

			for i, end := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
				if signal.Ignored(end) { // as SIGINT is in a shell's background jobs
					end = syscall.SIGTERM
				}
				line := arguments(in, out)
				c := exec.Command(line[0], line[1:]...)
				var stderr bytes.Buffer
				c.Stderr = &stderr
				if err := c.Start(); err != nil {
					t.Skip("no processes here:", err)
				}
				for begin := time.Now(); len(whole(filesIn(t, out))) < (i+1)*n/5; time.Sleep(time.Millisecond) {
					if time.Since(begin) > 5*time.Minute {
						c.Process.Kill()
						t.Fatalf("too little is done: %s", &stderr)
					}
				}
				c.Process.Signal(end)
				c.Wait()
				if status := c.ProcessState.ExitCode(); end != syscall.SIGKILL && status != 128+int(end) {
					t.Errorf("status %d, %s", status, &stderr)
				}
				check(end.String())
			}

			// A file system with room for some of the files: what is there when the run ends is moved to the output.
			full, all := t.TempDir(), 0
			for _, content := range want {
				all += len(content)
			}
			line := append([]string{"-rm", "sh", "-c", `mount -t tmpfs -o size=$2 tmpfs "$1" || exit 99; d=$1; o=$3; shift 3; "$@"; s=$?; cp -a "$d/." "$o"; exit $s`,
				"sh", full, fmt.Sprint(all / 3), out}, arguments(in, full)...)
			text, err := exec.Command("unshare", line...).CombinedOutput()
			var exit *exec.ExitError
			switch {
			case errors.Is(err, exec.ErrNotFound), errors.As(err, &exit) && exit.ExitCode() != 1 && !bytes.Contains(text, []byte("no space")):
				t.Logf("no file system can be mounted here: %v, %s", err, text)
			case err == nil || program == "command" && !bytes.Contains(text, []byte("no space left on device")):
				t.Errorf("the disk is not full: %v, %s", err, text)
			}
			check("a full disk")

			line = arguments(in, out)
			text, err = exec.Command(line[0], line[1:]...).CombinedOutput()
			if !errors.As(err, &exit) || exit.ExitCode() != 1 { // for the broken ones
				t.Errorf("%v, %s", err, text)
			}
			check("all")
			wantFiles(t, whole(filesIn(t, out)), want)
			if left := len(filesIn(t, in)); program == "command" && left != broken+1 {
				t.Errorf("%d inputs are left", left)
			}
		})
	}
}
