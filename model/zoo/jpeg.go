package zoo

import (
	_ "embed"
	"sync"

	"github.com/ddpmz/ddpmz/model/dct"
)

// NameOfJPEG is the name of the model of JPEG files. It is no network, and not among Names.
const NameOfJPEG = "jpeg"

//go:embed jpeg.ddpj
var jpegFile []byte

// JPEG returns the model of JPEG files. Its error is that of dct.LoadWeights.
var JPEG = sync.OnceValues(func() (*dct.Weights, error) { return dct.LoadWeights(jpegFile) })
