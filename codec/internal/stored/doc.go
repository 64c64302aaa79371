// Package stored is the codec's fallback, a lossless coder without a model, made for screenshots, charts and logos. It codes alpha
// planes and planes of palette indices, and whole pictures that the network would make larger.
//
// Pixels are coded one after another, from the top row down, as answers to guesses: is it what last followed the same eleven
// neighbours? The same six, or two? Is it one of the neighbours? What no guess was right for is a new colour, coded by the
// difference of its green from a prediction; red and blue are those that came with that green before, or differ from what the
// neighbours make of it. Where all around is the same, the length of a run is coded. All probabilities adapt, so that there are no
// tables in a stream; the entropy coder is package rans. FORMAT.md has every rule, docs/experiments/graphics.md what each is
// worth.
//
// The encoder tries few ways and keeps the smallest stream, so its output may change from version to version; what the decoder
// makes of a stream never will. Who has a smaller file already spares it the work: [Probe].
//
// # Stream
//
// The size, channels and depth of the raster are not in the stream: the container knows them. A raster without a single sample is
// an empty stream. Every other stream begins with a byte that names the method. Packed samples follow, where nothing else is
// smaller, or groups of symbols: the length of a stream of rans, and that. The work and the memory that a stream asks for are
// bounded by its bytes: they supply so many samples each, and the encoder appends zeros where that takes more.
//
// # Prefixes
//
// Any prefix of a stream decodes to the rows that its bytes determine. A missing tail is not an error, unless the caller says that
// the stream is complete.
package stored
