//go:build !fetchweights

package zoo

import _ "embed"

var (
	//go:embed photo.ddpw
	photoBytes []byte
	//go:embed cifar10.ddpw
	cifar10Bytes []byte
	//go:embed jpeg.ddpj
	jpegBytes []byte
)

func photo() ([]byte, error)    { return photoBytes, nil }
func cifar10() ([]byte, error)  { return cifar10Bytes, nil }
func jpegFile() ([]byte, error) { return jpegBytes, nil }
