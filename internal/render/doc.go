// Package render draws the pictures in the testdata folder, so that the
// project depends on nobody's photographs and nobody's licence.
//
// A scene is drawn in linear light by ray marching or ray tracing over
// fractal noise, then developed like film: lens falloff, a tone curve, grain.
// The result has what a lossless coder feels in a photograph, which flat
// drawings lack: detail at every scale, soft and hard edges, and a grain of
// one to two grey levels that is weaker in colour than in brightness.
//
// Every pixel is computed in integers and comes out the same on every
// machine. The committed files are checked against that; to change a scene is
// to run go generate and commit the new files with it.
package render

//go:generate go run ./maketestdata ../../testdata
