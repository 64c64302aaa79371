package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/bench"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/tables"
)

// TestBench goes through all outputs of one run.
func TestBench(t *testing.T) {
	dir := folder(t, "tiny/rock.png", "tiny/cloth.png", "alpha.png") // the last cannot be measured
	writeFile(t, filepath.Join(dir, "notes.txt"), []byte("no picture"))
	json, csv, plot, doc := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.csv"), filepath.Join(dir, "charts"), filepath.Join(dir, "doc.md")
	writeFile(t, doc, []byte("# Figures\n<!-- table levels -->\nold\n<!-- end of table -->\n"))
	r := ddpmz(nil, "bench", dir, "--peers", "png", "--rates", "2,0.5,1", "--json", json, "--csv", csv, "--plot", plot, "--tables", doc, "--jobs", "2")
	if want := "ddpmz: note: " + filepath.Join(dir, "alpha.png") + ": left out: unsupported: transparency\n"; r.status != 0 || r.err != want {
		t.Fatalf("status %d, %q, want %q", r.status, r.err, want)
	}
	if !inOrder(string(r.out), []string{"2 images", "lossless files", "| PNG ", "| level", "| cloth.png", "| rock.png"}) {
		t.Errorf("prints\n%s", r.out)
	}
	if text := string(readFile(t, doc)); !strings.HasPrefix(text, "# Figures\n<!-- table levels -->\n| level") || strings.Contains(text, "old") {
		t.Errorf("the document is\n%s", text)
	}
	if rows := strings.Count(string(readFile(t, csv)), "\n"); rows < 20 {
		t.Errorf("%d rows of CSV", rows)
	}
	for _, name := range []string{"cut", "made", "msssim", "figure5", "lossless", "time"} {
		if len(readFile(t, filepath.Join(plot, name+".png"))) < 1000 || !bytes.Contains(readFile(t, filepath.Join(plot, name+".svg")), []byte("</svg>")) {
			t.Errorf("the chart %s is empty", name)
		}
	}

	// The same again, of the report alone.
	if out := must(t, nil, "bench", "--from", json); !bytes.Equal(out, r.out) {
		t.Errorf("--from prints\n%s\nfirst it was\n%s", out, r.out)
	}
	if out := must(t, nil, "bench", "--from", json, "--csv", "-"); !bytes.Equal(out, readFile(t, csv)) {
		t.Error("--from writes another CSV")
	}
	// A second run: nothing is replaced, unless it may be.
	fails(t, 1, []string{json, "exists"}, nil, "bench", dir, "--json", json, "--quiet")
	rock := filepath.Join(dir, "rock.png")
	must(t, nil, "bench", rock, "--peers", "png", "--rates", "0.5,1,2", "--reuse", json, "--json", json, "--force", "--quiet")
	got, err := bench.Read(bytes.NewReader(readFile(t, json)))
	if err != nil || len(got.Images) != 1 || !got.Images[0].Peers["png"].Reused {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBenchOtherVersion reuses a report of another version of a peer that is here, which is measured anew, and named.
func TestBenchOtherVersion(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	rock, json := filepath.Join(dir, "rock.png"), filepath.Join(dir, "r.json")
	must(t, nil, "bench", rock, "--peers", "png", "--rates", "1", "--json", json, "--quiet")
	old, err := bench.Read(bytes.NewReader(readFile(t, json)))
	if err != nil {
		t.Fatal(err)
	}
	here := old.Peers[0].Version
	old.Peers[0].Version = "Go 1.0"
	var file bytes.Buffer
	if err := old.Write(&file); err != nil {
		t.Fatal(err)
	}
	writeFile(t, json, file.Bytes())
	args := []string{"bench", rock, "--peers", "png", "--rates", "1", "--reuse", json, "--json", json, "--force"}
	if r := ddpmz(nil, args...); r.status != 0 || !inOrder(r.err, []string{"note: PNG", "measured anew with " + here, "has Go 1.0"}) {
		t.Errorf("status %d, %s", r.status, r.err)
	}
	got, err := bench.Read(bytes.NewReader(readFile(t, json)))
	if err != nil || got.Images[0].Peers["png"].Reused || got.Peers[0].Version != here {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, nil, args...) // now the same version, without a note
}

// TestBenchCIFAR measures records, from standard input.
func TestBenchCIFAR(t *testing.T) {
	var file []byte
	for i := range 3 {
		file = append(file, byte(i))
		for j := range 3 * 1024 {
			file = append(file, byte(j%32*5+j/32*i))
		}
	}
	dir := t.TempDir()
	json := filepath.Join(dir, "c.json")
	out := must(t, file, "bench", "--cifar10", "-", "--count", "2", "--json", json, "--plot", dir)
	if !inOrder(string(out), []string{"2 images of standard input", "| T - t + 1", "| 1000 ", "1.77581", "| rate: down to x_1"}) {
		t.Errorf("prints\n%s", out)
	}
	wantFiles(t, dir, "c.json", "cifar-figure5.png", "cifar-figure5.svg")
	if again := must(t, nil, "bench", "--from", json); !bytes.Equal(again, out) {
		t.Errorf("--from prints\n%s", again)
	}
	fails(t, 1, []string{"standard input: ", "3 images instead of 4"}, file, "bench", "--cifar10", "-", "--count", "4")
	fails(t, 1, []string{"standard input: ", "not CIFAR-10 records"}, load(t, "tiny/rock.png"), "bench", "--cifar10", "-")
}

// TestBenchJPEG measures JPEG files as such, and as pictures with --pixels.
func TestBenchJPEG(t *testing.T) {
	dir := t.TempDir()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, decodePNG(t, load(t, "tiny/rock.png")).Image, nil); err != nil {
		t.Fatal(err)
	}
	photos := filepath.Join(dir, "photos")
	if err := os.Mkdir(photos, 0o777); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(photos, "rock.jpg"), file.Bytes())
	writeFile(t, filepath.Join(photos, "notes.txt"), []byte("no picture"))
	json, doc := filepath.Join(dir, "r.json"), filepath.Join(dir, "doc.md")
	writeFile(t, doc, []byte("<!-- table jpeg-files -->\n<!-- end of table -->\n"))
	out := must(t, nil, "bench", photos, "--peers", "none", "--shares", "50,7", "--json", json, "--tables", doc)
	if !inOrder(string(out), []string{"1 JPEG files", "| rock.jpg |", fmt.Sprintf(" %d |", file.Len()), "| photos ", "PSNR, dB, of the first", "7% |", "50% |"}) {
		t.Errorf("prints\n%s", out)
	}
	if text := string(readFile(t, doc)); !strings.Contains(text, "| rock.jpg |") {
		t.Errorf("the document is\n%s", text)
	}
	if again := must(t, nil, "bench", "--from", json); !bytes.Equal(again, out) {
		t.Errorf("--from prints\n%s", again)
	}
	rock := filepath.Join(photos, "rock.jpg")
	if out := must(t, nil, "bench", rock, "--peers", "none", "--shares", "none"); bytes.Contains(out, []byte("PSNR")) {
		t.Errorf("--shares none prints\n%s", out)
	}
	if out := must(t, nil, "bench", rock, "--pixels", "--peers", "none", "--rates", "1"); !strings.Contains(string(out), "lossless files") {
		t.Errorf("--pixels prints\n%s", out)
	}
	writeFile(t, filepath.Join(photos, "cloth.png"), load(t, "tiny/cloth.png"))
	fails(t, 1, []string{"measured apart", "--pixels"}, nil, "bench", photos)
	fails(t, 2, []string{"--rates is for measuring pictures"}, nil, "bench", rock, "--rates", "1")
	fails(t, 2, []string{"--pixels is for measuring JPEG files"}, nil, "bench", "--from", json, "--pixels")
}

