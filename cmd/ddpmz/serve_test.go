package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestServe starts a server, looks at a page, and interrupts it.
func TestServe(t *testing.T) {
	dir := folder(t, "tiny/rock.png")
	must(t, nil, "encode", "-q", filepath.Join(dir, "rock.png"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, stderr := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- runContext(ctx, []string{"ddpmz", "serve", "--listen", "localhost:0", dir}, &streams{stdin: new(bytes.Reader), stdout: io.Discard, stderr: stderr})
		stderr.Close()
	}()
	line := make([]byte, 1000)
	n, err := said.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, said)
	address := regexp.MustCompile(`http://localhost:\d+/`).Find(line[:n])
	if address == nil {
		t.Fatalf("it says %q", line[:n])
	}
	r, err := http.Get(string(address))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if page, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(page), "rock.ddpmz") {
		t.Errorf("%s, %v", page, err)
	}
	cancel()
	select {
	case s := <-status:
		if s == 0 {
			t.Error("interrupted, with status 0")
		}
	case <-time.After(20 * time.Second):
		t.Error("it does not end")
	}
}

// TestServeRefuses tests command lines.
func TestServeRefuses(t *testing.T) {
	fails(t, 2, []string{"one folder"}, nil, "serve", "a", "b")
	fails(t, 1, []string{"nothing", "no such file"}, nil, "serve", filepath.Join(t.TempDir(), "nothing"))
	fails(t, 1, []string{"listen"}, nil, "serve", "--listen", "localhost:notaport", t.TempDir())
}
