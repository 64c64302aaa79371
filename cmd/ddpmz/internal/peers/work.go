package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// Work is a picture to code, in a temporary folder.
type Work struct {
	dir      string
	original *metrics.Raster
}

// NewWork writes a picture where programs can read it. Close removes it.
func NewWork(original *metrics.Raster) (*Work, error) {
	dir, err := os.MkdirTemp("", "ddpmz-bench-")
	if err != nil {
		return nil, err
	}
	w := &Work{dir, original}
	file, err := encodePNG(original, png.BestSpeed)
	if err == nil {
		err = errors.Join(os.WriteFile(w.Path("original.png"), file, 0o666),
			os.WriteFile(w.Path("original.ppm"), writePPM(original), 0o666))
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close removes the folder and all in it.
func (w *Work) Close() error { return os.RemoveAll(w.dir) }

// Path names a file in the folder. The original is there as original.png and original.ppm.
func (w *Work) Path(name string) string { return filepath.Join(w.dir, name) }

func encodePNG(r *metrics.Raster, level png.CompressionLevel) ([]byte, error) {
	var file bytes.Buffer
	err := (&png.Encoder{CompressionLevel: level}).Encode(&file, r.Image())
	return file.Bytes(), err
}

// A Coded is a file that a peer made, or its beginning, and the picture that came of it.
type Coded struct {
	Bytes          int64
	Picture        *metrics.Raster // nil if nothing could be decoded
	Setting        string          // of quality, if one was chosen
	Encode, Decode time.Duration   // of the whole file; of what is left of it
}

// run executes a command of a peer with the words in braces replaced, and returns how long that took.
func (w *Work) run(ctx context.Context, command string, words map[string]string) (time.Duration, error) {
	pairs := []string{"{ppm}", w.Path("original.ppm"), "{png}", w.Path("original.png"), "{jpg}", w.Path("original.jpg")}
	for word, value := range words {
		pairs = append(pairs, "{"+word+"}", value)
	}
	args := strings.Fields(command)
	for i := range args {
		args[i] = strings.NewReplacer(pairs...).Replace(args[i])
	}
	c := newCommand(ctx, args)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	begin := time.Now()
	err := c.Run()
	took := time.Since(begin)
	if ctx.Err() != nil {
		return took, context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", command, err, lastLine(stderr.String()))
	}
	return took, err
}

// newCommand returns a command that ends with ctx.
func newCommand(ctx context.Context, args []string) *exec.Cmd {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.WaitDelay = time.Second
	return c
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// encode makes a file of the original and returns its name and size.
func (w *Work) encode(ctx context.Context, p *Peer, words map[string]string) (name string, size int64, took time.Duration, err error) {
	name = w.Path("coded" + p.suffix)
	if words["quality"] != "" {
		name = w.Path("coded-" + words["quality"] + p.suffix)
	}
	words["file"] = name
	if took, err = w.run(ctx, p.Encode, words); err != nil {
		return "", 0, 0, err
	}
	info, err := os.Stat(name)
	if err != nil {
		return "", 0, 0, fmt.Errorf("%s: wrote no file", p.Encode)
	}
	return name, info.Size(), took, nil
}

// decode makes a picture of a file. One that is cut may be too short for any: that is nil, not an error.
func (w *Work) decode(ctx context.Context, p *Peer, name string, cut bool, words map[string]string) (*metrics.Raster, time.Duration, error) {
	out := w.Path("decoded" + p.out)
	os.Remove(out) // which an earlier call may have left
	words["file"], words["out"] = name, out
	took, failed := w.run(ctx, p.Decode, words)
	if failed != nil && (!cut || ctx.Err() != nil) {
		return nil, 0, failed
	}
	file, err := os.ReadFile(out)
	if err != nil || len(file) == 0 {
		if cut {
			return nil, took, nil
		}
		return nil, 0, fmt.Errorf("%s: wrote no picture", p.Decode)
	}
	r, err := readPicture(file)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", p.Decode, err)
	}
	if p.turns {
		if u := w.upright(r); u != nil {
			return u, took, nil
		}
	}
	if r.Width != w.original.Width || r.Height != w.original.Height {
		return nil, 0, fmt.Errorf("%s: %d x %d pixels of %d x %d", p.Decode, r.Width, r.Height, w.original.Width, w.original.Height)
	}
	return r, took, nil
}
