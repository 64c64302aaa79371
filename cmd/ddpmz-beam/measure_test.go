//go:build unix

package main

import (
	"fmt"
	"image"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// long skips a test that takes minutes, unless it is asked for.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("DDPMZ_LONG") == "" {
		t.Skip("takes minutes: set DDPMZ_LONG=1")
	}
}

// files returns how many files the tests of 500 have: as many as $DDPMZ_FILES says.
func files(t *testing.T) int {
	t.Helper()
	text := os.Getenv("DDPMZ_FILES")
	if text == "" {
		return 500
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// processor returns the processor time of a process that has ended, and how much memory it had at most, in MiB.
func processor(c *exec.Cmd) (took time.Duration, peak int64) {
	s := c.ProcessState
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		peak = int64(u.Maxrss) >> 10 // KiB on Linux
	}
	return s.UserTime() + s.SystemTime(), peak
}

// TestFiveHundred: of 500 files, the pipeline makes what the command makes, with at most a tenth more
// processor time, a process of its own and all: the median of three runs of each, in turns.
func TestFiveHundred(t *testing.T) {
	long(t)
	in, n := t.TempDir(), files(t)
	broken := makeTree(t, in, n, 128, 96)
	var command, beam []time.Duration
	for i := range 3 {
		want, out := filepath.Join(t.TempDir(), "want"), filepath.Join(t.TempDir(), "out")
		begin := time.Now()
		took, peak := processor(encodeTree(t, in, want))
		t.Logf("command: %.2f s of processor, %.2f s, %d MiB", took.Seconds(), time.Since(begin).Seconds(), peak)
		command = append(command, took)

		c := pipelineProcess(t, "--output", out, in+"/")
		begin = time.Now()
		text, err := c.CombinedOutput()
		if c.ProcessState == nil || c.ProcessState.ExitCode() != 1 {
			t.Fatalf("%v: %s", err, text)
		}
		took, peak = processor(c)
		t.Logf("pipeline: %.2f s of processor, %.2f s, %d MiB: %s", took.Seconds(), time.Since(begin).Seconds(), peak, text)
		beam = append(beam, took)
		wantFiles(t, filesIn(t, out), filesIn(t, want))
		if rows := rowsOf(t, filepath.Join(out, manifestName)); len(rows) != n || len(filesIn(t, out)) != n-broken {
			t.Errorf("run %d: %d rows, %d files", i, len(rows), len(filesIn(t, out)))
		}

		c = pipelineProcess(t, "--output", out, in+"/")
		text, _ = c.CombinedOutput()
		took, _ = processor(c)
		t.Logf("again: %.2f s of processor: %s", took.Seconds(), text)
	}
	slices.Sort(command)
	slices.Sort(beam)
	if more := beam[1].Seconds() / command[1].Seconds(); more > 1.1 {
		t.Errorf("the pipeline takes %.2f times the processor time", more)
	} else {
		t.Logf("the pipeline takes %.3f times the processor time", more)
	}
}

// TestMemoryBound: with large pictures, four jobs of command and pipeline take no more memory than --max-memory, of which a job's share
// is too small for any of them.
func TestMemoryBound(t *testing.T) {
	long(t)
	const limit = 250 // MiB; the codec asks for up to 200 for one of these
	in := t.TempDir()
	photos := photographs(t, 12)
	for i := range 4 {
		writePNG(t, filepath.Join(in, fmt.Sprintf("%d.png", i)), tiled(photos, 1100+60*i, 900))
	}
	memory := fmt.Sprintf("%dM", limit)
	want, out := filepath.Join(t.TempDir(), "want"), filepath.Join(t.TempDir(), "out")
	command := encodeTree(t, in, want, "--jobs", "4", "--max-memory", memory)
	beam := pipelineProcess(t, "--jobs", "4", "--max-memory", memory, "--output", out, in+"/")
	text, err := beam.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	wantFiles(t, filesIn(t, out), filesIn(t, want))
	for name, c := range map[string]*exec.Cmd{"command": command, "pipeline": beam} {
		_, peak := processor(c)
		t.Logf("%s: %d MiB", name, peak)
		if peak > limit || len(filesIn(t, want)) != 4 {
			t.Errorf("%s: %d MiB, %d files", name, peak, len(filesIn(t, want)))
		}
	}
}

// writePNG writes a picture in PNG.
func writePNG(t *testing.T, path string, m image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := picture.Write(f, "png", m, nil, picture.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// tiled returns a picture of w x h pixels that photographs fill.
func tiled(photos []image.Image, w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	i := 0
	for y := 0; y < h; y += 384 {
		for x := 0; x < w; x += 384 {
			p := photos[i%len(photos)]
			draw.Draw(m, image.Rect(x, y, x+384, y+384), p, p.Bounds().Min, draw.Src)
			i++
		}
	}
	return m
}

// TestTwoJobs: two jobs on two cores are at least 1.8 times as fast as one job on one core, and no slower than one job on both. Times
// of the clock count only where nothing else runs, which $DDPMZ_QUIET=1 says; elsewhere they are only printed.
func TestTwoJobs(t *testing.T) {
	long(t)
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		t.Skip("two cores are needed, and taskset:", err)
	}
	in := t.TempDir()
	makeTree(t, in, files(t), 128, 96)
	name, err := ddpmz()
	if err != nil {
		t.Fatal(err)
	}
	fastest := map[string]time.Duration{}
	for range 3 {
		for _, way := range [][2]string{{"0", "1"}, {"0,1", "2"}, {"0,1", "1"}} {
			c := exec.Command("taskset", "-c", way[0], name, "encode", "-r", "-q", "--jobs", way[1], in, "-o", filepath.Join(t.TempDir(), "out"))
			begin := time.Now()
			if err := c.Run(); c.ProcessState == nil || c.ProcessState.ExitCode() != 1 {
				t.Fatal(err)
			}
			clock := time.Since(begin)
			took, peak := processor(c)
			t.Logf("cores %s, %s jobs: %.2f s, %.2f s of processor, %d MiB", way[0], way[1], clock.Seconds(), took.Seconds(), peak)
			key := way[0] + "/" + way[1]
			if fastest[key] == 0 || clock < fastest[key] {
				fastest[key] = clock
			}
		}
	}
	faster, beside := fastest["0/1"].Seconds()/fastest["0,1/2"].Seconds(), fastest["0,1/1"].Seconds()/fastest["0,1/2"].Seconds()
	t.Logf("two jobs are %.2f times as fast as one on one core, %.2f times as one on two", faster, beside)
	if os.Getenv("DDPMZ_QUIET") == "1" && (faster < 1.8 || beside < 1) {
		t.Error("two jobs are not fast enough")
	}
}
