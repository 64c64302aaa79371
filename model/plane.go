package model

import "github.com/ddpmz/ddpmz/model/internal/transform"

// A Plane is H rows of W integers.
type Plane = transform.Plane

// NewPlane returns a zero plane.
func NewPlane(w, h int) Plane { return transform.NewPlane(w, h) }