// TestBenchInterrupt ends a run while it waits for a peer, or for input. Nothing remains.
func TestBenchInterrupt(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil || runtime.GOOS == "js" {
		t.Skip("no shell here")
	}
	bin, temporary := t.TempDir(), t.TempDir()
	for name, script := range map[string]string{"cwebp": `if [ "$1" = -version ]; then echo 9.9.9; else exec sleep 60; fi`, "dwebp": ""} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("TMPDIR", temporary)
	dir := folder(t, "tiny/rock.png")
	ctx, interrupt := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, interrupt)
	var out, stderr bytes.Buffer
	args := []string{"ddpmz", "bench", "--peers", "webp", "--json", filepath.Join(dir, "r.json"), filepath.Join(dir, "rock.png")}
	if status := runContext(ctx, args, &streams{strings.NewReader(""), &out, &stderr}); status != 130 || stderr.String() != "ddpmz: interrupted\n" {
		t.Errorf("status %d, %q", status, stderr.String())
	}
	wantFiles(t, dir, "rock.png")
	wantFiles(t, temporary)
}

func TestBenchUsage(t *testing.T) {
	for args, want := range map[string]string{
		"bench":                              "what to measure?",
		"bench a --from b":                   "what to measure?",
		"bench a --cifar10 b":                "what to measure?",
		"bench a --count 5":                  "--count is for --cifar10",
		"bench --cifar10 a --count 0":        "at least 1",
		"bench --jobs 0 a":                   "at least 1",
		"bench --rates 1,x a":                `"x" is no rate`,
		"bench --rates 0 a":                  `"0" is no rate`,
		"bench --shares 5,100 a":             `"100" is no share`,
		"bench --from a --shares 5":          "--shares is for measuring JPEG files",
		"bench --rates NaN a":                `"NaN" is no rate`,
		"bench --peers foo a":                `no peer "foo"`,
		"bench --model foo a":                `no model "foo"`,
		"bench --cifar10 a --peers none":     "measuring pictures",
		"bench --from a --reuse b":           "measuring pictures",
		"bench --cifar10 a --reuse b":        "measuring pictures",
		"bench --cifar10 a --rates 1 --json": "needs a value",
	} {
		fails(t, 2, []string{want, "try --help"}, nil, strings.Fields(args)...)
	}
	dir := folder(t, "alpha.png", "gray16.png")
	fails(t, 1, []string{"no picture in this folder"}, nil, "bench", "--quiet", dir)
	fails(t, 1, []string{"alpha.png: unsupported: transparency"}, nil, "bench", filepath.Join(dir, "alpha.png"))
	fails(t, 1, []string{"nowhere"}, nil, "bench", filepath.Join(dir, "nowhere"))
	fails(t, 1, []string{"alpha.png: not a report"}, nil, "bench", "--from", filepath.Join(dir, "alpha.png"))
	fails(t, 1, []string{"nowhere.md"}, nil, "bench", dir, "--tables", filepath.Join(dir, "nowhere.md"))
	fails(t, 1, []string{"not a folder"}, nil, "bench", dir, "--plot", filepath.Join(dir, "alpha.png"))
}

