package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ddpmz/ddpmz/cmd/internal/coding"
	"github.com/ddpmz/ddpmz/cmd/internal/picture"
)

// collectionNames are those of a tree of small pictures, with odd names among them.
var collectionNames = []string{"a.png", "b c.png", "deep/er/ü–日本.png", "deep/%s\n.png", "deep/a.b.PNG", "-o.png", "z/a.png", "z/a.bmp", "z/b.jpg"}

// collectionTree writes a tree of pictures, all different, and a file that is none.
func collectionTree(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "in")
	then := time.Date(2011, 12, 13, 14, 15, 16, 170_000_000, time.UTC)
	for i, name := range collectionNames {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		m := image.NewGray(image.Rect(0, 0, 5+i, 4))
		for j := range m.Pix {
			m.Pix[j] = uint8(100 + r.IntN(50))
		}
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		format, _ := picture.FormatOf(name)
		if _, err := picture.Write(&file, format, m, nil, picture.WriteOptions{AllowLoss: true}); err != nil {
			t.Fatal(err)
		}
		content := file.Bytes()
		if format == "jpeg" { // as a camera writes it
			content = orientedJPEG(t)
		}
		writeFile(t, path, content)
		if err := os.Chtimes(path, then, then.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(root, "notes.txt"), []byte("no picture"))
	return root
}

// filesIn returns the files in a folder, and in folders in it, with their contents.
func filesIn(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(readFile(t, path))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// TestCollection: a tree becomes a tree of the same names, with the inputs' times, in any number of jobs; a second run does nothing;
// decoding that tree makes the pictures again.
func TestCollection(t *testing.T) {
	in := collectionTree(t)
	var outputs []map[string]string
	for _, jobs := range []string{"1", "3"} {
		out := filepath.Join(t.TempDir(), "new", "out")
		log := filepath.Join(t.TempDir(), "log")
		r := ddpmz(nil, "encode", "-r", "--verify", "--jobs", jobs, "--log", log, in, "-o", out)
		if want := fmt.Sprintf("%d files: %[1]d encoded; 1 of other kinds left out;", len(collectionNames)); r.status != 0 || !strings.Contains(r.err, want) {
			t.Fatalf("status %d, %q", r.status, r.err)
		}
		files := filesIn(t, out)
		for _, name := range collectionNames {
			info, err := os.Stat(filepath.Join(out, name+suffix))
			before, _ := os.Stat(filepath.Join(in, name))
			if err != nil || !info.ModTime().Equal(before.ModTime()) || info.Mode() != before.Mode() {
				t.Errorf("%q: %v, %v", name, info, err)
			}
		}
		if len(files) != len(collectionNames) {
			t.Errorf("%d files", len(files))
		}
		lines := bytes.Split(bytes.TrimSpace(readFile(t, log)), []byte("\n"))
		for _, line := range lines {
			var entry logEntry
			if err := json.Unmarshal(line, &entry); err != nil || entry.State != logDone || !entry.Verified || entry.Removed || entry.Bytes == 0 || entry.InputBytes == 0 {
				t.Errorf("%s: %v", line, err)
			}
		}
		if len(lines) != len(collectionNames) {
			t.Errorf("%d lines", len(lines))
		}
		outputs = append(outputs, files)
		if r = ddpmz(nil, "encode", "-r", in, "-o", out); r.status != 0 || !strings.Contains(r.err, fmt.Sprintf("0 encoded, %d up to date;", len(collectionNames))) {
			t.Errorf("status %d, %q", r.status, r.err)
		}
		// A picture that changes is not in step any more, and is replaced only if that is asked for.
		changed := filepath.Join(in, "a.png")
		os.Chtimes(changed, time.Time{}, time.Now().Add(-time.Minute))
		fails(t, 1, []string{"a.png" + suffix, "exists already", "1 failed"}, nil, "encode", "-r", in, "-o", out)
		must(t, nil, "encode", "-q", "-r", "-f", in, "-o", out)
	}
	if !equalFiles(outputs[0], outputs[1]) {
		t.Error("three jobs make other files than one")
	}
}

func equalFiles(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for name, content := range a {
		if other, ok := b[name]; !ok || other != content {
			return false
		}
	}
	return true
}

// TestDecodeCollection: what encode -r made of a tree decodes to a tree of the same names, with the same pictures, times and JPEG files.
func TestDecodeCollection(t *testing.T) {
	in, coded, out := collectionTree(t), t.TempDir(), t.TempDir()
	must(t, nil, "encode", "-q", "-r", in, "-o", coded)
	writeFile(t, filepath.Join(coded, "z", "cut.png"+suffix), readFile(t, filepath.Join(coded, "z", "a.png"+suffix))[:30])
	words := fmt.Sprintf("%d files: %[1]d decoded;", len(collectionNames)+1)
	if r := ddpmz(nil, "decode", "-r", "-j", "2", coded, "-o", out); r.status != 3 || !strings.Contains(r.err, words) {
		t.Errorf("status %d, %q", r.status, r.err)
	}
	for _, name := range collectionNames {
		back := name
		if strings.HasSuffix(name, ".bmp") {
			back += ".png"
		}
		path := filepath.Join(out, back)
		info, err := os.Stat(path)
		before, _ := os.Stat(filepath.Join(in, name))
		if err != nil || !info.ModTime().Equal(before.ModTime()) {
			t.Errorf("%q: %v", back, err)
			continue
		}
		original := readFile(t, filepath.Join(in, name))
		if strings.HasSuffix(name, ".jpg") {
			if !bytes.Equal(readFile(t, path), original) {
				t.Errorf("%q: another JPEG file", back)
			}
			continue
		}
		p, err := picture.Read(bytes.NewReader(original), picture.ReadOptions{})
		if err != nil || !coding.SamePicture(decodePNG(t, readFile(t, path)).Image, p.Image) {
			t.Errorf("%q: another picture, %v", back, err)
		}
	}
	if r := ddpmz(nil, "decode", "-r", coded, "-o", out); r.status != 0 || !strings.Contains(r.err, fmt.Sprintf("0 decoded, %d up to date", len(collectionNames)+1)) {
		t.Errorf("status %d, %q", r.status, r.err)
	}
}

// TestCollectionErrors: what cannot be encoded does not stop the others, and is named; inputs are removed only after all has gone well.
func TestCollectionErrors(t *testing.T) {
	in := collectionTree(t)
	broken := filepath.Join(in, "deep", "broken.png")
	writeFile(t, broken, readFile(t, filepath.Join(in, "a.png"))[:40])
	out := filepath.Join(t.TempDir(), "out")
	fails(t, 1, []string{"broken.png: ", "the file ends too early", fmt.Sprintf("%d files: %d encoded, 1 failed, %[2]d inputs removed", len(collectionNames)+1, len(collectionNames))},
		nil, "encode", "-r", "--rm", "-j", "2", in, "-o", out)
	if left := filesIn(t, in); len(left) != 2 || left["notes.txt"] == "" || left["deep/broken.png"] == "" {
		t.Errorf("%d inputs are left", len(left))
	}
	if have := filesIn(t, out); len(have) != len(collectionNames) {
		t.Errorf("%d outputs", len(have))
	}
	for _, c := range [][]string{
		{"-r"}, {"-r", "-"}, {"--jobs", "2", "a.png"}, {"--rm", "a.png"}, {"-r", in, "--shard", "2/2"}, {"-r", in, "--shard", "x"}, {"-r", in, "--jobs", "-1"},
		{"-r", in, "-o", broken}, {"-r", in, "-o", "-"}, {"-r", in, "--json"}, {"--verify"}, {"-r", in, "--verify", "--bytes", "100"}, {"--from0", "-", in},
	} {
		if r := ddpmz(nil, append([]string{"encode"}, c...)...); r.status != 2 {
			t.Errorf("%q: status %d, %s", c, r.status, r.err)
		}
	}
}

// TestCollectionResumed: a run that is interrupted after some files, again and again, ends with the files of one that is not, and with
// inputs removed only if theirs are there.
func TestCollectionResumed(t *testing.T) {
	in, whole, out := collectionTree(t), filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "out")
	must(t, nil, "encode", "-q", "-r", in, "-o", whole)
	want := filesIn(t, whole)
	for after := int64(3); ; after = after*3/2 + 1 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(after)*time.Millisecond)
		var stdout, stderr bytes.Buffer
		status := runContext(ctx, []string{"ddpmz", "encode", "-r", "--rm", "-j", "1", in, "-o", out}, &streams{strings.NewReader(""), &stdout, &stderr})
		cancel()
		have, left := filesIn(t, out), filesIn(t, in)
		for name, content := range have {
			if want[name] != content {
				t.Fatalf("after %d ms, %q is another file", after, name)
			}
		}
		for _, name := range collectionNames {
			if _, ok := left[name]; !ok && have[name+suffix] == "" {
				t.Fatalf("after %d ms, %q is neither here nor there", after, name)
			}
		}
		if status == 0 {
			break
		}
	}
	if !equalFiles(filesIn(t, out), want) {
		t.Error("other files than of one run")
	}
}

