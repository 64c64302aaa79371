// Package test tries the package of this folder's parent in a browser: Chromium, if there is one.
package test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var (
	site *httptest.Server
	host *server
	page context.Context // of the browser; nil if there is none
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run builds the package, serves it, opens the page of the tests in a browser, and tests.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ddpmz-web")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("../build", dir).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "../build: %v\n%s", err, out)
		return 1
	}
	host = newServer(dir)
	site = httptest.NewServer(host)
	defer site.Close()

	path := browserPath()
	if path == "" {
		fmt.Println("No Chromium: tests in a browser are skipped.")
		return m.Run()
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless,
		chromedp.DisableGPU, chromedp.NoSandbox}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	err = chromedp.Do(ctx, chromedp.Navigate(site.URL+"/page/page.html"))
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](waitForAPI, await))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "Chromium:", err)
		return 1
	}
	page = ctx
	return m.Run()
}

// waitForAPI is a promise of page.js's functions.
const waitForAPI = `new Promise((resolve) => {
	const look = () => (window.api ? resolve(true) : setTimeout(look, 20));
	look();
})`

func await(p *runtime.EvaluateParams) {
	yes := true
	p.AwaitPromise = &yes
}

// long reports whether the tests may take minutes.
func long() bool { return os.Getenv("DDPMZ_LONG") == "1" }

// browserPath returns the path of a browser, or nothing.
func browserPath() string {
	for _, name := range []string{os.Getenv("DDPMZ_BROWSER"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// call calls a function of page.js, waits for its promise, and decodes what it returns.
func call(t *testing.T, to any, function string, args ...any) {
	t.Helper()
	if page == nil {
		t.Skip("no Chromium")
	}
	var list []string
	for _, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(b))
	}
	patience := 3 * time.Minute
	if long() {
		patience = 20 * time.Minute
	}
	ctx, cancel := context.WithTimeout(page, patience)
	defer cancel()
	expression := fmt.Sprintf("Promise.resolve(api.%s(%s)).then((v) => JSON.stringify(v ?? null))", function, strings.Join(list, ", "))
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, await))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	if to == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), to); err != nil {
		t.Fatalf("%s: %v: %s", expression, err, text)
	}
}
