// Package jpegs makes the pictures that the reverse process of JPEG files learns from: what cameras and programs would
// make of photographs, as quantized coefficients.
//
// Photographs to train on are sharp at the level of a pixel, since they were scaled down. JPEG files of cameras are not:
// their pixels come out of a mosaic of colour filters, a demosaicing filter, noise reduction and sharpening. So a part of
// the pictures goes through such a camera, after it was enlarged (camera.go), and the others are compressed as they are,
// as programs do. Quality, tables, sampling and the filter of the chroma are drawn for every picture (settings.go).
//
// Planes of samples are floating point, and picture i of a source depends on nothing but the photographs, the seed and i.
package jpegs
