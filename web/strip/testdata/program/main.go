// Command program does what rests on the tables that strip changes: stacks that grow and are scanned by the garbage collector, deferred
// calls, recover wherever it may and may not work, functions that reflect makes.
package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"
)

type node struct {
	left, right *node
	text        string
}

// grow makes a tree with a stack of its depth, and collects garbage in the middle.
func grow(depth int) *node {
	if depth == 0 {
		runtime.GC()
		return nil
	}
	var pad [64]int
	for i := range pad {
		pad[i] = depth
	}
	n := &node{text: fmt.Sprint(depth)}
	n.left = grow(depth - 1)
	if depth%50 == 0 {
		n.right = grow(depth / 4)
	}
	n.text += fmt.Sprint(pad[depth%len(pad)])
	return n
}

func (n *node) sum() int {
	if n == nil {
		return 0
	}
	return len(n.text) + n.left.sum() + n.right.sum()
}

type catcher struct{ caught any }

func (c *catcher) catch() { c.caught = recover() }

type catches interface{ catch() }

func deep() any { return recover() }

func try(f func()) (caught any) {
	defer func() { caught = recover() }()
	f()
	return "nothing"
}

func recovers() {
	for name, f := range map[string]func() any{
		"method":    func() any { c := &catcher{}; func() { defer c.catch(); panic("a") }(); return c.caught },
		"interface": func() any { c := &catcher{}; func() { defer catches(c).catch(); panic("b") }(); return c.caught },
		"value":     func() any { c := &catcher{}; f := c.catch; func() { defer f(); panic("c") }(); return c.caught },
		"nested":    func() any { return try(func() { defer func() { func() { recover() }() }(); panic("d") }) },
		"called":    func() any { return try(func() { defer func() { deep() }(); panic("e") }) },
		"direct":    func() any { return try(func() { defer recover(); panic("f") }) },
		"loop": func() any {
			n := 0
			for range 3 {
				defer func() { n++ }()
			}
			return try(func() {
				for i := range 3 {
					defer func() { n += i }()
				}
				panic(fmt.Sprint("g", n))
			})
		},
		"again": func() any { return try(func() { defer func() { panic(fmt.Sprint(recover(), "i")) }(); panic("h") }) },
		"goexit": func() any {
			c := make(chan any, 1)
			go func() { defer func() { c <- recover() }(); runtime.Goexit() }()
			return <-c
		},
		"index": func() any { return try(func() { var s []int; s[len(os.Args)] = 1 }) },
		"nil":   func() any { return try(func() { var n *node; n.text = "x" }) },
		"error": func() any { return try(func() { panic(errors.New("j")) }) },
	} {
		lines = append(lines, fmt.Sprint(name, " ", f()))
	}
}

var lines []string

type adder struct{ by int }

func (a adder) Add(v int, s []string) string { runtime.GC(); return strings.Repeat(s[0], v+a.by) }

func main() {
	var wait sync.WaitGroup
	sums := make([]int, 8)
	for i := range sums {
		wait.Go(func() { sums[i] = grow(200 + i).sum() })
	}
	wait.Wait()
	lines = append(lines, fmt.Sprint("sums ", sums))
	recovers()

	made := reflect.MakeFunc(reflect.TypeFor[func(*node, []string) (string, error)](), func(in []reflect.Value) []reflect.Value {
		runtime.GC()
		n := in[0].Interface().(*node)
		return []reflect.Value{reflect.ValueOf(n.text + in[1].Index(0).String()), reflect.Zero(reflect.TypeFor[error]())}
	})
	text, err := made.Interface().(func(*node, []string) (string, error))(&node{text: "made"}, []string{fmt.Sprint("by", len(os.Args))})
	lines = append(lines, fmt.Sprint(text, err))
	method := reflect.ValueOf(adder{2}).Method(0).Interface().(func(int, []string) string)
	lines = append(lines, method(3, []string{fmt.Sprint(len(os.Args))}))

	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
	panic("the end")
}
