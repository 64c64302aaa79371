package main

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/cifar"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// A benchmark is one run of the bench command.
type benchmark struct {
	*streams
	model                   string
	net                     *model.Net // of one's own, or nil
	rates, shares, peers    string
	jobs, count             int
	reuse, from, cifar      string
	json, csv, plot, tables string
	force, quiet            bool
	limits                  limitFlags
	rateList                []float64 // nil if not given
	shareList               []float64 // of 1
	chosen                  []string  // identities of peers; nil for all
	keepColours, pixels     bool
	whole                   bool
}

// defaultRates are about a factor of two apart, in bits a pixel.
var defaultRates = []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 4}

func benchCommand(s *streams) *cli.Command {
	b := &benchmark{streams: s}
	return &cli.Command{
		Name:      "bench",
		Usage:     "measure sizes and pictures, beside other codecs",
		ArgsUsage: "[PICTURES|FOLDERS]",
		Description: "Every picture is encoded once. Every level and every rate is then a prefix of that file: real bytes, PSNR\n" +
			"over RGB and MS-SSIM of luma. Other codecs are measured where their programs are installed (cjxl and djxl,\n" +
			"cwebp and dwebp, opj_compress and opj_decompress, avifenc and avifdec, cjpeg and djpeg), in three\n" +
			"comparisons: lossless files; one file, cut; and files made for each rate. ssimulacra2 and butteraugli_main\n" +
			"are used as well where they are. Tables are printed in Markdown.\n\n" +
			"Other codecs take most of the time and do not change: --reuse FILE.json takes their results from an earlier\n" +
			"report if name, version and command of the peer, the samples of the picture and the rates are the same. A\n" +
			"peer that is not installed is then taken as it is in the report; one that is installed in another version is\n" +
			"measured anew, and named. Times are those of the run that measured them.\n\n" +
			"JPEG files are measured as such, beside cjxl, which keeps them too, and jpegtran: sizes, and the pictures of\n" +
			"files that are cut. --pixels measures the pictures that they show.\n\n" +
			"--whole measures whole files alone, of pictures of any kind, beside PNG, WebP and JPEG XL, without and with\n" +
			"patches: bytes, and times of the processor, which other work on the machine changes little.\n\n" +
			"--cifar10 measures CIFAR-10 records instead, as the paper's Table 4 and Figure 5 do, without other codecs.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "model", Value: zoo.Default, Destination: &b.model,
				Usage: modelUsage("code by")},
			keepColoursFlag(&b.keepColours),
			&cli.BoolFlag{Name: "pixels", Destination: &b.pixels, DisableDefaultText: true, Usage: "of JPEG files, measure the pictures"},
			&cli.BoolFlag{Name: "whole", Destination: &b.whole, DisableDefaultText: true, Usage: "measure whole files alone, also of pictures with alpha or of 16 bits"},
			&cli.StringFlag{Name: "rates", Destination: &b.rates, DefaultText: list(defaultRates) + "; for CIFAR-10 " + list(cifar.DefaultRates),
				Usage: "cut at `RATES`, bits a pixel with commas between"},
			&cli.StringFlag{Name: "shares", Value: "5,10,20,40,70", Destination: &b.shares,
				Usage: "cut JPEG files after `SHARES` of their bytes, percentages with commas between, or measure sizes alone: none"},
			&cli.StringFlag{Name: "peers", Value: "all", Destination: &b.peers,
				Usage: "compare with `NAMES`, with commas between; none, all, or of " + strings.Join(peers.IDs(), ", ")},
			&cli.IntFlag{Name: "jobs", Destination: &b.jobs, DefaultText: "1, for CIFAR-10 as many as there are cores",
				Usage: "measure `N` pictures at a time; with more than one, times are longer than they need be"},
			&cli.StringFlag{Name: "reuse", Destination: &b.reuse, Usage: "take other codecs' results from the report `FILE`, where they must be the same"},
			&cli.StringFlag{Name: "from", Destination: &b.from, Usage: "measure nothing: make everything of the report `FILE`"},
			&cli.StringFlag{Name: "cifar10", Destination: &b.cifar, Usage: "measure the images of `FILE`, records in CIFAR-10's binary layout"},
			&cli.IntFlag{Name: "count", Destination: &b.count, DefaultText: "all", Usage: "measure the first `N` images, of CIFAR-10"},
			&cli.StringFlag{Name: "json", Destination: &b.json, Usage: "write the report to `FILE`"},
			&cli.StringFlag{Name: "csv", Destination: &b.csv, Usage: "write every measured point as a row to `FILE`"},
			&cli.StringFlag{Name: "plot", Destination: &b.plot, Usage: "draw charts in `FOLDER`, each as PNG and SVG"},
			&cli.StringFlag{Name: "tables", Destination: &b.tables,
				Usage: "update the Markdown `FILE`: what stands between <!-- table NAME --> and <!-- end of table -->"},
			&cli.BoolFlag{Name: "force", Aliases: []string{"f"}, Destination: &b.force, DisableDefaultText: true, Usage: "replace files that exist"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Destination: &b.quiet, DisableDefaultText: true, Usage: "print errors only"},
		}, b.limits.flags()),
		Action: b.action,
	}
}

