package train

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the formats that LoadImages reads
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"github.com/ddpmz/ddpmz/model"
	"github.com/ddpmz/ddpmz/model/internal/process"
	"github.com/ddpmz/ddpmz/model/internal/transform"
)

// An Image is W x H pixels of R, G, B, 8 bits each.
type Image struct {
	Name string
	W, H int
	Pix  []uint8
}

// ErrNoImages means that a folder has no images.
var ErrNoImages = errors.New("train: no images")

// LoadImages reads all PNG, JPEG, WebP, TIFF, BMP and GIF files of a folder, in the order of their names. It drops alpha,
// and all but the high 8 bits of samples. It returns ErrNoImages if there are none.
func LoadImages(folder string) ([]Image, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var images []Image
	for _, e := range entries { // sorted
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif":
		default:
			continue
		}
		m, err := loadImage(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		m.Name = e.Name()
		images = append(images, m)
	}
	if len(images) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoImages, folder)
	}
	return images, nil
}

func loadImage(name string) (Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return Image{}, err
	}
	defer f.Close()
	m, _, err := image.Decode(bufio.NewReader(f))
	if err != nil {
		return Image{}, err
	}
	return fromImage(m), nil
}

// fromImage returns the pixels of m, not multiplied by alpha.
func fromImage(m image.Image) Image {
	b := m.Bounds()
	t := Image{W: b.Dx(), H: b.Dy(), Pix: make([]uint8, 0, 3*b.Dx()*b.Dy())}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			t.Pix = append(t.Pix, c.R, c.G, c.B)
		}
	}
	return t
}

// SubPixels returns the number of samples; a gray image has one for each pixel.
func (m Image) SubPixels() int { return m.W * m.H * m.present() }

// Picture returns the image as an image.Image.
func (m Image) Picture() image.Image {
	p := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i := range m.W * m.H {
		copy(p.Pix[4*i:], []uint8{m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2], 255})
	}
	return p
}

// present returns how many planes the image needs: 1 if it is gray, or 3.
func (m Image) present() int {
	for i := 0; i < len(m.Pix); i += 3 {
		if m.Pix[i] != m.Pix[i+1] || m.Pix[i] != m.Pix[i+2] {
			return process.Planes
		}
	}
	return 1
}

// split returns luma and chroma under the transform that the codec chooses.
func (m Image) split() (planes, transform.Colour) {
	x := m.planes()
	c, _, _ := model.ChooseColour(x[:m.present()], 8, true)
	if m.present() > 1 {
		c.Split(x)
	}
	return x, c
}

// Middle returns the pixels in the middle of the image, at most most in width and height.
func (m Image) Middle(most int) Image {
	w, h := min(m.W, most), min(m.H, most)
	c := cut(m, (m.W-w)/2, (m.H-h)/2, w, h)
	c.Name = m.Name
	return c
}

// planes returns the samples as R, G, B.
func (m Image) planes() (rgb planes) {
	for p := range rgb {
		rgb[p] = transform.NewPlane(m.W, m.H)
		for i := range rgb[p].Pix {
			rgb[p].Pix[i] = int32(m.Pix[3*i+p])
		}
	}
	return rgb
}

// holdOutEvery is how many images there are for each that is held out.
const holdOutEvery = 20

// Split returns the images to train on and those held out for validation, the first, 21st, 41st ... A single image is
// both.
func Split(images []Image) (train, held []Image) {
	for i, m := range images {
		if i%holdOutEvery == 0 {
			held = append(held, m)
		} else {
			train = append(train, m)
		}
	}
	if len(train) == 0 {
		train = held
	}
	return train, held
}

// fingerprint returns a hash of a set of images.
func fingerprint(images []Image) [sha256.Size]byte {
	h := sha256.New()
	for _, m := range images {
		fmt.Fprintln(h, m.Name, m.W, m.H)
		h.Write(m.Pix)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
