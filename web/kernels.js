// The kernels of model/internal/kernel/simd.wasm, for a Go program that was built with -tags wasmsimd.

/**
 * kernels returns what a Go program imports as "ddpmz", and a function that joins it with the program once that is instantiated.
 *
 * @param {WebAssembly.Module | null} module the compiled simd.wasm, or null if there is no SIMD: then the portable kernels work
 */
export function kernels(module) {
	let k; // the exports of the module, whose memory is that of the program, which exists later than its imports
	return {
		imports: {
			supported: () => (module ? 1 : 0),
			tiles1: (a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p) => k.tiles1(a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p),
			tiles2: (a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p) => k.tiles2(a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p),
			tiles3: (a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p) => k.tiles3(a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p),
			tiles4: (a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p) => k.tiles4(a, b, c, d, e, f, g, h, i, j, k1, l, m, n, o, p),
			addProducts: (a, b, c, d, e, f) => k.addProducts(a, b, c, d, e, f),
			addSquares: (a, b, c, d) => k.addSquares(a, b, c, d),
		},
		join(instance) {
			if (module) k = new WebAssembly.Instance(module, { go: { mem: instance.exports.mem } }).exports;
		},
	};
}
