package logistic

// What the tests look at from outside, since the coders that they use import this package.

const (
	TailT      = tailT
	TableSteps = tableSteps
	OneQ31     = oneQ31
	EscapeBits = escapeBits
)

type Bound = bound

func (tab *Tables) Derivatives(a, b Bound) (inverseScale, mean int64) {
	return tab.derivatives(a, b)
}

func (tab *Tables) Bound(t int64) Bound      { return tab.bound(t) }
func (b bound) Integral() uint32             { return b.integral }
func (tab *Tables) CDF() []uint32            { return tab.cdf[:] }
func (tab *Tables) Moment() []uint32         { return tab.moment[:] }
func (tab *Tables) Inverse() []int64         { return tab.inverse[:] }
func (tab *Tables) Reciprocal() []uint32     { return tab.reciprocal[:] }
func (tab *Tables) WholeInverseScale() int64 { return tab.wholeInverseScale }
func (d *Distribution) Clock() uint8         { return d.clock }
func (d *Distribution) Count() int32         { return d.count }
func (d *Distribution) Middle() int32        { return d.middle }
func (d *Distribution) Cell(s int32) int64   { return int64(d.origin + s) }
func (d *Distribution) Last() int32          { return d.last }
func (d *Distribution) Divides() bool        { return d.reciprocal > 0 }
func (d *Distribution) Single(s int32) bool {
	return !(d.below && s == 0) && !(d.above && s == d.count-1)
}
func (d *Distribution) BoundOf(c int64) Bound { return d.bound(c) }

func (d *Distribution) Bounds(cell int64) (lower, upper Bound) { return d.bounds(cell) }
