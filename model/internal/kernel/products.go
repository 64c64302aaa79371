package kernel

// AddProducts adds p times the units of some sites to a, and q times these to b. A site has as many units as a has elements, a multiple of
// 16, from an element of x on that sites tells. Its factors are the lower halves of p and q, signed; the upper halves are 0. Sums are those
// of int32, modulo 2^32.
func AddProducts(a, b []int32, x []int16, sites []int32, p, q []int32) {
	best.addProducts(a, b, x, sites, p, q)
}

func (i *implementation) addProducts(a, b []int32, x []int16, sites []int32, p, q []int32) {
	if i.sites != nil && len(sites) > 0 {
		i.sites(a, b, x, sites, p, q)
		return
	}
	for k, s := range sites {
		i.add(a, b, x[s:][:len(a)], int16(p[k]), int16(q[k]))
	}
}

// AddSquares adds the units of some sites, which lie as those of AddProducts do, to sum, and their squares to squares. Sums are those of
// int32, modulo 2^32, and of int64.
func AddSquares(sum []int32, squares []int64, x []int16, sites []int32) {
	best.addSquares(sum, squares, x, sites)
}

func (i *implementation) addSquares(sum []int32, squares []int64, x []int16, sites []int32) {
	if i.squaresOf != nil && len(sites) > 0 {
		i.squaresOf(sum, squares, x, sites)
		return
	}
	for _, s := range sites {
		i.squares(sum, squares, x[s:][:len(sum)])
	}
}

// siteAdder computes AddProducts, and siteSquarer AddSquares, for at least one site.
type (
	siteAdder   func(a, b []int32, x []int16, sites []int32, p, q []int32)
	siteSquarer func(sum []int32, squares []int64, x []int16, sites []int32)
)

// squareAdder computes AddSquares for a site.
type squareAdder func(sum []int32, squares []int64, x []int16)

func squaresPortable(sum []int32, squares []int64, x []int16) {
	sum, squares = sum[:len(x)], squares[:len(x)]
	for j, v := range x {
		sum[j] += int32(v)
		squares[j] += int64(v) * int64(v)
	}
}

// productAdder computes AddProducts for a site.
type productAdder func(a, b []int32, x []int16, p, q int16)

func addPortable(a, b []int32, x []int16, p, q int16) {
	a, b = a[:len(x)], b[:len(x)]
	for j, v := range x {
		a[j] += int32(p) * int32(v)
		b[j] += int32(q) * int32(v)
	}
}
