package train

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ddpmz/ddpmz/internal/cifar10"
)

// LoadCIFAR10 reads images in CIFAR-10's binary layout, one file after another.
func LoadCIFAR10(files ...string) ([]Image, error) {
	var images []Image
	for _, name := range files {
		more, err := loadCIFAR10(name)
		if err != nil {
			return nil, err
		}
		images = append(images, more...)
	}
	if len(images) == 0 {
		return nil, ErrNoImages
	}
	return images, nil
}

func loadCIFAR10(name string) ([]Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := cifar10.Read(f, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	images := make([]Image, len(list))
	for i, m := range list {
		pix := make([]uint8, 0, 3*cifar10.Side*cifar10.Side)
		for j := 0; j < len(m.Pix); j += 4 {
			pix = append(pix, m.Pix[j:j+3]...)
		}
		images[i] = Image{fmt.Sprint(filepath.Base(name), " ", i), cifar10.Side, cifar10.Side, pix}
		list[i] = nil // not kept twice
	}
	return images, nil
}

// SplitCIFAR10 returns the images to train on and those held out for validation: the first 500, or, of less than
// 10,000 images, the first twentieth. A single image is both.
func SplitCIFAR10(images []Image) (train, held []Image) {
	n := min((len(images)+holdOutEvery-1)/holdOutEvery, 500)
	if n == len(images) {
		return images, images
	}
	return images[n:], images[:n]
}
