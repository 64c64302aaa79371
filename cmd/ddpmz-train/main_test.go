package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/internal/render"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// scene renders a picture, once.
func scene(i int) image.Image {
	m, ok := scenes.Load(i)
	if !ok {
		m, _ = scenes.LoadOrStore(i, image.Image(render.Scene(render.Kind(i%3), 64, 48, uint32(i))))
	}
	return m.(image.Image)
}

var scenes sync.Map

// pictures returns a folder of n rendered pictures.
func pictures(t *testing.T, n int) (folder string, list []image.Image) {
	t.Helper()
	folder = t.TempDir()
	for i := range n {
		m := scene(i)
		f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%02d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return folder, list
}

// command runs the program and checks its status.
func command(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	if got := run(append([]string{"ddpmz-train"}, args...), &o, &e); got != want {
		t.Fatalf("ddpmz-train %s: status %d, want %d\n%s%s", strings.Join(args, " "), got, want, &o, &e)
	}
	return o.String(), e.String()
}

var small = []string{"--channels", "16", "--layers", "1", "--hidden", "16", "--crop", "32", "--batch", "2"}

// TestTrain tests that a short training makes a weights file with which the codec encodes and decodes exactly, that it
// continues from the checkpoint, and that the evaluation measures the network.
func TestTrain(t *testing.T) {
	folder, list := pictures(t, 4)
	out := filepath.Join(t.TempDir(), "own.ddpw")
	_, said := command(t, 0, append([]string{folder, "-o", out, "--steps", "6", "--validations", "2"}, small...)...)
	for _, want := range []string{"3 images to learn from, 1 held out", "step 6, held out:", "no input can overflow"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	codes(t, file, list[:1])
	if info, err := os.Stat(strings.Replace(out, ".ddpw", "-curves.png", 1)); err != nil || info.Size() < 1000 {
		t.Errorf("curves: %v, %v", info, err)
	}
	again := filepath.Join(t.TempDir(), "again.ddpw")
	command(t, 0, "--resume", strings.Replace(out, ".ddpw", ".ckpt", 1), "--steps", "8", "-o", again, folder)
	if b, err := os.ReadFile(again); err != nil || bytes.Equal(b, file) {
		t.Errorf("two steps more make the same file (%v)", err)
	}
	plot := filepath.Join(t.TempDir(), "e.svg")
	table, _ := command(t, 0, "eval", folder, "--model", again, "--plot", plot, "--files")
	if !strings.Contains(table, "4 pictures") || !strings.Contains(table, "timestep") || !strings.Contains(table, "100.00") || !strings.Contains(table, "files by the model") {
		t.Errorf("evaluation:\n%s", table)
	}
	if b, err := os.ReadFile(plot); err != nil || !bytes.Contains(b, []byte("<svg")) {
		t.Errorf("%d bytes of plot, %v", len(b), err)
	}
	command(t, 0, append([]string{"--init", out, "--steps", "1", "--quiet", "--rounded", "--force", "-o", out, folder}, "--crop", "32", "--batch", "1")...)
	command(t, 1, "--init", zoo.Default, "--layers", "1", folder)
	command(t, 1, "--init", zoo.Default, "--experts", "1", folder)
	command(t, 1, "--experts", "2", folder)
	for _, wrong := range []string{"0", "0=16,2", "12=16,2,16", "2-1=16,2,16", "0=16,x,16"} {
		command(t, 2, "--experts", "12", "--size", wrong, folder)
	}
	command(t, 1, "--experts", "12", "--size", "0=17,2,16", folder)
	command(t, 2, "--size", "0=16,2,16", folder)
	command(t, 2, "--init", out, "--size", "0=16,2,16", folder)
	command(t, 2, "--only", "3-12", folder)
	// Two of twelve experts become smaller, and are trained alone.
	command(t, 0, "--init", out, "--size", "1-2=16,0,16 6=32,1,16", "--experts", "12", "--only", "1-2", "--steps", "1", "--quiet", "--validations", "1",
		"-fo", again, folder, "--crop", "32", "--batch", "1")
	b, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	w, err := model.ReadWeights(b)
	if err != nil || w.Size(1) != (model.ExpertSize{Channels: 16, Hidden: 16}) || w.Size(6) != (model.ExpertSize{Channels: 32, Layers: 1, Hidden: 16}) {
		t.Errorf("sizes are %v (%v)", w.Sizes, err)
	}
	codes(t, b, list[:1])
	third := filepath.Join(t.TempDir(), "third.ddpw")
	command(t, 0, "mix", "--experts", "6", "-o", third, zoo.Default, again)
	command(t, 1, "mix", "--experts", "6", "-o", third, zoo.Default, again)
	command(t, 1, "mix", "--experts", "6", "-fo", third, zoo.Default, "cifar10") // which is one network
	command(t, 2, "mix", "-fo", third, zoo.Default, again)
	if b, err = os.ReadFile(third); err != nil {
		t.Fatal(err)
	}
	if m, err := model.ReadWeights(b); err != nil || m.Size(6) != (model.ExpertSize{Channels: 32, Layers: 1, Hidden: 16}) || m.Size(1) == (model.ExpertSize{Channels: 16, Hidden: 16}) {
		t.Errorf("mixed: %v", err)
	}
	// A prior of thumbnails is fitted, the network of which stays, and a training keeps it.
	if _, said := command(t, 0, "prior", "--components", "3", "--init", again, "-fo", out, folder); !strings.Contains(said, "held-out pictures take") {
		t.Errorf("said %q", said)
	}
	command(t, 1, "prior", "--init", again, "-o", out, folder) // which exists
	if b, err = os.ReadFile(out); err != nil {
		t.Fatal(err)
	}
	fitted, err := model.ReadWeights(b)
	if err != nil || fitted.Prior == nil || len(fitted.Prior.Components) != 3 || !reflect.DeepEqual(fitted.Tensors, w.Tensors) || fitted.Size(6) != w.Size(6) {
		t.Fatalf("a prior is fitted: %v", err)
	}
	codes(t, b, list[:1])
	command(t, 0, "--init", out, "--steps", "1", "--quiet", "--validations", "1", "-fo", again, folder, "--crop", "32", "--batch", "1")
	if b, err = os.ReadFile(again); err != nil {
		t.Fatal(err)
	}
	if w, err = model.ReadWeights(b); err != nil || !reflect.DeepEqual(w.Prior, fitted.Prior) {
		t.Errorf("a training has another prior (%v)", err)
	}
	if os.Getenv("DDPMZ_LONG") != "1" {
		return
	}
	command(t, 0, "--init", zoo.Default, "--steps", "1", "--quiet", "--rounded", "--force", "-o", out, folder, "--crop", "32", "--batch", "1")
	// A network that is given a larger shape grows.
	command(t, 0, "--init", "cifar10", "--layers", "6", "--experts", "12", "--steps", "1", "--quiet", "--validations", "1", "-fo", out, folder, "--crop", "32", "--batch", "1")
	if b, err = os.ReadFile(out); err != nil {
		t.Fatal(err)
	}
	w, err = model.ReadWeights(b)
	if err != nil || w.Layers != 6 || w.Experts != 12 || w.Channels != 48 || w.Hidden != 48 {
		t.Fatalf("grown: not what was asked for (%v)", err)
	}
	codes(t, b, list[:1])
}

// TestJPEG tests that weights for JPEG files are made, measured, and begun with.
func TestJPEG(t *testing.T) {
	folder, _ := pictures(t, 3)
	out := filepath.Join(t.TempDir(), "own.ddpj")
	few := []string{"--validate-count", "1", "--threads", "1", folder}
	_, said := command(t, 0, append([]string{"jpeg", "-o", out, "--rounds", "1", "--fit", "1", "--pictures", "1", "--smooth", "1"}, few...)...)
	for _, want := range []string{"linear predictions: 1 of 1 JPEG files", "adaptive state: 1 of 1 JPEG files", out + ": ", "1 held-out JPEG files: "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	_, measured := command(t, 0, append([]string{"jpeg", "--measure", out}, few...)...)
	if !strings.HasSuffix(said, measured) {
		t.Errorf("measured again: %s", measured)
	}
	again := filepath.Join(t.TempDir(), "again.ddpj")
	if _, said := command(t, 0, append([]string{"jpeg", "-o", again, "--init", out, "--pictures", "1", "--smooth", "0", "--quiet"}, few...)...); said != "" {
		t.Errorf("--quiet says %s", said)
	}
	a, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(again); err != nil || len(a) != len(b) {
		t.Errorf("%d bytes instead of %d, %v", len(b), len(a), err)
	}
	if _, said := command(t, 1, append([]string{"jpeg", "-o", out}, few...)...); !strings.Contains(said, "already exists") {
		t.Errorf("a file that exists: %s", said)
	}
}

// TestFeed tests that feed writes the picture that is held out twice. (Package train tests the endless stream of the others.)
func TestFeed(t *testing.T) {
	folder, _ := pictures(t, 4)
	crops, _ := command(t, 0, "feed", "--held-out", "--crop", "32", folder)
	if record := 2 * (2 + (3+9)*16*16); len(crops) != 2*record {
		t.Errorf("%d bytes, not two of %d", len(crops), record)
	}
	command(t, 2, "feed")
	command(t, 1, "feed", "--crop", "33", folder)
	command(t, 1, "feed", "--held-out", "--crop", "33", folder)
}

// codes checks that pictures come back from files of a model of one's own.
func codes(t *testing.T, weights []byte, list []image.Image) {
	t.Helper()
	net, err := model.Load(weights)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		var coded bytes.Buffer
		if err := codec.Encode(&coded, m, &codec.Options{Net: net, Mode: codec.Modelled}); err != nil {
			t.Fatal(err)
		}
		back, err := (&codec.Decoder{Nets: []*model.Net{net}}).Decode(&coded)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 64 * 48 {
			x, y := i%64, i/64
			r, g, b, _ := m.At(x, y).RGBA()
			if r2, g2, b2, _ := back.At(x, y).RGBA(); r != r2 || g != g2 || b != b2 {
				t.Fatalf("pixel %d,%d came back as another", x, y)
			}
		}
	}
}

// TestTrainCIFAR10 trains on files in CIFAR-10's layout, and measures the network.
func TestTrainCIFAR10(t *testing.T) {
	if os.Getenv("DDPMZ_LONG") != "1" {
		t.Skip("set DDPMZ_LONG=1: it takes seconds")
	}
	var files []string
	for i := range 2 {
		var records []byte
		for k := range 12 {
			m := render.Scene(render.Kind(k%3), cifar10.Side, cifar10.Side, uint32(100*i+k))
			records = append(records, byte(k%10))
			for p := range 3 {
				for j := range cifar10.Side * cifar10.Side {
					r, g, b, _ := m.At(j%cifar10.Side, j/cifar10.Side).RGBA()
					records = append(records, byte([]uint32{r, g, b}[p]>>8))
				}
			}
		}
		files = append(files, filepath.Join(t.TempDir(), "batch.bin"))
		if err := os.WriteFile(files[i], records, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "small.ddpw")
	_, said := command(t, 0, append([]string{"--init", "cifar10", "--steps", "2", "--batch", "3", "--validations", "1", "-o", out}, files...)...)
	if !strings.Contains(said, "22 images to learn from, 2 held out") {
		t.Error(said)
	}
	table, _ := command(t, 0, "eval", "--held-out", "--model", out, files[0], files[1])
	if !strings.Contains(table, "2 pictures") {
		t.Error(table)
	}
	folder, _ := pictures(t, 1)
	command(t, 2, files[0], folder)
	command(t, 1, "--crop", "64", files[0])
	command(t, 1, filepath.Join(folder, "nonesuch.bin"))
	if err := os.Truncate(files[1], 3000); err != nil {
		t.Fatal(err)
	}
	command(t, 1, files...)
}

// TestCommandLines tests that mistakes have status 2 if they are in the command line, and 1 if they are in files.
func TestCommandLines(t *testing.T) {
	folder, _ := pictures(t, 1)
	empty := t.TempDir()
	for _, test := range []struct {
		status int
		args   []string
	}{
		{0, []string{"--help"}},
		{0, []string{"help", "eval"}},
		{0, []string{"feed", folder, "-h"}},
		{2, []string{"help", "evil"}},
		{2, []string{folder, "--step", "3"}},
		{2, []string{folder, "-o"}},
		{2, nil},
		{2, []string{folder, folder}},
		{2, []string{"--nonesuch", folder}},
		{2, []string{"--steps", "3", "--minutes", "3", folder}},
		{2, []string{"--objective", "beauty", folder}},
		{2, []string{"--weigh", "1,2,3", folder}},
		{2, []string{"--weigh", "1,2,3,4,5,x", folder}},
		{2, []string{"--tau", "0", folder}},
		{1, []string{empty}},
		{1, []string{filepath.Join(empty, "nonesuch")}},
		{1, []string{"--init", "nonesuch", folder}},
		{1, []string{"--crop", "33", folder}},
		{1, []string{"--channels", "17", folder}},
		{1, []string{"--resume", filepath.Join(folder, "00.png"), folder}},
		{2, []string{"eval"}},
		{2, []string{"eval", "--plot", "x.txt", folder}},
		{1, []string{"eval", "--model", "nonesuch", folder}},
		{2, []string{"prior"}},
		{2, []string{"prior", "--components", "1", folder}},
		{2, []string{"prior", "--components", "33", folder}},
		{1, []string{"prior", "--init", filepath.Join(folder, "00.png"), "-o", filepath.Join(empty, "x"), folder}},
		{2, []string{"jpeg"}},
		{2, []string{"jpeg", "--confidence", "256", folder}},
		{2, []string{"jpeg", "--fit", "0", folder}},
		{2, []string{"jpeg", "--smooth", "-1", folder}},
		{2, []string{"jpeg", "--measure", "x", "--init", "y", folder}},
		{1, []string{"jpeg", "--measure", "nonesuch", folder}},
		{1, []string{"jpeg", "--init", filepath.Join(folder, "00.png"), "-o", filepath.Join(empty, "x"), folder}},
	} {
		stdout, stderr := command(t, test.status, test.args...)
		if test.status == 0 && !strings.Contains(stdout, "ddpmz-train") || test.status > 0 && (stderr == "" || stdout != "") {
			t.Errorf("%v: standard output is %q, standard error %q", test.args, stdout, stderr)
		}
	}
}

// TestOverwriting tests that files are replaced only with --force, or by the training that continues from them, and that this is
// said before the training.
func TestOverwriting(t *testing.T) {
	folder, _ := pictures(t, 2)
	for _, name := range []string{"own.ddpw", "own.ckpt", "own-curves.png"} {
		out := t.TempDir()
		taken := filepath.Join(out, name)
		if err := os.WriteFile(taken, []byte("taken"), 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{folder, "-o", filepath.Join(out, "own.ddpw"), "--minutes", "1000"}
		if _, said := command(t, 1, args...); !strings.Contains(said, taken+" already exists; --force replaces it") {
			t.Errorf("%s: %s", name, said)
		}
		if b, err := os.ReadFile(taken); err != nil || string(b) != "taken" {
			t.Errorf("%s is %q, %v", name, b, err)
		}
	}
	plot := filepath.Join(folder, "e.svg")
	if err := os.WriteFile(plot, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	command(t, 1, "eval", "--plot", plot, folder)

	out := filepath.Join(t.TempDir(), "own.ddpw")
	args := append([]string{folder, "-o", out, "--validations", "1"}, small...)
	command(t, 0, append(args, "--steps", "2")...)
	command(t, 1, append(args, "--steps", "2")...)
	command(t, 0, append(args, "--steps", "3", "--resume", strings.Replace(out, ".ddpw", ".ckpt", 1))...)
	command(t, 0, append(args, "--steps", "2", "--force")...)
}

// TestInterrupted interrupts a training: the status is 130, and the weights file has what was learned.
func TestInterrupted(t *testing.T) {
	folder, list := pictures(t, 2)
	out := filepath.Join(t.TempDir(), "own.ddpw")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // once the first checkpoint is there, the training has begun
		for ctx.Err() == nil {
			if _, err := os.Stat(strings.Replace(out, ".ddpw", "-curves.png", 1)); err == nil {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var stdout, stderr bytes.Buffer
	status := runContext(ctx, append([]string{"ddpmz-train", folder, "-o", out, "--minutes", "1000", "-q"}, small...), &stdout, &stderr)
	if status != 130 || stderr.String() != "ddpmz-train: interrupted\n" || stdout.Len() > 0 {
		t.Errorf("status %d, %q", status, &stderr)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	codes(t, file, list[:1])
}
