package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// A collectionLine shows how far a collection is, on a line of the terminal. A nil one shows nothing.
type collectionLine struct {
	mutex         sync.Mutex
	w             io.Writer
	begin, due    time.Time
	sizes         map[string]int64 // of inputs that are not done
	total, files  int
	bytes, passed int64 // of all inputs, and of those that are done
	drawn         bool
}

// collectionLine returns the line for jobs; it is nil unless standard error is a terminal.
func (r *runner) collectionLine(list []job) *collectionLine {
	if r.output.quiet || !isTerminal(r.stderr) {
		return nil
	}
	l := &collectionLine{w: r.stderr, begin: time.Now(), due: time.Now().Add(barDelay), sizes: make(map[string]int64), total: len(list)}
	for _, j := range list {
		if info, err := os.Stat(j.in); err == nil {
			l.sizes[j.in] = info.Size()
			l.bytes += info.Size()
		}
	}
	return l
}

// finished counts a file that is done.
func (l *collectionLine) finished(name string) {
	if l == nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.files++
	l.passed += l.sizes[name]
	delete(l.sizes, name)
	now := time.Now()
	if now.Before(l.due) {
		return
	}
	l.due, l.drawn = now.Add(barPeriod), true
	fmt.Fprintf(l.w, "%s%s", eraseLine, l.text(now.Sub(l.begin)))
}

// text words how far the collection is after a time.
func (l *collectionLine) text(took time.Duration) string {
	text := fmt.Sprintf("%d of %d files, %.1f of %.1f MB", l.files, l.total, float64(l.passed)/1e6, float64(l.bytes)/1e6)
	if l.passed > 0 {
		left := time.Duration(float64(took) * float64(l.bytes-l.passed) / float64(l.passed))
		text += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return text
}

// clear erases the line, until it is drawn again.
func (l *collectionLine) clear() {
	if l == nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.drawn {
		fmt.Fprint(l.w, eraseLine)
		l.drawn = false
	}
}