// TestBenchWhole measures pictures that TestBench cannot, and fills a document that has tables of another report, too.
func TestBenchWhole(t *testing.T) {
	dir := folder(t, "tiny/rock.png", "alpha.png", "gray16.png")
	json, csv, doc := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.csv"), filepath.Join(dir, "doc.md")
	other := "<!-- table run -->\nof photographs\n<!-- end of table -->\n"
	writeFile(t, doc, []byte(other+"<!-- table whole: files -->\n<!-- end of table -->\n"))
	out := must(t, nil, "bench", "--whole", dir, "--peers", "png", "--json", json, "--csv", csv, "--tables", doc)
	if !inOrder(string(out), []string{"3 pictures", "**ddpmz**", "| alpha.png ", "RGB, alpha", "| gray16.png ", "gray, 16 bits", "| rock.png ", "| PNG "}) {
		t.Errorf("prints\n%s", out)
	}
	if text := string(readFile(t, doc)); !strings.HasPrefix(text, other) || !strings.Contains(text, "| **ddpmz** ") {
		t.Errorf("the document is\n%s", text)
	}
	if rows := strings.Count(string(readFile(t, csv)), "\n"); rows != 1+2*3 {
		t.Errorf("%d rows of CSV", rows)
	}
	if again := must(t, nil, "bench", "--from", json); !bytes.Equal(again, out) {
		t.Errorf("--from prints\n%s", again)
	}
	for _, flags := range [][]string{{"--rates", "1"}, {"--reuse", json}, {"--jobs", "2"}, {"--pixels"}, {"--shares", "10"}} {
		fails(t, 2, []string{"--whole"}, nil, append([]string{"bench", "--whole", dir}, flags...)...)
	}
	fails(t, 2, []string{"--whole"}, nil, "bench", "--whole", "--from", json)
	writeFile(t, filepath.Join(dir, "broken.png"), []byte("no picture"))
	fails(t, 1, []string{"broken.png"}, nil, "bench", "--whole", dir, "--peers", "none", "--quiet")
}

