package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A bar shows progress on a line of the terminal, if the work takes longer than barDelay, and is erased at its
// end. A nil bar shows nothing.
type bar struct {
	*streams
	label string

	mutex sync.Mutex // interrupted work may still report when the bar ends
	due   time.Time  // when the bar is next drawn
	drawn bool
	ended bool
}

const (
	barDelay  = 300 * time.Millisecond
	barPeriod = 100 * time.Millisecond
	barWidth  = 30 // characters
	eraseLine = "\r\x1b[K"
)

// bar starts a bar on standard error; it is nil unless that is a terminal.
func (s *streams) bar(name string, quiet bool) *bar {
	if quiet || !isTerminal(s.stderr) {
		return nil
	}
	label := filepath.Base(displayName(name))
	if r := []rune(label); len(r) > barWidth {
		label = string(r[:barWidth-1]) + "…"
	}
	return &bar{streams: s, label: label, due: time.Now().Add(barDelay)}
}

// update is for the Progress fields of package codec.
func (b *bar) update(permille int) {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	now := time.Now()
	if b.ended || now.Before(b.due) {
		return
	}
	b.due, b.drawn = now.Add(barPeriod), true
	full := min(max(permille, 0), 1000) * barWidth / 1000
	fmt.Fprintf(b.stderr, "%s%s [%s%s] %3d%%", eraseLine, b.label,
		strings.Repeat("#", full), strings.Repeat(".", barWidth-full), permille/10)
}

func (b *bar) end() {
	if b == nil {
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.drawn && !b.ended {
		fmt.Fprint(b.stderr, eraseLine)
	}
	b.ended = true
}
