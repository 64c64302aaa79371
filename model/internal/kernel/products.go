package kernel

// AddProducts adds p times x to a, and q times x to b, element by element. Their
// number is a multiple of 16. Sums are those of int32, modulo 2^32.
func AddProducts(a, b []int32, x []int16, p, q int16) { best.add(a, b, x, p, q) }

// productAdder computes AddProducts.
type productAdder func(a, b []int32, x []int16, p, q int16)

func addPortable(a, b []int32, x []int16, p, q int16) {
	a, b = a[:len(x)], b[:len(x)]
	for j, v := range x {
		a[j] += int32(p) * int32(v)
		b[j] += int32(q) * int32(v)
	}
}
