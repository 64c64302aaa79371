package metrics

import "math"

// MSE returns the mean squared difference of all samples of a and b, in squared grey levels.
func MSE(a, b *Raster) (float64, error) {
	if err := sameSize(a, b); err != nil {
		return 0, err
	}
	sum := int64(0)
	for i, v := range a.Pix {
		d := int64(v) - int64(b.Pix[i])
		sum += d * d
	}
	return float64(sum) / float64(len(a.Pix)), nil
}

// PSNR returns the peak signal-to-noise ratio in dB that a mean squared error stands for. It is infinite for 0.
func PSNR(mse float64) float64 { return 10 * math.Log10(255*255/mse) }

// OfPSNR returns the mean squared error that a PSNR stands for.
func OfPSNR(psnr float64) float64 { return 255 * 255 / math.Pow(10, psnr/10) }

// NearlyExact returns the PSNR of a w x h picture in which one sample is off by one. Means take it for that of
// an exact picture, which is infinite: nothing else can be closer.
func NearlyExact(w, h int) float64 { return PSNR(1 / float64(3*w*h)) }
