// A frame of Zstandard (RFC 8878), with or without a dictionary of raw content. Its checksum is not compared: those of the container are.
import { Bytes } from "./bitstream.mjs";
import { malformed } from "./numbers.mjs";

const log2 = (v) => 31 - Math.clz32(v);

/** Bits from the front of bytes, the lowest of a byte first. */
class Forward {
	constructor(bytes, at) {
		this.bytes = bytes;
		this.bit = 8 * at;
	}

	read(n) {
		let v = 0;
		for (let i = 0; i < n; i++, this.bit++) {
			if (this.bit >> 3 >= this.bytes.length) throw malformed("a table of Zstandard that is cut");
			v |= ((this.bytes[this.bit >> 3] >> (this.bit & 7)) & 1) << i;
		}
		return v;
	}
}

/** Bits from the end of bytes, below the highest one that is set. Beyond the front they are zeros, and left is negative. */
class Backward {
	constructor(bytes) {
		const last = bytes.at(-1);
		if (!last) throw malformed("a stream of Zstandard without its end");
		this.bytes = bytes;
		this.left = 8 * (bytes.length - 1) + log2(last);
	}

	read(n) {
		let v = 0;
		for (let i = 0; i < n; i++) {
			this.left--;
			v = v * 2 + (this.left < 0 ? 0 : (this.bytes[this.left >> 3] >> (this.left & 7)) & 1);
		}
		return v;
	}
}

/** The table of an FSE code, of the probabilities of its symbols in 2^-accuracy; -1 stands for less than one. */
function fseTable(accuracy, probabilities) {
	const size = 1 << accuracy;
	const table = Array(size);
	const next = [];
	let high = size;
	probabilities.forEach((p, s) => {
		next[s] = Math.abs(p);
		if (p < 0) table[--high] = { symbol: s };
	});
	let at = 0;
	probabilities.forEach((p, s) => {
		for (let i = 0; i < p; i++) {
			table[at] = { symbol: s };
			do at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
			while (at >= high);
		}
	});
	for (const entry of table) {
		const n = next[entry.symbol]++;
		entry.bits = accuracy - log2(n);
		entry.base = (n << entry.bits) - size;
	}
	return { accuracy, table };
}

/** Reads the probabilities of an FSE code. Returns its table, and where its description ends. */
function readFSE(bytes, at, most, symbols) {
	const r = new Forward(bytes, at);
	const accuracy = r.read(4) + 5;
	if (accuracy > most) throw malformed("a table of Zstandard that is too large");
	const probabilities = [];
	for (let left = 1 << accuracy; left > 0; ) {
		const bits = log2(left + 1) + 1;
		const low = (1 << (bits - 1)) - 1;
		const short = (1 << bits) - 2 - left;
		let v = r.read(bits);
		if ((v & low) < short) {
			r.bit--;
			v &= low;
		} else if (v > low) v -= short;
		probabilities.push(v - 1);
		left -= Math.abs(v - 1);
		if (left < 0 || probabilities.length > symbols) throw malformed("the probabilities of Zstandard");
		if (v === 1) {
			for (let more = 3; more === 3; ) {
				more = r.read(2);
				for (let i = 0; i < more; i++) probabilities.push(0);
			}
		}
	}
	if (probabilities.length > symbols) throw malformed("the probabilities of Zstandard");
	return { code: fseTable(accuracy, probabilities), end: (r.bit + 7) >> 3 };
}

/** The table of a Huffman code, by the next bits, of the weights of all symbols but the last. */
function huffmanTable(weights) {
	const sum = weights.reduce((s, w) => s + (w ? 1 << (w - 1) : 0), 0);
	if (!sum) throw malformed("a Huffman code of Zstandard of no symbols");
	const bits = log2(sum) + 1;
	const rest = (1 << bits) - sum;
	if (bits > 11 || rest & (rest - 1)) throw malformed("the weights of a Huffman code of Zstandard");
	const all = [...weights, log2(rest) + 1];
	const table = [];
	for (let w = 1; w <= bits; w++) {
		all.forEach((v, symbol) => {
			if (v === w) for (let i = 0; i < 1 << (w - 1); i++) table.push({ symbol, bits: bits + 1 - w });
		});
	}
	return { bits, table };
}

