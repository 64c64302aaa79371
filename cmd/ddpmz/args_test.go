package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnyOrder checks that the order of flags and names makes no difference to the program.
func TestAnyOrder(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	in, out := filepath.Join(dir, "rock.png"), filepath.Join(dir, "x")
	want := must(t, load(t, "tiny/rock.png"), "encode", "--mode=stored", "--bytes", "500")
	for _, args := range [][]string{
		{"--mode", "stored", "--bytes", "500", "-f", "-o", out, in},
		{in, "--mode", "stored", "--bytes", "500", "-f", "-o", out},
		{"--mode", "stored", in, "--bytes=500", "-fo", out},
		{"-fo", out, "--bytes=500", "--mode=stored", "--", in},
	} {
		must(t, nil, append([]string{"encode"}, args...)...)
		if !bytes.Equal(readFile(t, out), want) {
			t.Errorf("%q: another file", args)
		}
	}

	// Names that look like something else.
	original := readFile(t, in)
	t.Chdir(dir)
	for _, name := range []string{"-f", "--", "help", "h", "quiet", "-"} {
		writeFile(t, name, original)
		if name == "-" {
			name = "./-"
		}
		must(t, nil, "encode", "--quiet", "--", name)
		if coded := readFile(t, name+".ddpmz"); len(coded) == 0 {
			t.Errorf("%q: nothing", name)
		}
	}
}

// TestUsage checks that mistakes in the command line are distinguished from those in files.
func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"":                                  "which command?",
		"recode a":                          `no command "recode"`,
		"--what":                            "what",
		"encode --what":                     "what",
		"encode a -o":                       "flag -o needs a value",
		"encode --steps x":                  "steps",
		"encode --steps 1001":               "from 0 to 1000",
		"decode --timestep -1":              "from 0 to 1000",
		"decode --steps 1 --timestep 1":     "give one",
		"decode --bytes 0":                  "positive",
		"decode --bytes 9999999999G":        "positive",
		"decode --bytes K":                  "positive",
		"encode a b -o -":                   "-o names a folder",
		"encode a b -":                      "cannot be one of several",
		"encode a b.ddpmz c.ddpmz":          "b.ddpmz is no input by its suffix",
		"encode a b.jxl":                    "no file b.jxl",
		"decode a b.webp":                   `unknown format "webp"`,
		"encode a -o b.png":                 "b.png would be a ddpmz file",
		"truncate a --steps 1 -o b.JPG":     "b.JPG would be a ddpmz file",
		"decode a -o b.ddpmz":               "b.ddpmz would be a png file",
		"decode a --format tiff -o b.png":   "b.png would be a tiff file",
		"encode --keep-times a -o -":        "--keep-times is for files, and standard output is none",
		"encode --keep-times -o a.ddpmz":    "--keep-times is for files, and standard input is none",
		"encod a":                           `no command "encod"; did you mean encode?`,
		"help encod":                        `no command "encod"; did you mean encode?`,
		"h trunkate":                        `no command "trunkate"; did you mean truncate?`,
		"help xyz":                          `no command "xyz"`,
		"encode --max-pixel 5":              "no flag --max-pixel; did you mean --max-pixels?",
		"encode a.png b a.jpg":              "both a.png and a.jpg would become a.ddpmz",
		"encode --max-pixels -5":            "positive",
		"decode --format x":                 `unknown format "x"`,
		"truncate a":                        "where to?",
		"info --steps 5 a":                  "steps",
		"encode --mode modelled --mode foo": `no mode "foo"`,
		"encode --effort 0 a":               "no effort 0: there are 1 to 9",
		"serve --effort 10":                 "no effort 10",
	} {
		fails(t, 2, []string{want, "try --help"}, nil, strings.Fields(args)...)
	}
	wantFiles(t, ".")
	for _, args := range []string{"--help", "help", "encode --help", "decode -h", "info a --help", "help encode", "h", "--version"} {
		if out := must(t, nil, strings.Fields(args)...); !bytes.Contains(out, []byte("ddpmz")) {
			t.Errorf("%q prints %q", args, out)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"1": 1, "4096": 4096, "20K": 20 << 10, "20k": 20 << 10, "3M": 3 << 20, "8G": 8 << 30} {
		var s size
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%s is %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "K", "1T", "1.5K", "9223372036854775807K", "0x10"} {
		if err := new(size).Set(text); err == nil {
			t.Errorf("%q is a size", text)
		}
	}
}