// list writes rates as --rates takes them.
func list(rates []float64) string {
	var words []string
	for _, r := range rates {
		words = append(words, fmt.Sprint(r))
	}
	return strings.Join(words, ",")
}

func (b *benchmark) action(c *cli.Context) (err error) {
	if err := b.check(c); err != nil {
		return err
	}
	if err := b.checkOutputs(); err != nil {
		return err
	}
	var r report
	switch {
	case b.from != "":
		r, err = b.read(b.from)
	case b.cifar != "":
		r, err = b.measureCIFAR(c.Context)
	default:
		r, err = b.measure(c)
	}
	if err != nil {
		return err
	}
	return b.write(c.Context, r)
}

// check reads the flags, and refuses those that do not go together.
func (b *benchmark) check(c *cli.Context) (err error) {
	if b.net, err = loadNet(b.model); err != nil {
		return err
	}
	if c.IsSet("rates") {
		if b.rateList, err = parseRates(b.rates); err != nil {
			return err
		}
	}
	if b.shareList, err = parseShares(b.shares); err != nil {
		return err
	}
	if c.IsSet("jobs") && b.jobs < 1 || c.IsSet("count") && b.count < 1 {
		return usagef("--jobs and --count are at least 1")
	}
	if b.count > 0 && b.cifar == "" {
		return usagef("--count is for --cifar10")
	}
	sources := 0
	for _, given := range []bool{c.NArg() > 0, b.from != "", b.cifar != ""} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return usagef("what to measure? Pictures, or --cifar10 FILE, or nothing: --from FILE")
	}
	if b.from != "" && b.reuse != "" || b.cifar != "" && (b.reuse != "" || c.IsSet("peers")) {
		return usagef("--reuse and --peers are for measuring pictures")
	}
	if c.IsSet("shares") && (b.from != "" || b.cifar != "" || b.pixels) {
		return usagef("--shares is for measuring JPEG files")
	}
	if b.pixels && (b.from != "" || b.cifar != "") {
		return usagef("--pixels is for measuring JPEG files")
	}
	if b.keepColours && (b.from != "" || b.cifar != "") {
		return usagef("--keep-colours is for measuring pictures")
	}
	if b.whole {
		if b.from != "" || b.cifar != "" {
			return usagef("--whole is for measuring pictures")
		}
		for _, flag := range []string{"rates", "reuse", "jobs", "pixels", "shares"} {
			if c.IsSet(flag) {
				return usagef("--%s and --whole exclude each other", flag)
			}
		}
	}
	b.chosen, err = choosePeers(b.peers)
	return err
}

// parseRates reads the value of --rates.
func parseRates(text string) (list []float64, err error) {
	for word := range strings.SplitSeq(text, ",") {
		r, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || !(r > 0 && r <= 1000) {
			return nil, usagef("%q is no rate: bits a pixel are a positive number, such as 0.25", word)
		}
		list = append(list, r)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// parseShares reads the value of --shares.
func parseShares(text string) (list []float64, err error) {
	if text == "none" {
		return nil, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		s, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || !(s > 0 && s < 100) {
			return nil, usagef("%q is no share: a percentage is more than 0 and less than 100", word)
		}
		list = append(list, s/100)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// measure measures the pictures or the JPEG files that are named.
func (b *benchmark) measure(c *cli.Context) (report, error) {
	names := c.Args().Slice()
	if b.whole {
		return b.measureWhole(c.Context, names)
	}
	if !b.pixels {
		jpegs, err := b.areJPEG(names)
		if err != nil {
			return nil, err
		}
		if jpegs {
			for _, flag := range []string{"model", "keep-colours", "rates", "reuse"} {
				if c.IsSet(flag) {
					return nil, usagef("--%s is for measuring pictures, as --pixels makes of JPEG files", flag)
				}
			}
			return b.measureJPEG(c.Context, names)
		}
	}
	if c.IsSet("shares") {
		return nil, usagef("--shares is for measuring JPEG files")
	}
	return b.measurePictures(c.Context, names)
}

// choosePeers reads the value of --peers: identities, or nil for all.
func choosePeers(text string) (chosen []string, err error) {
	switch text {
	case "none":
		return []string{}, nil
	case "all":
		return nil, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		id := strings.TrimSpace(word)
		if !slices.Contains(peers.IDs(), id) {
			return nil, usagef("no peer %q: there are none, all, %s", word, strings.Join(peers.IDs(), ", "))
		}
		chosen = append(chosen, id)
	}
	return chosen, nil
}

// wants reports whether a peer is to be compared with.
func (b *benchmark) wants(p peers.Peer) bool {
	return b.chosen == nil || slices.Contains(b.chosen, p.ID)
}

// jobCount returns the value of --jobs, or a default: one job, so that times are true, or as many as there are processors.
func (b *benchmark) jobCount(fast bool) int {
	switch {
	case b.jobs > 0:
		return b.jobs
	case fast:
		return runtime.GOMAXPROCS(0)
	}
	return 1
}