// TestFrom0: names come from a list, and are mirrored under -o; shards have all of them, each once.
func TestFrom0(t *testing.T) {
	in := collectionTree(t)
	t.Chdir(in)
	list := strings.Join(collectionNames, "\x00")
	out := t.TempDir()
	must(t, []byte(list), "encode", "-q", "--from0", "-", "-o", out)
	want := filesIn(t, out)
	if len(want) != len(collectionNames) {
		t.Errorf("%d files", len(want))
	}
	shards := t.TempDir()
	writeFile(t, "list", []byte(list+"\x00"))
	for i := range 3 {
		before := len(filesIn(t, shards))
		must(t, nil, "encode", "-q", "--from0", "list", "-o", shards, "--shard", fmt.Sprintf("%d/3", i))
		if len(filesIn(t, shards)) == before {
			t.Errorf("shard %d is empty", i)
		}
	}
	if !equalFiles(filesIn(t, shards), want) {
		t.Error("shards make other files")
	}
	fails(t, 1, []string{"leads out of the folder", "1 failed"}, []byte("../x.png"), "encode", "--from0", "-", "-o", out)
	fails(t, 1, []string{"nowhere.png: no such file", "1 failed"}, []byte("nowhere.png"), "encode", "--from0", "-", "-o", out)
}

// TestVerify: what is made of pictures is found the same, and a file of another picture is not.
func TestVerify(t *testing.T) {
	dir := folder(t)
	for _, name := range []string{"alpha16.png", "palette.png", "tiny/rock.png"} {
		path := filepath.Join(dir, filepath.Base(name))
		writeFile(t, path, load(t, name))
		must(t, nil, "encode", "--verify", path)
	}
	e := &encoding{streams: &streams{}}
	if err := e.same(context.Background(), filepath.Join(dir, "rock.ddpmz"), filepath.Join(dir, "palette.png")); !errors.Is(err, coding.ErrDiffers) {
		t.Errorf("a file of another picture: %v", err)
	}
	if names := slices.Sorted(func(yield func(string) bool) {
		for name := range filesIn(t, dir) {
			if !yield(name) {
				return
			}
		}
	}); strings.Contains(strings.Join(names, " "), ".tmp") {
		t.Errorf("%q", names)
	}
}
