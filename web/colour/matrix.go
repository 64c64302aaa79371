package colour

import "math"

type (
	vector [3]float64
	matrix [3][3]float64
)

// of returns the product of a matrix and a vector.
func (m matrix) of(v vector) (out vector) {
	for i, row := range m {
		out[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return out
}

func (m matrix) times(n matrix) (out matrix) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				out[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return out
}

// inverse returns the inverse of a matrix, and whether there is one that is of use.
func (m matrix) inverse() (out matrix, ok bool) {
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	for i := range 3 {
		for j := range 3 {
			out[j][i] = minor(i, j) / det
		}
	}
	return out, math.Abs(det) > 1e-6
}

// scaled returns a matrix whose columns are multiplied by numbers.
func (m matrix) scaled(by vector) matrix {
	for i := range 3 {
		for j := range 3 {
			m[i][j] *= by[j]
		}
	}
	return m
}

// bradford takes XYZ to responses of cones, in which white points are adapted (ICC.1:2022, annex E).
var bradford = matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// matrix returns the XYZ of the primaries, adapted to D50. It is false if there are no such primaries.
func (c chromaticities) matrix() (m matrix, ok bool) {
	xyz := func(p [2]float64) vector { return vector{p[0] / p[1], 1, (1 - p[0] - p[1]) / p[1]} }
	for _, p := range c {
		if p[1] <= 0 || p[0] < 0 || p[0]+p[1] > 1.5 {
			return m, false
		}
	}
	white := xyz(c[0])
	for j := range 3 {
		for i, v := range xyz(c[j+1]) {
			m[i][j] = v
		}
	}
	inverse, ok := m.inverse()
	if !ok {
		return m, false
	}
	m = m.scaled(inverse.of(white)) // all together are white
	from, to := bradford.of(white), bradford.of(d50)
	back, _ := bradford.inverse()
	return back.times(diagonal(vector{to[0] / from[0], to[1] / from[1], to[2] / from[2]})).times(bradford).times(m), true
}

func diagonal(v vector) matrix { return matrix{{v[0], 0, 0}, {0, v[1], 0}, {0, 0, v[2]}} }
