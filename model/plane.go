package model

import (
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// A Plane is H rows of W integers.
type Plane = transform.Plane

// NewPlane returns a zero plane.
func NewPlane(w, h int) Plane { return transform.NewPlane(w, h) }

const (
	bands       = transform.Bands
	planes      = process.Planes
	coordinates = process.Coordinates
	stages      = process.Stages
	phases      = process.Phases
	unknown     = process.Unknown
	ditherBits  = process.DitherBits
)

var (
	groups      = process.Groups
	phaseOrigin = process.PhaseOrigin
)
