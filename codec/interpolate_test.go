package codec_test

import (
	"context"
	"errors"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/ddpmz/ddpmz/codec"
	"github.com/ddpmz/ddpmz/model/zoo"
)

// TestInterpolate mixes two pictures at both ends of time, where the result is known, and between: at 0 the states are the pictures, and
// the mixture is their mean, but for the rounding of coefficients; at 1000 nothing is known, and all that is drawn is the same. Between,
// the first picture is nearer to the one, the last to the other, and the less so, the later.
func TestInterpolate(t *testing.T) {
	net, err := zoo.ByName("cifar10")
	if err != nil {
		t.Fatal(err)
	}
	a, b := picture(t, "tiny/fruit.png"), picture(t, "tiny/meadow.png")
	at := func(timestep int) []image.Image {
		list, err := codec.Interpolate(context.Background(), rand.NewPCG(1, 1), a, b, codec.Interpolation{Timestep: timestep, Pictures: 3, Net: net})
		if err != nil || len(list) != 3 {
			t.Fatalf("timestep %d: %d pictures, %v", timestep, len(list), err)
		}
		return list
	}
	exact := at(0)
	if psnr(exact[0], a) < 1000 || psnr(exact[2], b) < 1000 {
		t.Error("at timestep 0, the ends are other pictures")
	}
	worst := 0
	for y := range 32 {
		for x := range 32 {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			mr, mg, mb, _ := exact[1].At(x, y).RGBA()
			for _, c := range [][3]uint32{{ar, br, mr}, {ag, bg, mg}, {ab, bb, mb}} {
				worst = max(worst, int(c[2]>>8)-int(c[0]>>8+c[1]>>8)/2, int(c[0]>>8+c[1]>>8)/2-int(c[2]>>8))
			}
		}
	}
	if worst > 6 {
		t.Errorf("at timestep 0, the mixture differs from the mean by %d levels", worst)
	}
	near := psnr(exact[0], a)
	for _, timestep := range []int{5, 50, 300} {
		list := at(timestep)
		to := psnr(list[0], a)
		if to >= near || to <= psnr(list[0], b) || psnr(list[2], b) <= psnr(list[2], a) {
			t.Errorf("timestep %d: the first picture has %.1f and %.1f dB to the two, the last %.1f and %.1f; before, %.1f", timestep,
				to, psnr(list[0], b), psnr(list[2], a), psnr(list[2], b), near)
		}
		near = to
	}
	if late := at(1000); psnr(late[0], late[1]) < 1000 || psnr(late[0], late[2]) < 1000 {
		t.Error("at timestep 1000, something of the pictures is known")
	}
}

func TestInterpolateErrors(t *testing.T) {
	a, b := picture(t, "tiny/fruit.png"), picture(t, "odd/rgb-17x13.png")
	interpolate := func(ctx context.Context, a, b image.Image, o codec.Interpolation) error {
		_, err := codec.Interpolate(ctx, rand.NewPCG(1, 1), a, b, o)
		return err
	}
	ctx := context.Background()
	if err := interpolate(ctx, a, b, codec.Interpolation{Pictures: 2}); !errors.Is(err, codec.ErrSizes) {
		t.Error(err)
	}
	for _, o := range []codec.Interpolation{{Timestep: -1, Pictures: 2}, {Timestep: 1001, Pictures: 2}, {Pictures: 1}} {
		var unsupported codec.UnsupportedError
		if err := interpolate(ctx, a, a, o); !errors.As(err, &unsupported) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, l := range []codec.Limits{{MaxPixels: 100}, {MaxMemory: 1000}, {MaxWork: 100}} {
		var limit *codec.LimitError
		if err := interpolate(ctx, a, a, codec.Interpolation{Pictures: 2, Limits: l}); !errors.As(err, &limit) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	ctx, stop := context.WithCancel(ctx)
	stop()
	if err := interpolate(ctx, a, a, codec.Interpolation{Pictures: 2}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
