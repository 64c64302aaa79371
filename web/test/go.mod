module github.com/ddpmz/ddpmz/web/test

go 1.26.0

require (
	github.com/chromedp/chromedp v0.23.1
	golang.org/x/image v0.47.0
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

require (
	github.com/chromedp/cdproto v0.160.1
	github.com/ddpmz/ddpmz v0.0.0-00010101000000-000000000000
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
)

replace github.com/ddpmz/ddpmz => ../..
