// The kernels of model/internal/kernel/simd.wasm, for a Go program that was built with -tags wasmsimd.

/**
 * kernels returns what a Go program imports as "ddpmz", and a function that joins it with the program once that is instantiated.
 *
 * @param {WebAssembly.Module | null} module the compiled simd.wasm, or null if there is no SIMD: then the portable kernels work
 */
export function kernels(module) {
	let x; // the exports of the module, whose memory is that of the program, which exists later than its imports
	return {
		imports: {
			supported: () => (module ? 1 : 0),
			tiles1: (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) => x.tiles1(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
			tiles2: (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) => x.tiles2(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
			tiles3: (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) => x.tiles3(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
			tiles4: (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) => x.tiles4(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p),
			addProducts: (a, b, c, d, e, f) => x.addProducts(a, b, c, d, e, f),
			addSquares: (a, b, c, d) => x.addSquares(a, b, c, d),
			inputTransform1: (a, b, c, d, e, f, g) => x.inputTransform1(a, b, c, d, e, f, g),
			inputTransform2: (a, b, c, d, e, f, g) => x.inputTransform2(a, b, c, d, e, f, g),
			inputTransform3: (a, b, c, d, e, f, g) => x.inputTransform3(a, b, c, d, e, f, g),
			inputTransform4: (a, b, c, d, e, f, g) => x.inputTransform4(a, b, c, d, e, f, g),
			products1: (a, b, c, d, e, f, g) => x.products1(a, b, c, d, e, f, g),
			products2: (a, b, c, d, e, f, g) => x.products2(a, b, c, d, e, f, g),
			products3: (a, b, c, d, e, f, g) => x.products3(a, b, c, d, e, f, g),
			products4: (a, b, c, d, e, f, g) => x.products4(a, b, c, d, e, f, g),
			inverseTransform: (a, b, c, d, e, f, g, h, i, j, k, l, m, n) => x.inverseTransform(a, b, c, d, e, f, g, h, i, j, k, l, m, n),
		},
		join(instance) {
			if (module) x = new WebAssembly.Instance(module, { go: { mem: instance.exports.mem } }).exports;
		},
	};
}
