package peers

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
)

// Comparisons of JPEG files.
const (
	File     Comparison = "file"     // the JPEG file becomes another from which it comes back, byte for byte
	Rewrites Comparison = "rewrites" // it becomes a JPEG file with the same coefficients
)

// knownJPEG are the peers that code JPEG files.
func knownJPEG() []Peer {
	const cjxl, djxl = "cjxl {jpg} {file} --quiet --lossless_jpeg=1 ", "djxl {file} {out} --quiet"
	jxl := Peer{Comparison: File, Decode: djxl, Show: djxl + " --allow_partial_files", suffix: ".jxl", out: ".jpg", version: libjxl, turns: true}
	e7, e9 := jxl, jxl
	e7.ID, e7.Name, e7.Encode = "jxl-jpeg", "JPEG XL effort 7", cjxl+"-e 7"
	e9.ID, e9.Name, e9.Encode, e9.Show = "jxl-jpeg-e9", "JPEG XL effort 9", cjxl+"-e 9", "" // which shows as little
	return []Peer{e7, e9,
		{ID: "jpegtran", Comparison: Rewrites, Name: "JPEG, optimized, progressive", Encode: "jpegtran -copy all -optimize -progressive -outfile {file} {jpg}",
			Show: "djpeg -outfile {out} {file}", suffix: ".jpg", version: libjpeg},
	}
}

// NewJPEGWork is NewWork with the JPEG file that the picture is of, which MeasureJPEG codes.
func NewJPEGWork(file []byte, picture *metrics.Raster) (*Work, error) {
	w, err := NewWork(picture)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(w.Path("original.jpg"), file, 0o666); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// A RefusedError is a JPEG file that a peer does not code.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return "peers: refused: " + e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// MeasureJPEG codes the JPEG file of w, and returns what came of it: of all of the file, without a picture, and of its first bytes,
// as many as cuts say, each with the picture that the peer shows of them; nil if it shows none. A peer without Show is not cut. A peer that does not take the file
// returns a RefusedError. What a peer of the comparison File gives back is checked to be the file.
func (p *Peer) MeasureJPEG(ctx context.Context, w *Work, cuts []int64) (whole Coded, list []Coded, err error) {
	name, size, took, err := w.encode(ctx, p, map[string]string{})
	if err != nil {
		if ctx.Err() == nil {
			err = &RefusedError{err}
		}
		return whole, nil, err
	}
	whole = Coded{Bytes: size, Encode: took}
	if p.Comparison == File {
		if whole.Decode, err = w.comesBack(ctx, p, name); err != nil {
			return whole, nil, err
		}
	}
	if p.Show == "" {
		return whole, nil, nil
	}
	file, err := os.ReadFile(name)
	if err != nil {
		return whole, nil, err
	}
	show := &Peer{Decode: p.Show, out: ".ppm", turns: p.turns}
	prefix := w.Path("cut" + p.suffix)
	for _, n := range cuts {
		c := Coded{Bytes: min(n, size), Encode: took}
		if err := os.WriteFile(prefix, file[:c.Bytes], 0o666); err != nil {
			return whole, nil, err
		}
		for _, less := range retreats {
			if c.Picture != nil || less > 0 && less >= c.Bytes {
				break
			}
			if err := os.Truncate(prefix, c.Bytes-less); err != nil {
				return whole, nil, err
			}
			if c.Picture, c.Decode, err = w.decode(ctx, show, prefix, true, map[string]string{}); err != nil {
				return whole, nil, err
			}
		}
		list = append(list, c)
	}
	return whole, list, nil
}

// upright returns a picture in the one of the eight orientations in which it is most like the original: decoders that heed EXIF's
// orientation show JPEG files turned. It returns nil if none has the size.
func (w *Work) upright(r *metrics.Raster) (best *metrics.Raster) {
	least := math.Inf(1)
	for which := range 8 {
		t := turned(r, which)
		if mse, err := metrics.MSE(w.original, t); err == nil && mse < least {
			best, least = t, mse
		}
	}
	return best
}

// turned returns a picture mirrored left to right (1), top to bottom (2) and about its diagonal (4).
func turned(r *metrics.Raster, which int) *metrics.Raster {
	t := &metrics.Raster{Width: r.Width, Height: r.Height, Pix: make([]uint8, len(r.Pix))}
	if which&4 != 0 {
		t.Width, t.Height = r.Height, r.Width
	}
	for y := range t.Height {
		for x := range t.Width {
			u, v := x, y
			if which&4 != 0 {
				u, v = y, x
			}
			if which&1 != 0 {
				u = r.Width - 1 - u
			}
			if which&2 != 0 {
				v = r.Height - 1 - v
			}
			copy(t.Pix[3*(y*t.Width+x):][:3], r.Pix[3*(v*r.Width+u):])
		}
	}
	return t
}

// comesBack has the peer make the JPEG file of its own, and compares.
func (w *Work) comesBack(ctx context.Context, p *Peer, name string) (took time.Duration, err error) {
	out := w.Path("back" + p.out)
	if took, err = w.run(ctx, p.Decode, map[string]string{"file": name, "out": out}); err != nil {
		return took, err
	}
	original, err := os.ReadFile(w.Path("original.jpg"))
	if err != nil {
		return took, err
	}
	if back, err := os.ReadFile(out); err != nil || !bytes.Equal(back, original) {
		return took, fmt.Errorf("%s: the file comes back otherwise", p.Encode)
	}
	return took, nil
}
