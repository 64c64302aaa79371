package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/ddpmz/ddpmz/model/zoo"
)

// TestOwnModel: a weights file of one's own codes pictures, and decodes them again.
func TestOwnModel(t *testing.T) {
	file, err := zoo.File(zoo.Default)
	if err != nil {
		t.Fatal(err)
	}
	own := bytes.Clone(file)
	own[10]-- // its τ
	folder := t.TempDir()
	weights := filepath.Join(folder, "own.ddpw")
	broken := filepath.Join(folder, "broken.ddpw")
	for name, b := range map[string][]byte{weights: own, broken: own[:1000]} {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	original, err := os.ReadFile(filepath.Join(testdata, "gray.png"))
	if err != nil {
		t.Fatal(err)
	}
	coded := must(t, original, "encode", "--mode", "modelled", "--model", weights)
	if bytes.Equal(coded, must(t, original, "encode", "--mode", "modelled")) {
		t.Error("the file is that of the default model")
	}
	if back := must(t, coded, "decode", "--model", weights); !bytes.Equal(back, must(t, must(t, original, "encode"), "decode")) {
		t.Error("another picture comes back")
	}
	if info := must(t, coded, "info", "--model", weights); !bytes.Contains(info, []byte("by the model "+weights+" (")) {
		t.Errorf("info prints\n%s", info)
	}
	d := describeJSON(t, must(t, coded, "info", "--json", "--model", weights))
	if d.Model != weights || d.ModelID == describeJSON(t, must(t, must(t, original, "encode", "--mode", "modelled"), "info", "--json")).ModelID {
		t.Errorf("%+v", d)
	}
	for _, command := range [][]string{{"decode"}, {"info", "--levels"}} {
		fails(t, 1, []string{"ddpmz: standard input: made with another model: name its weights with --model FILE\n"}, coded, command...)
	}
	if info := must(t, coded, "info"); !bytes.Contains(info, []byte("by a model that is not in this version ("+d.ModelID+")")) {
		t.Errorf("info prints\n%s", info)
	}
	bench := must(t, nil, "bench", "--model", weights, "--peers", "none", filepath.Join(testdata, "tiny", "rock.png"))
	if !bytes.Contains(bench, []byte("model own.ddpw ("+d.ModelID+")")) {
		t.Errorf("bench prints\n%s", bench)
	}
	fails(t, 1, []string{"broken.ddpw", "truncated"}, original, "encode", "--model", broken)
	fails(t, 2, []string{`no model "nonesuch"`}, coded, "decode", "--model", "nonesuch")
}
