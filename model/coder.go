package model

import "github.com/ddpmz/ddpmz/model/internal/logistic"

// A Distribution is what the model predicts of the next cell of a coefficient (eq. 13), as integer frequencies.
type Distribution = logistic.Distribution

// A Coder joins a Chain and an entropy coder. An encoder codes what it is given and returns it; a decoder ignores what it is
// given and returns what it decodes. ok is false when a decoder has no more bytes; the chain makes no more calls then.
type Coder = logistic.Coder

// A HalfCoder is what a Coder may be besides: the model then has it code the most frequent of all steps in less time.
type HalfCoder = logistic.HalfCoder

// BitInterval returns the interval of a bit that is 1 with probability p/65536: of a 1 it is [0, p), of a 0 the rest.
func BitInterval(b, p uint32) (start, freq uint32) { return logistic.BitInterval(b, p) }

// CodeLength returns the ideal code length of a symbol of the given frequency, in bits, Q16.
func CodeLength(freq uint32) uint32 { return logistic.CodeLength(freq) }
