package zoo

import (
	"sync"

	"github.com/ddpmz/ddpmz/model/dct"
)

// NameOfJPEG is the name of the model of JPEG files. It is no network, and not among Names.
const NameOfJPEG = "jpeg"

// jpegWeights is the model of JPEG files, once it is loaded.
var jpegWeights struct {
	mutex sync.Mutex
	*dct.Weights
}

// JPEG returns the model of JPEG files. Its errors are those of dct.LoadWeights and of Fetch.
func JPEG() (*dct.Weights, error) {
	j := &jpegWeights
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.Weights == nil {
		file, err := jpegFile()
		if err != nil {
			return nil, err
		}
		if j.Weights, err = dct.LoadWeights(file); err != nil {
			return nil, err
		}
	}
	return j.Weights, nil
}
