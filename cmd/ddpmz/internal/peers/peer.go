package peers

import (
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
)

// A Comparison is what a peer is asked to do.
type Comparison string

const (
	Lossless Comparison = "lossless"
	Made     Comparison = "made"
	Cut      Comparison = "cut"
)

// A Peer is a codec and how it is used in one comparison. Its identity is all that decides what files it makes.
//
// Commands are words separated by blanks. In braces stand names of files: {ppm} and {png}, the original in two
// formats; {jpg}, the JPEG file that it is of; {file}, the coded file; {out}, the decoded picture; and what varies: {quality}, one of a list of
// settings; {ratio}, uncompressed bytes by those asked for; {ratios}, all of these, falling, and 1 (lossless);
// {layers}, how many of these the cut leaves complete.
type Peer struct {
	ID         string     `json:"id"`
	Comparison Comparison `json:"comparison"`
	Name       string     `json:"name"`
	Encode     string     `json:"encode"`
	Decode     string     `json:"decode,omitempty"`  // nothing for a peer that makes JPEG files
	Show       string     `json:"show,omitempty"`    // of peers that code JPEG files: what makes a picture of a beginning
	Version    string     `json:"version"`           // of the encoder's program; empty if it is missing
	Missing    []string   `json:"missing,omitempty"` // programs that are not installed

	suffix    string   // of the coded file
	out       string   // suffix of the decoded picture: .ppm or .png
	qualities []string // settings, from the smallest file to the largest
	version   version
	turns     bool // the decoder heeds EXIF's orientation
	most      int  // bits a sample; 0 for as many as there are
	mostAlpha int  // likewise, of pictures with alpha
}

// builtIn is the command of codecs that need no program: Go's own.
const builtIn = "(Go's image/png, best compression)"

// All returns every peer that codes pictures, with versions and what is missing of each filled in.
func All() []Peer { return examined(known()) }

// AllJPEG returns every peer that codes JPEG files, likewise.
func AllJPEG() []Peer { return examined(knownJPEG()) }

func examined(all []Peer) []Peer {
	versions := make(map[string]string)
	for i := range all {
		p := &all[i]
		if p.Missing = p.missing(); len(p.Missing) > 0 {
			continue
		}
		if _, ok := versions[p.version.name]; !ok {
			versions[p.version.name] = p.version.find()
		}
		p.Version = versions[p.version.name]
	}
	return all
}

// IDs returns those of all peers of all kinds, each once.
func IDs() (list []string) {
	for _, p := range slices.Concat(known(), knownJPEG(), knownWhole()) {
		if !slices.Contains(list, p.ID) {
			list = append(list, p.ID)
		}
	}
	return list
}