function readHuffman(r) {
	const n = r.byte();
	const weights = [];
	if (n >= 128) {
		const packed = r.take((n - 126) >> 1);
		for (let i = 0; i < n - 127; i++) weights.push(i & 1 ? packed[i >> 1] & 15 : packed[i >> 1] >> 4);
		return huffmanTable(weights);
	}
	const bytes = r.take(n);
	const { code, end } = readFSE(bytes, 0, 6, 256);
	const bits = new Backward(bytes.subarray(end));
	const states = [bits.read(code.accuracy), bits.read(code.accuracy)];
	for (let i = 0; ; i ^= 1) {
		const { symbol, bits: n, base } = code.table[states[i]];
		weights.push(symbol);
		if (weights.length > 255) throw malformed("the weights of a Huffman code of Zstandard");
		if (bits.left < n) {
			weights.push(code.table[states[i ^ 1]].symbol);
			return huffmanTable(weights);
		}
		states[i] = base + bits.read(n);
	}
}

function huffmanStream(code, bytes, n) {
	const r = new Backward(bytes);
	const out = new Uint8Array(n);
	let state = r.read(code.bits);
	for (let i = 0; i < n; i++) {
		const { symbol, bits } = code.table[state];
		out[i] = symbol;
		state = ((state << bits) & ((1 << code.bits) - 1)) | r.read(bits);
	}
	if (r.left !== -code.bits) throw malformed("a stream of literals of Zstandard that does not end with its last one");
	return out;
}

const literals = { raw: 0, repeated: 1, compressed: 2, treeless: 3 };

function readLiterals(r, state) {
	const first = r.byte();
	const type = first & 3;
	const format = (first >> 2) & 3;
	const number = (bytes) => bytes.reduce((v, b, i) => v + b * 2 ** (8 * i), 0);
	if (type === literals.raw || type === literals.repeated) {
		const n = format === 1 ? number([first, r.byte()]) >> 4 : format === 3 ? number([first, ...r.take(2)]) >> 4 : first >> 3;
		return type === literals.raw ? r.take(n) : new Uint8Array(n).fill(r.byte());
	}
	const size = [10, 10, 14, 18][format];
	const v = Math.floor(number([first, ...r.take([2, 2, 3, 4][format])]) / 16);
	const n = v % 2 ** size;
	const compressed = new Bytes(r.take(Math.floor(v / 2 ** size)));
	if (type === literals.compressed) state.huffman = readHuffman(compressed);
	if (!state.huffman) throw malformed("literals of Zstandard without their code");
	if (format === 0) return huffmanStream(state.huffman, compressed.take(compressed.left), n);
	const sizes = [0, 1, 2].map(() => number(compressed.take(2)));
	const each = (n + 3) >> 2;
	const parts = [0, 1, 2, 3].map((i) => {
		const bytes = compressed.take(i < 3 ? sizes[i] : compressed.left);
		return huffmanStream(state.huffman, bytes, i < 3 ? each : n - 3 * each);
	});
	return Uint8Array.from(parts.flatMap((p) => [...p]));
}

