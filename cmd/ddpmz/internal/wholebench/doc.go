// Package wholebench measures ddpmz and its peers on whole lossless files of pictures of any kind: with alpha, palettes, gray, of 8 and
// of 16 bits a sample. It knows bytes and times, and nothing of prefixes, for which package bench is.
package wholebench