// published are the documents with figures, the reports they are of, and where the charts are.
var published = []struct{ document, report, charts string }{
	{"benchmarks.md", "benchmarks/kodak.json", "benchmarks"},
	{"benchmarks.md", "benchmarks/graphics.json", ""}, // no charts
	{"cifar10.md", "benchmarks/cifar10.json", "benchmarks"},
	{"jpeg.md", "benchmarks/jpeg.json", "benchmarks"},
	{"graphics.md", "benchmarks/graphics.json", ""}, // no charts
}

// TestDocuments checks that the tables in docs are those of the reports beside them, and so are the charts.
func TestDocuments(t *testing.T) {
	for _, p := range published {
		t.Run(p.document, func(t *testing.T) {
			docs := filepath.Join("..", "..", "docs")
			file, err := os.ReadFile(filepath.Join(docs, filepath.FromSlash(p.report)))
			if os.IsNotExist(err) {
				t.Skip("no report")
			}
			r, err := readReport(file)
			if err != nil {
				t.Fatal(err)
			}
			text := string(readFile(t, filepath.Join(docs, p.document)))
			filled, err := tables.Fill(text, r.Tables())
			if err != nil {
				t.Fatal(err)
			}
			if filled != text {
				t.Errorf("the tables are not those of %s: run ddpmz bench --from %s --tables %s", p.report, p.report, p.document)
			}
			charts, err := r.Charts()
			if err != nil {
				t.Fatal(err)
			}
			if p.charts == "" {
				return
			}
			for _, c := range charts {
				var svg bytes.Buffer
				if err := c.Write(&svg, "svg"); err != nil {
					t.Fatal(err)
				}
				name := filepath.Join(docs, p.charts, c.Name+".svg")
				if err := sameDrawing(string(readFile(t, name)), svg.String()); err != nil {
					t.Errorf("%s is not that of %s: %v", name, p.report, err)
				}
			}
		})
	}
}

var numbers = regexp.MustCompile(`-?\d+(\.\d+)?(e-?\d+)?`)

// sameDrawing compares two SVG files. Numbers may differ in the last place, as floats do between machines.
func sameDrawing(a, b string) error {
	if x, y := numbers.ReplaceAllString(a, "#"), numbers.ReplaceAllString(b, "#"); x != y {
		return fmt.Errorf("it has other parts")
	}
	x, y := numbers.FindAllString(a, -1), numbers.FindAllString(b, -1)
	for i := range x {
		u, _ := strconv.ParseFloat(x[i], 64)
		v, _ := strconv.ParseFloat(y[i], 64)
		if math.Abs(u-v) > 0.02 {
			return fmt.Errorf("%s where %s should be", x[i], y[i])
		}
	}
	return nil
}

func TestSameDrawing(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"M1.5,2", "M1.501,2", true}, {"M1.5,2", "M1.6,2", false}, {"M1.5,2", "L1.5,2", false}, {"M1.5", "M1.5,2", false}} {
		if err := sameDrawing(c.a, c.b); (err == nil) != c.same {
			t.Errorf("%s and %s: %v", c.a, c.b, err)
		}
	}
}
