//go:build js && wasm

// Command decoder is the decoder that web/worker.js runs, built with the tags wasmsimd and fetchweights: see web/build.
//
// It finds its host as globalThis.ddpmzHost, an object with these functions:
//
//	weights(name)              a Promise of a model's packed file, NAME.ddpk, as a Uint8Array
//	soon(f)                    calls f when other events have been looked at
//	header(id, width, height)  the size of a file's picture, and again if it is another than was said first; fit(id, reduce) is awaited if the file was opened with reduce -1
//	want(id, ranges)           the decoder waits for bytes: of these ranges, [from, to, from, to, ...], if it knows any yet
//	seeks(id)                  whether any part of the file can be had before others
//	picture(id, w, h, pixels, space, at)  the picture so far, RGBA with straight alpha, its colour space, and how good it is
//	done(id, at)               all that was asked for is decoded
//	failed(id, kind, message)  the file cannot be decoded, or no further than the last picture
//
// and puts functions for the host into globalThis.ddpmz: open, fit, push, size, end, cancel. See their methods.
package main

import (
	"errors"
	"strings"
	"syscall/js"

	"github.com/ddpmz/ddpmz/model/zoo"
	"github.com/ddpmz/ddpmz/web/weights"
)

func main() {
	host := js.Global().Get("ddpmzHost")
	zoo.Fetch = func(name string) ([]byte, error) { return weightsFile(host, name) }
	d := newDesk(host)
	js.Global().Set("ddpmz", d.functions())
	host.Call("ready")
	select {}
}

// weightsFile returns the file of a model.
func weightsFile(host js.Value, name string) ([]byte, error) {
	packed, err := fetch(host, name[:strings.LastIndexByte(name, '.')]+".ddpk")
	if err != nil {
		return nil, err
	}
	file, err := weights.Unpack(packed)
	if err != nil {
		return nil, weightsError(err.Error())
	}
	return file, nil
}

// fetch returns a file of the package.
func fetch(host js.Value, name string) ([]byte, error) {
	type result struct {
		file []byte
		err  error
	}
	c := make(chan result, 1)
	arrived := js.FuncOf(func(_ js.Value, args []js.Value) any {
		file := make([]byte, args[0].Length())
		js.CopyBytesToGo(file, args[0])
		c <- result{file, nil}
		return nil
	})
	defer arrived.Release()
	refused := js.FuncOf(func(_ js.Value, args []js.Value) any {
		c <- result{nil, weightsError(args[0].Call("toString").String())}
		return nil
	})
	defer refused.Release()
	host.Call("weights", name).Call("then", arrived, refused)
	r := <-c
	return r.file, r.err
}

// A weightsError says why the weights of a model could not be fetched.
type weightsError string

func (e weightsError) Error() string { return "weights of the model: " + string(e) }

// isWeightsError reports whether an error is due to weights.
func isWeightsError(err error) bool {
	var e weightsError
	return errors.As(err, &e)
}