/** First values and extra bits of codes: those up to `plain` are themselves, plus `least`. */
const codes = (least, plain, extra) => {
	const list = Array.from({ length: plain }, (_, i) => ({ base: least + i, bits: 0 }));
	let base = least + plain;
	for (const bits of extra) {
		list.push({ base, bits });
		base += 2 ** bits;
	}
	return list;
};
const lengthsOfLiterals = codes(0, 16, [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
const lengthsOfMatches = codes(3, 32, [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

const runs = (...list) => list.flatMap(([v, n]) => Array(n).fill(v));
/** The codes of lengths of literals, offsets and lengths of matches: predefined, and their limits. */
const kinds = [
	{ defaults: fseTable(6, runs([4, 1], [3, 1], [2, 11], [1, 3], [2, 9], [3, 1], [2, 1], [1, 5], [-1, 4])), most: 9, symbols: 36 },
	{ defaults: fseTable(5, runs([1, 6], [2, 3], [1, 15], [-1, 5])), most: 8, symbols: 32 },
	{ defaults: fseTable(6, runs([1, 1], [4, 1], [3, 1], [2, 6], [1, 37], [-1, 7])), most: 9, symbols: 53 },
];

function readSequences(r, state, literal, out) {
	let count = r.byte();
	if (count === 255) count = r.byte() + 256 * r.byte() + 0x7f00;
	else if (count > 127) count = ((count - 128) << 8) + r.byte();
	let at = 0;
	if (count > 0) {
		const modes = r.byte();
		kinds.forEach((kind, i) => {
			const mode = (modes >> (6 - 2 * i)) & 3;
			if (mode === 0) state.codes[i] = kind.defaults;
			else if (mode === 1) state.codes[i] = { accuracy: 0, table: [{ symbol: r.byte(), bits: 0, base: 0 }] };
			else if (mode === 2) {
				const { code, end } = readFSE(r.bytes, r.at, kind.most, kind.symbols);
				state.codes[i] = code;
				r.at = end;
			} else if (!state.codes[i]) throw malformed("sequences of Zstandard without their codes");
		});
		const bits = new Backward(r.take(r.left));
		const states = state.codes.map((c) => bits.read(c.accuracy));
		for (let s = 0; s < count; s++) {
			const [l, o, m] = states.map((v, i) => state.codes[i].table[v]);
			if (o.symbol > 31 || l.symbol >= lengthsOfLiterals.length || m.symbol >= lengthsOfMatches.length) throw malformed("a sequence of Zstandard");
			let offset = 2 ** o.symbol + bits.read(o.symbol);
			const match = lengthsOfMatches[m.symbol].base + bits.read(lengthsOfMatches[m.symbol].bits);
			const n = lengthsOfLiterals[l.symbol].base + bits.read(lengthsOfLiterals[l.symbol].bits);
			const recent = state.offsets;
			if (offset > 3) state.offsets = [(offset -= 3), recent[0], recent[1]];
			else {
				const which = offset - 1 + (n === 0 ? 1 : 0);
				offset = which === 3 ? recent[0] - 1 : recent[which];
				if (which > 0) state.offsets = [offset, recent[0], recent[which === 1 ? 2 : 1]];
			}
			if (at + n > literal.length || offset < 1 || offset > out.length + n) throw malformed("a sequence of Zstandard");
			for (let i = 0; i < n; i++) out.push(literal[at++]);
			for (let i = 0; i < match; i++) out.push(out[out.length - offset]);
			if (s < count - 1) for (const i of [0, 2, 1]) {
				const { bits: n, base } = state.codes[i].table[states[i]];
				states[i] = base + bits.read(n);
			}
		}
		if (bits.left !== 0) throw malformed("sequences of Zstandard that do not end with the last one");
	}
	while (at < literal.length) out.push(literal[at++]);
}

/** Decodes a frame, before which the bytes of a dictionary came, to at most so many bytes. */
export function decodeFrame(bytes, most, dictionary = []) {
	try {
		return frame(new Bytes(bytes), most, dictionary);
	} catch (e) {
		throw e.kind === "truncated" ? malformed("a frame of Zstandard that is cut") : e;
	}
}

function frame(r, most, dictionary) {
	if (![0x28, 0xb5, 0x2f, 0xfd].every((b) => r.byte() === b)) throw malformed("no frame of Zstandard");
	const descriptor = r.byte();
	if (descriptor & 8) throw malformed("a reserved bit of a frame of Zstandard");
	const single = (descriptor >> 5) & 1;
	if (!single) r.byte();
	r.take([0, 1, 2, 4][descriptor & 3]);
	r.take([single, 2, 4, 8][descriptor >> 6]);
	const out = [...dictionary];
	const state = { huffman: null, codes: [null, null, null], offsets: [1, 4, 8] };
	for (let last = 0; !last; ) {
		const header = r.byte() + 256 * r.byte() + 65536 * r.byte();
		last = header & 1;
		const type = (header >> 1) & 3;
		const size = header >> 3;
		if (type === 0) for (const b of r.take(size)) out.push(b);
		else if (type === 1) for (let b = r.byte(), i = 0; i < size; i++) out.push(b);
		else if (type === 2) {
			const block = new Bytes(r.take(size));
			const literal = readLiterals(block, state);
			readSequences(block, state, literal, out);
		} else throw malformed("a block of Zstandard of a reserved type");
		if (out.length - dictionary.length > most) throw malformed(`more than ${most} bytes of side data`);
	}
	if (descriptor & 4) r.take(4);
	if (r.left) throw malformed("bytes after a frame of Zstandard");
	return Uint8Array.from(out.slice(dictionary.length));
}
