package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
)

// rock is a committed picture.
func rock(t *testing.T) image.Image {
	t.Helper()
	f, err := os.Open("../../../../testdata/tiny/rock.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encode(_ context.Context, w io.Writer, in io.Reader) error {
	m, err := png.Decode(in)
	if err != nil {
		return err
	}
	return codec.Encode(w, m, nil)
}

// newFolder returns a server of a folder, the file in it, and the folder's name. Beside it is a file that is none of its business.
func newFolder(t *testing.T) (*Server, []byte, string) {
	t.Helper()
	var file bytes.Buffer
	if err := codec.Encode(&file, rock(t), &codec.Options{Mode: codec.Modelled}); err != nil {
		t.Fatal(err)
	}
	outer := t.TempDir()
	dir := filepath.Join(outer, "pictures")
	damaged := bytes.Clone(file.Bytes())
	damaged[len(damaged)/2] ^= 1
	for name, content := range map[string][]byte{
		"secret.ddpmz": file.Bytes(), "pictures/rock.ddpmz": file.Bytes(), "pictures/more/<&>.ddpmz": file.Bytes(), "pictures/notes.txt": []byte("secret"),
		"pictures/.hidden.ddpmz": file.Bytes(), "pictures/damaged.ddpmz": damaged, "pictures/text.ddpmz": []byte("secret"),
		"pictures/cut.ddpmz": file.Bytes()[:file.Len()/2],
	} {
		name = filepath.Join(outer, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"link.ddpmz": "../secret.ddpmz", "inside.ddpmz": "rock.ddpmz", "up": ".."} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Log("no links:", err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return New(Config{Folder: root, Name: "pictures", Encode: encode, Local: true}), file.Bytes(), dir
}

// ask makes a request, with headers by name and value.
func ask(s *Server, method, target string, body []byte, headers ...string) *http.Response {
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	r.Host = "localhost:8025"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFolder: a folder's page has the pictures and folders in it, and nothing else, with names as HTML has them.
func TestFolder(t *testing.T) {
	s, _, _ := newFolder(t)
	r := ask(s, "GET", "/", nil)
	page := text(t, r)
	for _, want := range []string{"rock.ddpmz", "inside.ddpmz", "cut.ddpmz", `href="/?dir=more"`, `href="/drop"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	for _, not := range []string{"hidden", "notes", "secret", "link.ddpmz", `href="/?dir=up"`} {
		if strings.Contains(page, not) {
			t.Errorf("%s in %s", not, page)
		}
	}
	if page := text(t, ask(s, "GET", "/?dir=more", nil)); !strings.Contains(page, "&lt;&amp;&gt;.ddpmz") || !strings.Contains(page, "file=more%2f%3c%26%3e.ddpmz") {
		t.Error(page)
	}
	if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
}

// TestNamesStayInside: no name leads out of the folder, nor to files that are no pictures, and nothing can be written.
func TestNamesStayInside(t *testing.T) {
	s, _, dir := newFolder(t)
	for _, name := range []string{
		"../secret.ddpmz", "more/../../secret.ddpmz", "link.ddpmz", "up/secret.ddpmz", filepath.Join(filepath.Dir(dir), "secret.ddpmz"),
		"notes.txt", ".hidden.ddpmz", "nothing.ddpmz", "", ".", "more", "rock.ddpmz/", "rock.ddpmz\x00.ddpmz", `..\secret.ddpmz`,
	} {
		q := "file=" + strings.NewReplacer("/", "%2F", "\x00", "%00", `\`, "%5C").Replace(name)
		for _, target := range []string{"/view?" + q, "/picture?" + q} {
			if r := ask(s, "GET", target, nil); r.StatusCode != http.StatusNotFound || strings.Contains(text(t, r), dir) {
				t.Errorf("%s: %s", target, r.Status)
			}
		}
		target := "/files/" + strings.TrimPrefix(q, "file=")
		if r := ask(s, "GET", target, nil); r.StatusCode != http.StatusNotFound && r.StatusCode != http.StatusTemporaryRedirect { // to a clean path
			t.Errorf("%s: %s", target, r.Status)
		}
	}
	for _, dir := range []string{"..", "up", "/etc", "more/../..", "nothing"} {
		page := text(t, ask(s, "GET", "/?dir="+dir, nil))
		if strings.Contains(page, "secret.ddpmz") || strings.Contains(page, "passwd") {
			t.Errorf("dir=%s: %s", dir, page)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "POST", "PATCH"} {
		if r := ask(s, method, "/files/rock.ddpmz", []byte("x")); r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %s", method, r.Status)
		}
	}
}

// TestFile: a file comes with its type, whole or in ranges, and not again if nothing has changed.
func TestFile(t *testing.T) {
	s, file, _ := newFolder(t)
	r := ask(s, "GET", "/files/rock.ddpmz", nil)
	if text(t, r) != string(file) || r.Header.Get("Content-Type") != MediaType || r.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	tag := r.Header.Get("ETag")
	r = ask(s, "GET", "/files/rock.ddpmz", nil, "Range", "bytes=10-19")
	if text(t, r) != string(file[10:20]) || r.StatusCode != http.StatusPartialContent || r.Header.Get("Content-Range") != fmt.Sprintf("bytes 10-19/%d", len(file)) {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	if r := ask(s, "GET", "/files/rock.ddpmz", nil, "If-None-Match", tag); r.StatusCode != http.StatusNotModified {
		t.Errorf("again: %s", r.Status)
	}
}

// TestPicture compares pictures of levels with what the codec decodes, and what headers say of them.
func TestPicture(t *testing.T) {
	s, file, _ := newFolder(t)
	for _, timestep := range []int{0, 45, 400, 1000} {
		d := codec.Decoder{Timestep: timestep}
		want, at, err := decode(t.Context(), &d, bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		r := ask(s, "GET", fmt.Sprintf("/picture?file=rock.ddpmz&timestep=%d", timestep), nil)
		got, err := png.Decode(r.Body)
		if err != nil {
			t.Fatalf("%s: %v", r.Status, err)
		}
		if _, psnr := compare(got, want); got.Bounds() != want.Bounds() || psnr < 1000 {
			t.Errorf("timestep %d: another picture, %v dB", timestep, psnr)
		}
		h := r.Header
		_, psnr := compare(want, rock(t))
		if h.Get("Ddpmz-Bytes") != fmt.Sprint(at.Bytes) || h.Get("Ddpmz-Steps") != fmt.Sprint(at.Steps) || h.Get("Ddpmz-PSNR") != fmt.Sprintf("%.2f", psnr) {
			t.Errorf("timestep %d: %v, want %+v, %v dB", timestep, h, at, psnr)
		}
	}
	r := ask(s, "GET", "/picture?file=rock.ddpmz&difference=1", nil)
	if m, err := png.Decode(r.Body); err != nil || m.(*image.RGBA).RGBAAt(1, 1).R != 128 {
		t.Errorf("the image's difference to itself: %v", err)
	}
	r = ask(s, "GET", "/picture?file=rock.ddpmz&fit=20", nil)
	if c, _, err := image.DecodeConfig(r.Body); err != nil || c.Width < 20 || c.Width >= 40 {
		t.Errorf("a small picture: %v, %v", c, err)
	}
	r = ask(s, "GET", "/picture?file=cut.ddpmz", nil)
	if r.StatusCode != http.StatusOK || r.Header.Get("Ddpmz-PSNR") != "" || r.Header.Get("Ddpmz-Exact") != "false" {
		t.Errorf("a file that is cut: %s, %v", r.Status, r.Header)
	}
}

// TestBadFiles: what cannot be decoded is an error that says why.
func TestBadFiles(t *testing.T) {
	s, _, _ := newFolder(t)
	for target, status := range map[string]int{
		"/picture?file=damaged.ddpmz": http.StatusUnprocessableEntity,
		"/picture?file=text.ddpmz":    http.StatusUnprocessableEntity,
		"/view?file=text.ddpmz":       http.StatusUnprocessableEntity,
		"/view?dropped=1":             http.StatusNotFound,
		"/picture?dropped=x":          http.StatusNotFound,
	} {
		if r := ask(s, "GET", target, nil); r.StatusCode != status {
			t.Errorf("%s: %s", target, r.Status)
		}
	}
	small := New(Config{Folder: s.Folder, Decoder: codec.Decoder{Limits: codec.Limits{MaxPixels: 10}}})
	if r := ask(small, "GET", "/picture?file=rock.ddpmz", nil); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("more pixels than allowed: %s", r.Status)
	}
	if r := ask(small, "POST", "/drop", nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("no encoding: %s", r.Status)
	}
}

// TestOthersAreRefused: a server for this computer answers to no other name, and no page of others makes it encode.
func TestOthersAreRefused(t *testing.T) {
	s, _, _ := newFolder(t)
	for host, status := range map[string]int{
		"localhost:8025": http.StatusOK, "127.0.0.1:80": http.StatusOK, "[::1]:9": http.StatusOK, "localhost": http.StatusOK,
		"example.com": http.StatusMisdirectedRequest, "localhost.example.com:8025": http.StatusMisdirectedRequest, "10.0.0.1": http.StatusMisdirectedRequest,
	} {
		if r := ask(s, "GET", "/", nil, "Host", host); r.StatusCode != status {
			t.Errorf("%s: %s", host, r.Status)
		}
	}
	if r := ask(s, "POST", "/drop?name=a.png", nil, "Sec-Fetch-Site", "cross-site", "Origin", "https://example.com"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another page: %s", r.Status)
	}
}

// TestDrop drops pictures, looks at one, and drops so many more that it is forgotten.
func TestDrop(t *testing.T) {
	s, _, _ := newFolder(t)
	var b bytes.Buffer
	if err := png.Encode(&b, rock(t)); err != nil {
		t.Fatal(err)
	}
	drop := func() string {
		r := ask(s, "POST", "/drop?name=a%2F..%2Fb.png", b.Bytes(), "Sec-Fetch-Site", "same-origin")
		var answer struct{ View string }
		if err := json.NewDecoder(r.Body).Decode(&answer); err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", r.Status, err)
		}
		return answer.View
	}
	first := drop()
	if page := text(t, ask(s, "GET", first, nil)); !strings.Contains(page, "b.ddpmz") || strings.Contains(page, "download") {
		t.Error(page)
	}
	if r := ask(s, "GET", strings.Replace(first, "/view", "/picture", 1), nil); r.StatusCode != http.StatusOK || r.Header.Get("Ddpmz-Exact") != "true" {
		t.Errorf("%s, %v", r.Status, r.Header)
	}
	if r := ask(s, "POST", "/drop?name=a.png", []byte("no picture")); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no picture: %s", r.Status)
	}
	for range mostDropped {
		drop()
	}
	if r := ask(s, "GET", first, nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("the first of %d: %s", mostDropped+1, r.Status)
	}
}

// TestCache: pictures are kept up to a number of bytes.
func TestCache(t *testing.T) {
	p := newPictures(codec.Decoder{})
	for i := range 10 {
		p.keep(&shown{key: fmt.Sprint(i), file: make([]byte, maxCached/5)})
	}
	p.keep(&shown{key: "large", file: make([]byte, maxCached)})
	if p.bytes > maxCached || p.recent.Len() != 5 || len(p.byKey) != 5 || p.byKey["9"] == nil || p.byKey["0"] != nil {
		t.Errorf("%d bytes in %d pictures", p.bytes, p.recent.Len())
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for range cap(p.turns) {
		p.turns <- struct{}{}
	}
	if _, err := p.get(canceled, nil, "x", wanted{}); !errors.Is(err, context.Canceled) {
		t.Errorf("while all are busy: %v", err)
	}
}
