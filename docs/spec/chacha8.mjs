// The dither: chacha8rand of C2SP, the generator of Go's math/rand/v2.

const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

function quarter(x, a, b, c, d) {
	const turn = (v, n) => (v << n) | (v >>> (32 - n));
	x[a] = (x[a] + x[b]) | 0;
	x[d] = turn(x[d] ^ x[a], 16);
	x[c] = (x[c] + x[d]) | 0;
	x[b] = turn(x[b] ^ x[c], 12);
	x[a] = (x[a] + x[b]) | 0;
	x[d] = turn(x[d] ^ x[a], 8);
	x[c] = (x[c] + x[d]) | 0;
	x[b] = turn(x[b] ^ x[c], 7);
}

/** The 256 words of an iteration with a key of 8 words: 248 are output, 8 are the next key. */
function iteration(key) {
	const words = new Uint32Array(256);
	for (let block = 0; block < 16; block++) {
		const x = Int32Array.of(...constants, ...key, block, 0, 0, 0);
		for (let round = 0; round < 4; round++) {
			for (let i = 0; i < 4; i++) quarter(x, i, 4 + i, 8 + i, 12 + i);
			for (let i = 0; i < 4; i++) quarter(x, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
		}
		// Only the key is added. Four blocks are output word by word in turn.
		for (let i = 0; i < 16; i++) {
			const word = i >= 4 && i < 12 ? x[i] + key[i - 4] : x[i];
			words[(block >> 2) * 64 + i * 4 + (block & 3)] = word;
		}
	}
	return words;
}

/** The dither of `width` columns of row y of coefficient i of scale l. */
export function ditherRow(l, i, y, width) {
	let key = Int32Array.of(0x6d706464, 0x7a, l, i, y, 0, 0, 0);
	const u = new Uint16Array(width);
	let words = iteration(key);
	for (let x = 0, at = 0; x < width; x++, at++) {
		if (at === 2 * 248) {
			key = Int32Array.from(words.subarray(248));
			words = iteration(key);
			at = 0;
		}
		u[x] = words[at >> 1] >>> (16 * (at & 1));
	}
	return u;
}
