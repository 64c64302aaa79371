package test

import (
	"bufio"
	"bytes"
	"context"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// serve starts ddpmz serve for a folder of committed pictures, and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	if page == nil {
		t.Skip("no Chromium")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "ddpmz")
	build := exec.Command("go", "build", "-o", program, "./cmd/ddpmz")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pictures := filepath.Join(dir, "scenes")
	if err := os.Mkdir(pictures, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"landscape", "street", "still-life", "alpha", "text", "gray", "palette256", "tiny/leaves", "tiny/rock"} {
		if err := os.WriteFile(filepath.Join(pictures, filepath.Base(name)+".ddpmz"), encode(t, name+".png"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	server := exec.Command(program, "serve", "--listen", "localhost:0", pictures)
	out, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`http://\S+`).FindString(line)
	if address == "" {
		t.Fatalf("ddpmz serve says %q, %v", line, err)
	}
	return address
}

// TestServe looks at the pages of ddpmz serve: small pictures, the slider, the difference, a picture that is dropped. With
// $DDPMZ_SCREENSHOTS, it writes screenshots into that folder.
func TestServe(t *testing.T) {
	address := serve(t)
	tab, cancel := chromedp.NewContext(page)
	defer cancel()
	tab, cancel = context.WithTimeout(tab, 2*time.Minute)
	defer cancel()
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab, steps...); err != nil {
			t.Fatal(err)
		}
	}
	evaluate := func(expression string) string {
		t.Helper()
		text, err := chromedp.Run(tab, chromedp.Evaluate[string](expression, await))
		if err != nil {
			t.Fatalf("%s: %v", expression, err)
		}
		return text
	}
	// until waits for an expression that is true, on this page or on one that takes its place meanwhile.
	until := func(expression string) {
		t.Helper()
		for range 1200 {
			ok, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.readyState === "complete" && Boolean(`+expression+`)`))
			if err == nil && ok {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: %s", expression, evaluate(`document.body.innerText`))
	}
	screenshot := func(name string) {
		t.Helper()
		dir := os.Getenv("DDPMZ_SCREENSHOTS")
		if dir == "" {
			return
		}
		for _, scheme := range []string{"light", "dark"} {
			do(colourScheme(scheme))
			b, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			m, err := png.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			var small bytes.Buffer
			if err := jpeg.Encode(&small, m, &jpeg.Options{Quality: 85}); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".jpg"), small.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}

	do(chromedp.EmulateViewport(1000, 640), chromedp.Navigate(address))
	until(`document.images.length === 9 && [...document.images].every((m) => m.complete && m.naturalWidth > 0)`)
	screenshot("serve-gallery")

	do(chromedp.Navigate(address + "view?file=landscape.ddpmz"))
	until(`document.querySelector("#facts").textContent.includes("bit for bit")`)
	move := func(to string) string {
		t.Helper()
		return evaluate(`(() => {
			const before = facts.textContent;
			slider.value = ` + to + `;
			slider.dispatchEvent(new Event("input"));
			return before;
		})()`)
	}
	before := move("slider.max - 5")
	until(`facts.textContent !== ` + quote(before) + ` && picture.complete && /^9\d\d of 1000 steps · [\d,]+ bytes, [\d.]+% of the file · [\d.]+ bits a pixel · PSNR \d\d\.\d\d dB$/.test(facts.textContent)`)
	do(chromedp.EmulateViewport(1000, 440))
	screenshot("serve-view")
	source := evaluate(`picture.src`)
	evaluate(`(difference.click(), "")`)
	until(`picture.src !== ` + quote(source) + ` && picture.complete && picture.naturalWidth === 384`)

	do(chromedp.Navigate(address + "drop"))
	evaluate(`(() => {
		const canvas = document.createElement("canvas");
		canvas.width = 40;
		canvas.height = 30;
		canvas.getContext("2d").fillRect(3, 4, 20, 10);
		canvas.toBlob((blob) => {
			const list = new DataTransfer();
			list.items.add(new File([blob], "drawn.png"));
			const drop = new DragEvent("drop", { dataTransfer: list, bubbles: true, cancelable: true });
			document.querySelector("#target").dispatchEvent(drop);
		});
		return "";
	})()`)
	until(`location.pathname === "/view" && document.querySelector("#facts").textContent.includes("bit for bit")`)
	if title := evaluate(`document.title`); !strings.Contains(title, "drawn.ddpmz") {
		t.Errorf("the page of what was dropped is called %q", title)
	}
}

// quote makes a string of JavaScript.
func quote(s string) string { return "`" + strings.ReplaceAll(s, "`", "") + "`" }

// colourScheme has pages see a preference for a scheme of colours.
func colourScheme(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	}
}
