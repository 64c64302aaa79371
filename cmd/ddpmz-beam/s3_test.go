package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// TestS3: files in S3, of which a server in this process has the protocol, become objects there that are the command's files, at any
// depth; a second run does nothing; and what is not there, or may not be written, is an error of that file.
func TestS3(t *testing.T) {
	backend := s3mem.New()
	server := httptest.NewServer(gofakes3.New(backend).Server())
	defer server.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1"} {
		t.Setenv(name, value)
	}
	if err := backend.CreateBucket("photos"); err != nil {
		t.Fatal(err)
	}
	in, want := t.TempDir(), t.TempDir()
	makeTree(t, in, 7, 40, 30)
	encodeTree(t, in, want)
	for name, content := range filesIn(t, in) {
		if _, err := backend.PutObject("photos", "in/"+name, nil, strings.NewReader(content), int64(len(content)), nil); err != nil {
			t.Fatal(err)
		}
	}
	// Beam would read b of this.
	odd := "b?c.png"
	for _, name := range []string{"b", odd} {
		if _, err := backend.PutObject("photos", "in/"+name, nil, strings.NewReader("x"), 1, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"8 files: 6 encoded, 2 failed", "8 files: 0 encoded, 6 up to date, 2 failed"} {
		status, printed := pipeline(defaults("s3://photos/out"), "s3://photos/in/")
		if status != 1 || !strings.Contains(printed, text) {
			t.Fatalf("status %d, %q, want %q: %+v", status, printed, text, rowsOf(t, "s3://photos/out/"+manifestName))
		}
	}
	if r := rowsOf(t, "s3://photos/out/"+manifestName)["s3://photos/in/"+odd]; r.State != stateFailed || !strings.Contains(r.Error, "its name") {
		t.Errorf("%+v", r)
	}
	have := map[string]string{}
	for name := range filesIn(t, want) {
		data, err := read(t.Context(), "s3://photos/out/"+name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}
		have[name] = string(data)
	}
	wantFiles(t, have, filesIn(t, want))

	// From S3 to a local tree, and names that are not there.
	out := filepath.Join(t.TempDir(), "out")
	status, printed := pipeline(defaults(out), "s3://photos/in/a/*", "s3://photos/nothing.png", "s3://nowhere/x.png", "s3://nowhere/")
	if status != 1 || !strings.Contains(printed, "3 failed") {
		t.Errorf("status %d, %q", status, printed)
	}
	for name, content := range filesIn(t, out) {
		if want := filesIn(t, want)["a/"+name]; content != want {
			t.Errorf("%q: %d bytes, want %d", name, len(content), len(want))
		}
	}
	rows := rowsOf(t, filepath.Join(out, manifestName))
	if r := rows["s3://photos/nothing.png"]; r.State != stateFailed || r.Tries != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(filepath.Join(out, "005.jpg.ddpmz")); err != nil {
		t.Error(err)
	}
}
