// Package render draws the pictures in the testdata folder, so that the
// project depends on nobody's photographs and nobody's licence.
//
// A scene is drawn in linear light by ray marching or ray tracing over
// fractal noise, then developed like film: lens falloff, a tone curve, grain.
// Unlike flat drawings, the results have those properties of photographs that matter to
// a lossless coder: detail at every scale, soft and hard edges, and a grain of
// one to two grey levels that is weaker in colour than in brightness.
//
// Every pixel is computed in integers and is the same on every
// machine. A test compares the committed files with the scenes: whoever changes a scene
// runs go generate and commits the new files.
package render

//go:generate go run ./maketestdata ../../testdata
