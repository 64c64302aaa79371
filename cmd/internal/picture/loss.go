package picture

import (
	"fmt"
	"strings"
)

// A Loss is something that a file holds and the picture read from it does not,
// or that a picture holds and the file written from it does not.
type Loss struct {
	Kind   string `json:"kind"`   // one of the constants below
	Detail string `json:"detail"` // what is lost, for people, as in "2 further frames of an animation"
}

// Kinds of loss.
const (
	LossFrames   = "frames"   // frames of an animation after the first
	LossPages    = "pages"    // pages of a TIFF file other than the one that was read
	LossImages   = "images"   // images beside or after the picture, such as thumbnails and gain maps
	LossColour   = "colour"   // colours that were converted to others, as CMYK to RGB, or left out
	LossProfile  = "profile"  // a colour profile that does not hold for the picture as it is kept
	LossDepth    = "depth"    // samples that were cut or rounded to fewer bits
	LossAlpha    = "alpha"    // transparency
	LossMetadata = "metadata" // what a file says beside its pixels, a profile excepted
	LossOriginal = "original" // the file itself, byte for byte, of a format that can be kept so
	LossDamage   = "damage"   // a part of the file that is missing or damaged and was passed over
)

func (l Loss) String() string { return l.Kind + ": " + l.Detail }

// A LossError reports that Write was asked for a file that cannot hold the
// picture's pixels. WriteOptions.AllowLoss lets it write such a file.
type LossError struct {
	Format string // as Write has it
	Losses []Loss // of the kinds colour, depth and alpha
}

func (e *LossError) Error() string {
	details := make([]string, len(e.Losses))
	for i, l := range e.Losses {
		details[i] = l.Detail
	}
	return "picture: " + e.Format + " does not hold " + strings.Join(details, ", nor ")
}

// plural counts things: "1 page", "2 pages".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
