package kernel

// AddProducts adds p times the units of some sites to a, and q times these to b. A site has as many units as a has elements, a multiple of
// 16, from an element of x on that sites tells. Its factors are the lower halves of p and q, signed; the upper halves are 0. Sums are those
// of int32, modulo 2^32.
func AddProducts(a, b []int32, x []int16, sites []int32, p, q []int32) {
	if len(sites) > 0 {
		best.add(a, b, x, sites, p, q)
	}
}

// AddSquares adds the units of some sites, which lie as those of AddProducts do, to sum, and their squares to squares. Sums are those of
// int32, modulo 2^32, and of int64.
func AddSquares(sum []int32, squares []int64, x []int16, sites []int32) {
	if len(sites) > 0 {
		best.squares(sum, squares, x, sites)
	}
}

// productAdder computes AddProducts, and squareAdder AddSquares, for at least one site.
type (
	productAdder func(a, b []int32, x []int16, sites []int32, p, q []int32)
	squareAdder  func(sum []int32, squares []int64, x []int16, sites []int32)
)

// productsBySites returns the productAdder that has add compute it for one site after the other.
func productsBySites(add func(a, b []int32, x []int16, p, q int16)) productAdder {
	return func(a, b []int32, x []int16, sites []int32, p, q []int32) {
		for k, s := range sites {
			add(a, b, x[s:][:len(a)], int16(p[k]), int16(q[k]))
		}
	}
}

// squaresBySites returns the squareAdder that has add compute it for one site after the other.
func squaresBySites(add func(sum []int32, squares []int64, x []int16)) squareAdder {
	return func(sum []int32, squares []int64, x []int16, sites []int32) {
		for _, s := range sites {
			add(sum, squares, x[s:][:len(sum)])
		}
	}
}

func squaresPortable(sum []int32, squares []int64, x []int16) {
	sum, squares = sum[:len(x)], squares[:len(x)]
	for j, v := range x {
		sum[j] += int32(v)
		squares[j] += int64(v) * int64(v)
	}
}

func addPortable(a, b []int32, x []int16, p, q int16) {
	a, b = a[:len(x)], b[:len(x)]
	for j, v := range x {
		a[j] += int32(p) * int32(v)
		b[j] += int32(q) * int32(v)
	}
}