func known() []Peer {
	const (
		cwebp, dwebp  = "cwebp -quiet ", "dwebp -quiet {file} -ppm -o {out}"
		opj, unopj    = "opj_compress -i {ppm} -o {file} -mct 1", "opj_decompress -quiet -i {file} -o {out}"
		layers        = "opj_decompress -quiet -allow-partial -l {layers} -i {file} -o {out}"
		cjxl, djxl    = "cjxl {ppm} {file} --quiet ", "djxl {file} {out} --quiet"
		cjpeg, djpeg  = "cjpeg -progressive -optimize ", "djpeg -outfile {out} {file}"
		avif, unavif  = "avifenc -s 6 -y 444 --min {quality} --max {quality}", "avifdec {file} {out}"
		files         = "{ppm} -o {file}"
		avifFiles     = " {png} {file}"
		jpegFiles     = " -outfile {file} {ppm}"
		progressiveXL = "-d 0 -p"
	)
	j2k := Peer{suffix: ".j2k", version: openJPEG, Name: "JPEG 2000"}
	jxl := Peer{suffix: ".jxl", version: libjxl, Name: "JPEG XL"}
	webp := Peer{suffix: ".webp", version: libwebp, Name: "WebP"}
	jpeg := Peer{suffix: ".jpg", version: libjpeg, Name: "JPEG"}
	all := []Peer{
		{ID: "png", Comparison: Lossless, Name: "PNG", Encode: builtIn, Decode: builtIn, version: goItself},
		webp.as(Lossless, "webp", "", cwebp+"-lossless -z 9 "+files, dwebp),
		j2k.as(Lossless, "j2k", " 5/3", opj, unopj),
		jxl.as(Lossless, "jxl-e7", " effort 7", cjxl+"-d 0 -e 7", djxl),
		jxl.as(Lossless, "jxl-e9", " effort 9", cjxl+"-d 0 -e 9", djxl),
		jxl.as(Lossless, "jxl-p", " -d 0 -p, progressive", cjxl+progressiveXL, djxl),

		j2k.as(Cut, "j2k-layers", " 5/3, layers, lossless", opj+" -r {ratios}", layers),
		j2k.as(Cut, "j2k-97-layers", " 9/7, layers, lossy", opj+" -I -r {ratios}", layers),
		jxl.as(Cut, "jxl-p-cut", " -d 0, progressive, lossless", cjxl+progressiveXL, djxl+" --allow_partial_files"),
		jxl.as(Cut, "jxl-lossy-cut", " -d 0.3, progressive, lossy", cjxl+"-d 0.3 -p", djxl+" --allow_partial_files"),
		jpeg.as(Cut, "jpeg-cut", " 95, progressive, lossy", cjpeg+"-quality 95 -sample 1x1"+jpegFiles, djpeg),

		j2k.as(Made, "j2k-97-made", " 9/7", opj+" -I -r {ratio}", unopj),
		jxl.as(Made, "jxl-made", "", cjxl+"-e 7 -d {quality}", djxl),
		{ID: "avif-made", Comparison: Made, Name: "AVIF 4:4:4", Encode: avif + avifFiles, Decode: unavif,
			suffix: ".avif", out: ".png", version: libavif},
		{ID: "avif-psnr", Comparison: Made, Name: "AVIF 4:4:4, tuned for PSNR", Encode: avif + " -a tune=psnr" + avifFiles, Decode: unavif,
			suffix: ".avif", out: ".png", version: libavif},
		webp.as(Made, "webp-made", "", cwebp+"-m 6 -q {quality} "+files, dwebp),
		jpeg.as(Made, "jpeg-made", " 4:2:0", cjpeg+"-quality {quality} -sample 2x2"+jpegFiles, djpeg),
		jpeg.as(Made, "jpeg-444", " 4:4:4", cjpeg+"-quality {quality} -sample 1x1"+jpegFiles, djpeg),
	}
	for i := range all {
		p := &all[i]
		if strings.Contains(p.Encode, "{quality}") {
			p.qualities = qualities[p.suffix]
		}
	}
	return all
}

// as returns a peer of the same codec in a comparison.
func (p Peer) as(c Comparison, id, detail, encode, decode string) Peer {
	p.Comparison, p.ID, p.Name, p.Encode, p.Decode, p.out = c, id, p.Name+detail, encode, decode, ".ppm"
	return p
}

// qualities are the settings to choose from, by suffix, from the smallest file to the largest.
var qualities = map[string][]string{
	".jpg":  numbers(1, 100),
	".webp": numbers(0, 100),
	".avif": numbers(63, 0), // the quantizer
	".jxl":  distances(),
}

func numbers(from, to int) (list []string) {
	step := 1
	if to < from {
		step = -1
	}
	for i := from; i != to+step; i += step {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

// distances are those of JPEG XL, from 25 to 0.05, about 3% apart.
func distances() (list []string) {
	const n = 200
	for i := range n + 1 {
		list = append(list, fmt.Sprintf("%.4f", 25*math.Pow(0.05/25, float64(i)/n)))
	}
	return list
}

// missing lists the programs of a peer that are not installed.
func (p *Peer) missing() (list []string) {
	if p.Encode == builtIn {
		return nil
	}
	for _, command := range []string{p.Encode, p.Decode, p.Show} {
		program, _, _ := strings.Cut(command, " ")
		if program == "" || slices.Contains(list, program) {
			continue
		}
		if _, err := exec.LookPath(program); err != nil {
			list = append(list, program)
		}
	}
	return list
}

// Same reports whether two peers give the same results: the same way to use the same version.
func (p *Peer) Same(q *Peer) bool {
	return p.ID == q.ID && p.Comparison == q.Comparison && p.Encode == q.Encode && p.Decode == q.Decode && p.Show == q.Show && p.Version == q.Version
}
