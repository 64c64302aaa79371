package jpegbench

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/metrics"
	"github.com/ddpmz/ddpmz/cmd/ddpmz/internal/peers"
	"github.com/ddpmz/ddpmz/codec"
)

// photo returns a JPEG file of w x h pixels.
func photo(t *testing.T, folder, name string, w, h int) Photo {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(128 + 80*math.Sin(float64(x*x+40*y)/300))
			m.SetRGBA(x, y, color.RGBA{v, uint8(x), uint8(y) ^ v>>3, 255})
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, m, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return Photo{folder, name, file.Bytes()}
}

// TestRun checks a report against the codec, with a file that is refused beside.
func TestRun(t *testing.T) {
	photos := []Photo{photo(t, "a", "x.jpg", 65, 48), {"b", "bad.jpg", []byte("\xff\xd8\xff\xd9")}}
	shares := []float64{.001, .3, .8}
	last := 0
	missing := peers.Peer{ID: "gone", Missing: []string{"gone"}}
	r, err := Run(context.Background(), photos, Config{Shares: shares, Peers: []peers.Peer{missing}, Jobs: 2, Progress: func(p int) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	if last != 1000 || len(r.Files) != 2 {
		t.Fatalf("progress %d, %d files", last, len(r.Files))
	}
	for i, p := range photos[:1] {
		var file bytes.Buffer
		if err := codec.EncodeJPEG(&file, bytes.NewReader(p.Data), nil); err != nil {
			t.Fatal(err)
		}
		f, own := &r.Files[i], &r.Files[i].Own
		if f.Name != p.Name || f.Folder != p.Folder || f.Bytes != int64(len(p.Data)) || own.Bytes != int64(file.Len()) || own.Refused != "" || len(f.Peers) != 0 {
			t.Errorf("%+v", f)
		}
		if end := own.Levels[len(own.Levels)-1]; !end.Exact || end.Bytes > own.Bytes {
			t.Errorf("%s: the last level is %+v", p.Name, end)
		}
		whole, err := codec.Decode(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for j, share := range shares {
			n := int64(share * float64(file.Len()))
			if point := own.Cuts[j]; point.Bytes != n || point.Exact || (point.PSNR == nil) != (j == 0) { // the first is less than a header
				t.Errorf("%s, %g: %+v", p.Name, share, point)
			} else if j > 0 {
				m, err := codec.Decode(bytes.NewReader(file.Bytes()[:n]))
				if err != nil {
					t.Fatal(err)
				}
				a, _ := metrics.NewRaster(whole)
				b, _ := metrics.NewRaster(m)
				if mse, err := metrics.MSE(a, b); err != nil || math.Abs(metrics.PSNR(mse)-*point.PSNR) > 1e-4 {
					t.Errorf("%s, %g: %.4f dB, not %.4f: %v", p.Name, share, *point.PSNR, metrics.PSNR(mse), err)
				}
			}
		}
	}
	if bad := r.Files[1]; bad.Own.Refused == "" || bad.Own.Bytes != 0 {
		t.Errorf("%+v", bad)
	}
	var file bytes.Buffer
	if err := r.Write(&file); err != nil {
		t.Fatal(err)
	}
	if again, err := Read(&file); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("read again it is another: %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Run(ctx, photos, Config{Shares: shares}); !errors.Is(err, stop) {
		t.Errorf("after the end: %v", err)
	}
}

func psnr(v float64) *float64 { return &v }

// sample is a report with one of everything.
func sample() *Report {
	return &Report{Kind: Kind, Jobs: 1, Shares: []float64{.1, .5}, Peers: []peers.Peer{
		{ID: "p", Name: "Peer", Version: "P 1", Encode: "penc {jpg} {file}", Show: "pshow"}, {ID: "q", Name: "Absent", Missing: []string{"q"}}},
		Files: []File{
			{Folder: "f", Name: "one.jpg", Bytes: 1000, Own: Result{Bytes: 700, Encode: 1, Decode: 1, Levels: []Point{{10, false, psnr(20)}, {20, false, psnr(19.75)}, {700, true, nil}},
				Cuts: []Point{{70, false, psnr(30)}, {350, false, psnr(40)}}}, Peers: map[string]Result{"p": {Bytes: 800, Cuts: []Point{{70, false, nil}, {350, false, psnr(41)}}}}},
			{Folder: "f", Name: "two.jpg", Bytes: 3000, Own: Result{Wrapped: true, Bytes: 2000, Encode: 1, Decode: 3, Cuts: []Point{{200, false, psnr(32)}, {1000, true, nil}}},
				Peers: map[string]Result{"p": {Bytes: 2200, Cuts: []Point{{200, false, psnr(28)}, {1000, false, psnr(39)}}}}},
			{Folder: "g", Name: "odd.jpg", Bytes: 500, Own: Result{Bytes: 400, Cuts: []Point{{40, false, nil}, {200, false, psnr(20)}}}, Peers: map[string]Result{"p": {Refused: "odd"}}},
			{Folder: "g", Name: "bad.jpg", Bytes: 5, Own: Result{Refused: "bad"}},
		}}
}

// TestTables holds the arithmetic of the tables.
func TestTables(t *testing.T) {
	want := map[string][]string{
		"jpeg-run":     {"4 JPEG files", "0.25 dB"},
		"jpeg-files":   {"| one.jpg ", "| 1000 |", "0.700 |   0.875 |", "| two.jpg, wrapped |", "| odd.jpg ", "–", "| bad.jpg ", "| all ", "4000 |", "2700 |", "3000 |", "0.675 |   0.900 |"},
		"jpeg-folders": {"| f ", "4000 |", "0.900 |"},
		"jpeg-cuts": {"10% |", "50% |", "| **ddpmz** ", "31.00 (1 none) |", "30.00 (1 exact) |", "| Peer ", "28.00 (1 none) |", "40.00 |",
			"| files of which Peer shows more |", "0 |", "1 |"},
		"jpeg-peers": {"| Peer ", "P 1", "`penc {jpg} {file}`", "–", "`pshow`", "| Absent | not installed: q |"},
	}
	for _, table := range sample().Tables() {
		rest := table.Text
		for _, word := range want[table.Name] {
			_, after, ok := strings.Cut(rest, word)
			if !ok {
				t.Errorf("%s: no %q after what came before, in\n%s", table.Name, word, table.Text)
				break
			}
			rest = after
		}
		delete(want, table.Name)
	}
	if len(want) > 0 {
		t.Errorf("no table %v", want)
	}
	var csv bytes.Buffer
	if err := sample().WriteCSV(&csv); err != nil || strings.Count(csv.String(), "\n") != 1+4+3+2*3+2*2+3 {
		t.Errorf("%v\n%s", err, csv.String())
	}
	if charts, err := sample().Charts(); err != nil || len(charts) != 1 {
		t.Error(charts, err)
	}
}

// TestRead: what is no report of this kind is refused.
func TestRead(t *testing.T) {
	for _, bad := range []string{"", "{}", `{"kind":"pictures"}`, `{"kind":"jpeg","more":1}`, `{"kind":"jpeg","shares":[0.5],"files":[{"ddpmz":{"bytes":1}}]}`,
		`{"kind":"jpeg","shares":[0.5],"files":[{"ddpmz":{"refused":"x"},"peers":{"p":{"cuts":[{"bytes":1},{"bytes":2}]}}}]}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
