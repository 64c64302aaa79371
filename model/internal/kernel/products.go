package kernel

// AddProducts adds p times x to a, and q times x to b, element by element. Their
// number is a multiple of 16. Sums are those of int32, modulo 2^32.
func AddProducts(a, b []int32, x []int16, p, q int16) { best.add(a, b, x, p, q) }

// AddSquares adds x to sum, and its squares to squares, element by element. Their number is a multiple of 16. Sums are those
// of int32, modulo 2^32, and of int64.
func AddSquares(sum []int32, squares []int64, x []int16) { best.squares(sum, squares, x) }

// squareAdder computes AddSquares.
type squareAdder func(sum []int32, squares []int64, x []int16)

func squaresPortable(sum []int32, squares []int64, x []int16) {
	sum, squares = sum[:len(x)], squares[:len(x)]
	for j, v := range x {
		sum[j] += int32(v)
		squares[j] += int64(v) * int64(v)
	}
}

// productAdder computes AddProducts.
type productAdder func(a, b []int32, x []int16, p, q int16)

func addPortable(a, b []int32, x []int16, p, q int16) {
	a, b = a[:len(x)], b[:len(x)]
	for j, v := range x {
		a[j] += int32(p) * int32(v)
		b[j] += int32(q) * int32(v)
	}
}
