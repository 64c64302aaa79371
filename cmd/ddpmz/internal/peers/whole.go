package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/images"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// AllWhole returns every peer that makes lossless files of pictures of any kind, with versions and what is missing of each filled in.
func AllWhole() []Peer { return examined(knownWhole()) }

// knownWhole are peers by the identities that they have in the comparison of lossless files. {pam} is the original, with as many
// channels as it needs.
func knownWhole() []Peer {
	const cjxl, djxl = "cjxl {pam} {file} --quiet -d 0 ", "djxl {file} {out} --quiet"
	jxl := Peer{suffix: ".jxl", version: libjxl, Name: "JPEG XL", mostAlpha: 8} // djxl 0.7 writes no picture of 16 bits with alpha
	webp := Peer{suffix: ".webp", version: libwebp, Name: "WebP", most: 8}
	return []Peer{
		{ID: "png", Comparison: Lossless, Name: "PNG", Encode: builtIn, Decode: builtIn, version: goItself},
		webp.as(Lossless, "webp", "", "cwebp -quiet -lossless -exact -z 9 {pam} -o {file}", "dwebp -quiet {file} -pam -o {out}"),
		jxl.as(Lossless, "jxl-e7", " effort 7", cjxl+"-e 7", djxl),
		jxl.as(Lossless, "jxl-e9", " effort 9", cjxl+"-e 9", djxl),
		// By default, cjxl 0.13 codes large pictures piece by piece, and then looks for no patches that come again.
		jxl.as(Lossless, "jxl-e7-patches", " effort 7, patches", cjxl+"-e 7 --patches=1", djxl),
		jxl.as(Lossless, "jxl-e9-patches", " effort 9, patches", cjxl+"-e 9 --patches=1", djxl),
	}
}

// A Whole is a file that a peer made, and the time of the processor, user and system, that it took.
type Whole struct {
	Bytes          int64
	Encode, Decode time.Duration
}

// decodings is how often a file is decoded: the least time counts, since what else the machine does only adds to it.
const decodings = 3

// MeasureWhole codes a picture, and checks that it comes back. It reports false if the peer cannot hold the picture.
func (p *Peer) MeasureWhole(ctx context.Context, m image.Image) (result Whole, ok bool, err error) {
	if len(p.Missing) > 0 {
		return result, false, fmt.Errorf("peers: %s is not installed", strings.Join(p.Missing, " and "))
	}
	depth := images.Depth(m)
	if p.most > 0 && depth > p.most || p.mostAlpha > 0 && depth > p.mostAlpha && !images.Opaque(m) {
		return result, false, nil
	}
	if p.Encode == builtIn {
		result, err = MeasureCoder(m, func(file *bytes.Buffer) error {
			return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(file, m)
		}, func(file []byte) (image.Image, error) { return png.Decode(bytes.NewReader(file)) })
		return result, err == nil, err
	}
	dir, err := os.MkdirTemp("", "ddpmz-bench-")
	if err != nil {
		return result, false, err
	}
	defer os.RemoveAll(dir)
	original, file, out := filepath.Join(dir, "original.pam"), filepath.Join(dir, "coded"+p.suffix), filepath.Join(dir, "decoded"+suffixFor(m))
	var pam bytes.Buffer
	if _, err := picture.Write(&pam, "pam", m, nil, picture.WriteOptions{}); err != nil {
		return result, false, err
	}
	if err := os.WriteFile(original, pam.Bytes(), 0o666); err != nil {
		return result, false, err
	}
	words := []string{"{pam}", original, "{file}", file, "{out}", out}
	if result.Encode, err = execute(ctx, p.Encode, words); err != nil {
		return result, false, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return result, false, fmt.Errorf("%s: wrote no file", p.Encode)
	}
	result.Bytes = info.Size()
	for i := range decodings {
		took, err := execute(ctx, p.Decode, words)
		if err != nil {
			return result, false, err
		}
		if i == 0 || took < result.Decode {
			result.Decode = took
		}
	}
	decoded, err := os.Open(out)
	if err != nil {
		return result, false, fmt.Errorf("%s: wrote no picture", p.Decode)
	}
	defer decoded.Close()
	got, err := picture.Read(decoded, picture.ReadOptions{})
	if err == nil && !images.Same(got.Image, m) {
		err = errors.New("the picture comes back otherwise")
	}
	if err != nil {
		return result, false, fmt.Errorf("%s: %w", p.Decode, err)
	}
	return result, true, nil
}

// suffixFor returns that of the Netpbm format by which djxl knows what to write.
func suffixFor(m image.Image) string {
	switch {
	case !images.Opaque(m):
		return ".pam"
	case picture.IsGray(m):
		return ".pgm"
	}
	return ".ppm"
}

// execute executes a command with words in braces replaced, and returns the time of the processor that it took.
func execute(ctx context.Context, command string, words []string) (time.Duration, error) {
	args := strings.Fields(command)
	for i := range args {
		args[i] = strings.NewReplacer(words...).Replace(args[i])
	}
	c := newCommand(ctx, args)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	err := c.Run()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %s", command, err, lastLine(stderr.String()))
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), nil
}

// MeasureCoder measures a coder of this process, of which nothing else may run, and checks that the picture comes back.
func MeasureCoder(m image.Image, encode func(file *bytes.Buffer) error, decode func(file []byte) (image.Image, error)) (result Whole, err error) {
	var file bytes.Buffer
	runtime.GC()
	begin := processorTime()
	if err := encode(&file); err != nil {
		return result, err
	}
	result.Encode, result.Bytes = processorTime()-begin, int64(file.Len())
	for i := range decodings {
		runtime.GC()
		begin := processorTime()
		got, err := decode(file.Bytes())
		took := processorTime() - begin
		if err != nil {
			return result, err
		}
		if i == 0 || took < result.Decode {
			result.Decode = took
		}
		if i == 0 && !images.Same(got, m) {
			return result, errors.New("the picture comes back otherwise")
		}
	}
	return result, nil
}
