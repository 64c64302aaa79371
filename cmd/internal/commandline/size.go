package commandline

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A Size is the value of a flag that counts bytes or pixels: a positive number, and K, M or G for a power of
// 1024. 0 is a flag not given. It is a flag.Value.
type Size int64

// Set reads a number.
func (s *Size) Set(text string) error {
	shift := 0
	if n := len(text); n > 0 {
		shift = 10 * (1 + strings.IndexByte("KMG", text[n-1]&^0x20)) // upper case
	}
	if shift > 0 {
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64>>shift {
		return errors.New("a positive number is needed, such as 4096, 20K or 3M")
	}
	*s = Size(n << shift)
	return nil
}

// String returns the number without a letter, or nothing for 0.
func (s *Size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}
