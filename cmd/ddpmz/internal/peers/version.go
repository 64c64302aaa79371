package peers

import (
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// A version says how to ask a program for its version.
type version struct {
	name    string // of the software, as reports have it
	command []string
	pattern *regexp.Regexp // groups hold what identifies it
}

var (
	libwebp  = version{"libwebp", []string{"cwebp", "-version"}, regexp.MustCompile(`(\d+\.\d+\.\d+)`)}
	openJPEG = version{"OpenJPEG", []string{"opj_compress", "-h"}, regexp.MustCompile(`openjp2 library v(\d+\.\d+\.\d+)`)}
	libjxl   = version{"libjxl", []string{"cjxl", "--version"}, regexp.MustCompile(`v(\d+\.\d+\.\d+)`)}
	libjpeg  = version{"libjpeg", []string{"cjpeg", "-version"}, regexp.MustCompile(`(?i)(turbo) version (\S+)|version (\S+)`)}
	libavif  = version{"libavif", []string{"avifenc", "--version"}, regexp.MustCompile(`(\d+\.\d+\.\d+).*(aom)[^:]*:v?(\d+\.\d+\.\d+)`)}
	goItself = version{"Go", nil, nil}
)

// find returns name and version, or the name and a question mark. Programs say them on either stream and exit as
// they like.
func (v version) find() string {
	if v.command == nil {
		return v.name + " " + strings.TrimPrefix(runtime.Version(), "go")
	}
	out, _ := exec.Command(v.command[0], v.command[1:]...).CombinedOutput()
	groups := v.pattern.FindStringSubmatch(string(out))
	if groups == nil {
		return v.name + " ?"
	}
	words := []string{v.name}
	for _, g := range groups[1:] {
		if g != "" {
			words = append(words, g)
		}
	}
	return strings.Join(words, " ")
}
