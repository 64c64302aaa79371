package main

import (
	"context"
	"math"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/internal/atomicfile"
	"github.com/ddpmz/ddpmz/cmd/internal/commandline"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
	"github.com/ddpmz/ddpmz/codec"
)

// A size is the value of a flag that counts bytes or pixels. 0 is a flag not given.
type size = commandline.Size

// outputFlags say where output goes.
type outputFlags struct {
	name                    string
	force, quiet, keepTimes bool
}

func (f *outputFlags) flags(def string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: &f.name,
			Usage: "make `FILE`; - is standard output; by default " + def},
		&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Destination: &f.force, DisableDefaultText: true,
			Usage: "replace files that exist, even the input, and allow suffixes of other formats"},
		&cli.BoolFlag{Name: "keep-times", Destination: &f.keepTimes, DisableDefaultText: true,
			Usage: "give the output the input's modification time"},
		f.quietFlag(),
	}
}

// partialFlag is --allow-partial for commands that decode.
func partialFlag(to *bool) cli.Flag {
	return &cli.BoolFlag{Name: "allow-partial", Destination: to, DisableDefaultText: true,
		Usage: "end with status 0, not 3, if a file is cut"}
}

func (f *outputFlags) quietFlag() cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &f.quiet, DisableDefaultText: true, Usage: "print errors only"}
}

// options returns how an output file is made of an input. Where the input is a file, it has the same permissions.
func (f *outputFlags) options(input string) atomicfile.Options {
	o := atomicfile.Options{Replace: f.force, KeepTimes: f.keepTimes}
	if info, err := os.Stat(input); input != stdio && err == nil && info.Mode().IsRegular() {
		o.Like = info
	}
	return o
}

// cutFlags say where a file is cut. No flag is no cut.
type cutFlags struct {
	steps, timestep int
	bytes           size
	psnr            float64
}

func (f *cutFlags) flags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "steps", Destination: &f.steps, DefaultText: "all",
			Usage: "stop at the last level within `N` of the 1000 reverse steps. There are about 14 to 20, which info lists, and as many " +
				"pictures; below 150 steps next to nothing shows, and 979 take away most of the noise. Of a stored file, stop after as large a share of its rows"},
		&cli.IntFlag{Name: "timestep", Destination: &f.timestep, DefaultText: "0",
			Usage: "stop at the last level whose state x_t has a timestep t of at least `T`: the same as 1000 - T steps"},
		&cli.GenericFlag{Name: "bytes", Value: &f.bytes, DefaultText: "all",
			Usage: "stop after `N` bytes of the file; 20K are 20 times 1024"},
		&cli.Float64Flag{Name: "psnr", Destination: &f.psnr, DefaultText: "any",
			Usage: "stop where the picture has a PSNR of at least `DB`, with as few bytes as that takes, or up to 1% more. The file must hold all of its image, and is " +
				"decoded several times"},
	}
}

// cut returns what the flags say, and whether they say anything.
func (f *cutFlags) cut(c *cli.Context) (cut codec.Cut, ok bool, err error) {
	const last = 1000 // steps
	if c.IsSet("steps") && c.IsSet("timestep") {
		return cut, false, usagef("--steps and --timestep say the same: give one")
	}
	if f.steps < 0 || f.steps > last || f.timestep < 0 || f.timestep > last {
		return cut, false, usagef("steps and timesteps go from 0 to %d", last)
	}
	if c.IsSet("psnr") {
		if c.IsSet("steps") || c.IsSet("timestep") || f.bytes > 0 {
			return cut, false, usagef("--psnr says where to stop, as --steps, --timestep and --bytes do: give one")
		}
		if !(f.psnr > 0) || math.IsInf(f.psnr, 0) {
			return cut, false, usagef("--psnr takes a number of dB, such as 40")
		}
		return cut, true, nil
	}
	cut.Timestep, cut.Bytes = f.timestep, int64(f.bytes)
	if c.IsSet("steps") {
		cut.Timestep = last - f.steps
	}
	return cut, c.IsSet("steps") || c.IsSet("timestep") || f.bytes > 0, nil
}

// find returns a cut of a file. For --psnr, it finds the place.
func (f *cutFlags) find(ctx context.Context, file []byte, cut codec.Cut, d codec.Decoder) (codec.Cut, error) {
	var err error
	if f.psnr > 0 {
		cut.Prefix, _, err = shortest(ctx, file, d, f.psnr)
	}
	return cut, err
}

// limitFlags bound what a file may ask for.
type limitFlags struct{ pixels, memory, work size }

func (f *limitFlags) flags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "max-pixels", Value: &f.pixels, DefaultText: strconv.Itoa(codec.DefaultMaxPixels>>20) + "M",
			Usage: "refuse images of more than `N` pixels"},
		&cli.GenericFlag{Name: "max-memory", Value: &f.memory, DefaultText: strconv.Itoa(codec.DefaultMaxMemory>>30) + "G",
			Usage: "refuse images that need more than about `N` bytes of memory"},
		&cli.GenericFlag{Name: "max-work", Value: &f.work, DefaultText: "as the bytes of the file allow",
			Usage: "refuse files that ask for more than `N` sites of work, 2 to 3 for a pixel"},
	}
}

func (f *limitFlags) limits() codec.Limits {
	return codec.Limits{MaxPixels: int64(f.pixels), MaxMemory: int64(f.memory), MaxWork: int64(f.work)}
}

// reading returns the limits for pictures of other formats.
func (f *limitFlags) reading() picture.ReadOptions {
	return picture.ReadOptions{MaxPixels: int64(f.pixels), MaxMemory: int64(f.memory)}
}
