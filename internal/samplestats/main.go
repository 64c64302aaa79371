// Command samplestats measures how much samples of a model are like photographs.
//
//	go run ./internal/samplestats -model cifar10 -count 1000 test_batch.bin    samples of 32x32 beside images of CIFAR-10
//	go run ./internal/samplestats -rates 0.1,0.25,0.5 kodim*.png               cut files, their means and their continuations
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/draw"
	_ "image/png"
	"io"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/internal/cifar10"
	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/zoo"
)

func main() {
	log.SetFlags(0)
	name := flag.String("model", zoo.Default, "`NAME` of a model, or weights file")
	count := flag.Int("count", 1000, "how many samples, and images of CIFAR-10")
	seed := flag.Uint64("seed", 1, "of the samples")
	rates := flag.String("rates", "0.1,0.25,0.5", "bits a pixel at which files are cut")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("usage: samplestats [FLAGS] FILE.bin | PICTURES")
	}
	net, err := load(*name)
	if err == nil && filepath.Ext(flag.Arg(0)) == ".bin" {
		err = compareSamples(os.Stdout, net, flag.Arg(0), *count, *seed)
	} else if err == nil {
		err = compareCuts(os.Stdout, net, flag.Args(), *rates, *seed)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// load returns a model of the zoo, or that of a weights file.
func load(name string) (*model.Net, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return zoo.ByName(name)
	}
	return model.Load(file)
}

// compareSamples prints the statistics of images of CIFAR-10 and of as many samples.
func compareSamples(out io.Writer, net *model.Net, name string, count int, seed uint64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	images, err := cifar10.Read(f, count)
	if err != nil {
		return err
	}
	var real, drawn statistics
	for i, m := range images {
		real.add(m)
		s, err := codec.Sample(rand.NewPCG(seed, uint64(i)), codec.SampleOptions{Width: cifar10.Side, Height: cifar10.Side, Net: net})
		if err != nil {
			return err
		}
		sample, err := picture(s)
		if err != nil {
			return err
		}
		drawn.add(sample)
	}
	fmt.Fprintf(out, "| %d images and samples | images | samples | ratio |\n|---|---:|---:|---:|\n", count)
	for i, row := range real.rows() {
		other := drawn.rows()[i]
		fmt.Fprintf(out, "| %s | %.3f | %.3f | %.2f |\n", row.name, row.value, other.value, other.value/row.value)
	}
	for scale := range haarScales {
		fmt.Fprintf(out, "| histogram of details of scale %d: share of coefficients that would have to move | | %.3f | |\n", scale+1,
			difference(&real.histograms[scale], &drawn.histograms[scale]))
	}
	return nil
}

// picture returns the last picture of a stream.
func picture(s *codec.Stream) (*image.RGBA, error) {
	if _, err := s.Last(); err != nil {
		return nil, err
	}
	m, err := s.Image()
	if err != nil {
		return nil, err
	}
	return rgba(m), nil
}

// rgba returns a picture of 8 bits a sample.
func rgba(m image.Image) *image.RGBA {
	b := m.Bounds()
	r := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(r, r.Rect, m, b.Min, draw.Src)
	return r
}

// compareCuts prints, for files that are cut, how the picture that is the mean and the one that is drawn differ from the original.
func compareCuts(out io.Writer, net *model.Net, names []string, rates string, seed uint64) error {
	type sums struct{ mean, sample cutStatistics }
	var list []float64
	for _, text := range strings.Split(rates, ",") {
		r, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return err
		}
		list = append(list, r)
	}
	byRate := make([]sums, len(list))
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		m, _, err := image.Decode(bytes.NewReader(data))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		original := rgba(m)
		var file bytes.Buffer
		if err := codec.Encode(&file, m, &codec.Options{Net: net, Mode: codec.Modelled}); err != nil {
			return err
		}
		for i, rate := range list {
			n := min(int(rate*float64(original.Rect.Dx()*original.Rect.Dy())/8), file.Len())
			for _, d := range []codec.Decoder{{}, {Sample: rand.NewPCG(seed, 0)}} {
				d.Nets = []*model.Net{net}
				s, err := d.Open(bytes.NewReader(file.Bytes()[:n]))
				if err != nil {
					return err
				}
				p, err := picture(s)
				if err != nil {
					return err
				}
				to := &byRate[i].mean
				if d.Sample != nil {
					to = &byRate[i].sample
				}
				to.add(original, p)
			}
		}
	}
	fmt.Fprintf(out, "| bits a pixel | picture | PSNR, dB | power, as a share of the original's, by frequency in cycles a pixel | | | | local variance, share |\n")
	fmt.Fprintf(out, "|---|---|---:|---:|---:|---:|---:|---:|\n| | | | below 1/16 | to 1/8 | to 1/4 | to 1/2 | |\n")
	for i, rate := range list {
		for _, c := range []struct {
			name string
			*cutStatistics
		}{{"mean", &byRate[i].mean}, {"sample", &byRate[i].sample}} {
			fmt.Fprintf(out, "| %v | %s | %.2f |", rate, c.name, c.psnr/float64(c.n))
			for b := range c.power {
				fmt.Fprintf(out, " %.2f |", c.power[b]/float64(c.n))
			}
			fmt.Fprintf(out, " %.2f |\n", c.variance/float64(c.n))
		}
	}
	return nil
}

// cutStatistics are sums over pictures.
type cutStatistics struct {
	n              int
	psnr, variance float64
	power          [4]float64
}

func (c *cutStatistics) add(original, p *image.RGBA) {
	c.n++
	c.psnr += psnr(original, p)
	a, b := luma(original), luma(p)
	from, to := a.octaves(), b.octaves()
	for i := range c.power {
		k := len(from) - len(c.power) + i
		if i == 0 { // all that is coarser
			for j := range k {
				from[k] += from[j]
				to[k] += to[j]
			}
		}
		c.power[i] += to[k] / from[k]
	}
	c.variance += b.localVariance() / a.localVariance()
}

// psnr returns the peak signal-to-noise ratio over red, green and blue, in dB.
func psnr(a, b *image.RGBA) float64 {
	sum, n := 0., 0
	for i := range a.Pix {
		if i%4 < 3 {
			d := float64(a.Pix[i]) - float64(b.Pix[i])
			sum, n = sum+d*d, n+1
		}
	}
	return 10 * math.Log10(255*255*float64(n)/sum)
}
