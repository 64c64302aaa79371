// codec/jpeg/FORMAT.md: the frame of a JPEG file, and the picture of its coefficients.
import { Bytes } from "./bitstream.mjs";
import { clamp, malformed, shr, unsupported } from "./numbers.mjs";

/** The frequencies 8 u + v in the zigzag order. */
export const zigzag = (() => {
	const order = [];
	for (let d = 0; d < 15; d++) {
		for (let i = 0; i <= d; i++) {
			const [u, v] = d % 2 ? [i, d - i] : [d - i, i];
			if (u < 8 && v < 8) order.push(8 * u + v);
		}
	}
	return order;
})();

/** Tables K.1 and K.2 of T.81, row by row. */
const steps = [
	[
		16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
	],
	[
		17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
		...Array(32).fill(99),
	],
];

/** The steps of a quality, 1 to 100, of luma (0) or chroma (1), row by row. */
export function stepsOfQuality(quality, chroma) {
	const p = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
	return Uint16Array.from(steps[chroma], (s) => clamp(Math.floor((s * p + 50) / 100), 1, 255));
}

function readTable(r) {
	const kind = r.byte();
	if (kind >= 202) throw malformed("a quantization table of an unknown kind");
	if (kind >= 2) return stepsOfQuality(1 + ((kind - 2) >> 1), kind & 1);
	const table = new Uint16Array(64);
	for (const f of zigzag) {
		table[f] = kind ? 256 * r.byte() + r.byte() : r.byte();
		if (table[f] === 0) throw malformed("a quantization step of 0");
	}
	return table;
}

/**
 * Reads a frame.
 *
 * @returns {{width: number, height: number, progressive: boolean, colours: string, components: {id: number, h: number, v: number,
 *   wide: number, high: number, quant: Uint16Array, table: number}[], tables: Uint16Array[]}} wide and high count blocks; quant is row
 *   by row
 */
export function readFrame(bytes) {
	try {
		return frame(new Bytes(bytes));
	} catch (e) {
		throw e.kind === "truncated" ? malformed("a frame that is cut") : e;
	}
}

function frame(r) {
	const flags = r.byte();
	const n = flags & 7;
	if (n < 1 || n > 4) throw malformed(`a frame of ${n} components`);
	const f = { progressive: (flags & 8) !== 0, jfif: (flags & 16) !== 0, width: r.uvarint(65535), height: r.uvarint(65535) };
	f.adobe = flags & 32 ? r.byte() : -1;
	const orientation = flags & 64 ? r.byte() : 0;
	if (orientation > 8 || !f.width || !f.height) throw malformed("a frame");
	f.components = Array.from({ length: n }, (_, i) => {
		const id = flags & 128 ? r.byte() : i + 1;
		const sampling = r.byte();
		return { id, h: sampling >> 4, v: sampling & 15 };
	});
	if (f.components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw malformed("sampling factors of a frame");
	let count = 1;
	f.components.forEach((c, i) => {
		c.table = i ? r.byte() : 0;
		if (c.table > count) throw malformed("the table of a component");
		count = Math.max(count, c.table + 1);
	});
	f.tables = Array.from({ length: count }, () => readTable(r));
	for (const c of f.components) c.quant = f.tables[c.table];
	if (r.left) throw malformed("bytes after a frame");
	return describe(f);
}

/** Adds to a frame what follows from it: sizes in blocks, and what the components mean. */
export function describe(f) {
	const alone = f.components.length === 1;
	f.maxH = Math.max(...f.components.map((c) => c.h));
	f.maxV = Math.max(...f.components.map((c) => c.v));
	f.unitsWide = Math.ceil(f.width / (alone ? 8 : 8 * f.maxH));
	f.unitsHigh = Math.ceil(f.height / (alone ? 8 : 8 * f.maxV));
	for (const c of f.components) {
		c.wide = alone ? f.unitsWide : f.unitsWide * c.h;
		c.high = alone ? f.unitsHigh : f.unitsHigh * c.v;
	}
	f.colours = coloursOf(f);
	return f;
}

function coloursOf({ components, jfif, adobe }) {
	const names = String.fromCharCode(...components.map((c) => c.id));
	switch (components.length) {
		case 1:
			return "gray";
		case 3:
			return !jfif && (adobe === 0 || (adobe < 0 && names === "RGB")) ? "rgb" : "ycc";
		case 4:
			return adobe > 0 ? "ycck" : "cmyk";
	}
	throw unsupported("a picture of two components");
}

/** The inverse DCT of eight numbers, times sqrt(8) and 2^13. */
function line(x) {
	const z = (x[2] + x[6]) * 4433;
	const e2 = z - x[6] * 15137;
	const e3 = z + x[2] * 6270;
	const e0 = (x[0] + x[4]) * 8192;
	const e1 = (x[0] - x[4]) * 8192;
	const s = [e0 + e3, e1 + e2, e1 - e2, e0 - e3];
	const z1 = -(x[7] + x[1]) * 7373;
	const z2 = -(x[5] + x[3]) * 20995;
	const z5 = (x[7] + x[3] + x[5] + x[1]) * 9633;
	const z3 = z5 - (x[7] + x[3]) * 16069;
	const z4 = z5 - (x[5] + x[1]) * 3196;
	const d = [x[1] * 12299 + z1 + z4, x[3] * 25172 + z2 + z3, x[5] * 16819 + z2 + z4, x[7] * 2446 + z1 + z3];
	return [s[0] + d[0], s[1] + d[1], s[2] + d[2], s[3] + d[3], s[3] - d[3], s[2] - d[2], s[1] - d[1], s[0] - d[0]];
}

/** The 64 samples of a block of coefficients times their steps, in units of 2^-q. */
function samplesOfBlock(coefficients, at, q) {
	const columns = Array(8);
	for (let x = 0; x < 8; x++) {
		const column = line(Array.from({ length: 8 }, (_, u) => coefficients[at + 8 * u + x]));
		columns[x] = column.map((v) => clamp(shr(v + 2 ** (q + 10), q + 11), -32768, 32767));
	}
	const samples = [];
	for (let y = 0; y < 8; y++) samples.push(...line(columns.map((c) => c[y])).map((v) => clamp(shr(v + 2 ** 17, 18) + 128, 0, 255)));
	return samples;
}

const mul = Math.imul;

/** Lines of Go's decoders 5 and 9, of rows and of columns. */
const linesOfGo = {
	5: (x, columns) => {
		const [a, b, k, l, c, s, p, r, t, u] = columns ? [1, 524288, 2, 13, 1108, 2676, 1, 11585, 14, 18] : [131072, 0, 0, 0, 70936, 171254, 128, 181, 2, 0];
		const e0 = mul(a, x[0] + b + x[4]) >> k;
		const e1 = mul(a, x[0] + b - x[4]) >> k;
		const e2 = mul(c, x[2] >> l) - mul(s, x[6] >> l);
		const e3 = mul(s, x[2] >> l) + mul(c, x[6] >> l);
		const z3 = mul(r, x[3] >> l);
		const z5 = mul(r, x[5] >> l);
		const z0 = (mul(p, x[1] + x[7]) + z3) >> t;
		const z1 = (mul(p, x[1] + x[7]) - z3) >> t;
		const z2 = (mul(p, x[1] - x[7]) + z5) >> t;
		const z4 = (mul(p, x[1] - x[7]) - z5) >> t;
		const d = [mul(3406, z0) + mul(2276, z2), mul(799, z1) + mul(4017, z4), mul(4017, z1) - mul(799, z4), mul(3406, z2) - mul(2276, z0)];
		return mirrored([e0 + e3, e1 + e2, e1 - e2, e0 - e3], d, u);
	},
	9: (x, columns) => {
		const [k, b, h, l, u] = columns ? [8, 8192, 4, 3, 14] : [11, 128, 0, 0, 8];
		const e0 = (x[0] << k) + (x[4] << k) + b;
		const e1 = (x[0] << k) - (x[4] << k) + b;
		const e2 = (mul(1108, x[2]) - mul(2676, x[6]) + h) >> l;
		const e3 = (mul(2676, x[2]) + mul(1108, x[6]) + h) >> l;
		const z0 = (mul(2841, x[1]) + mul(565, x[7]) + h) >> l;
		const z1 = (mul(565, x[1]) - mul(2841, x[7]) + h) >> l;
		const z2 = (mul(2408, x[3]) + mul(1609, x[5]) + h) >> l;
		const z3 = (mul(2408, x[5]) - mul(1609, x[3]) + h) >> l;
		const d = [z0 + z2, (mul(181, z0 - z2 + z1 - z3) + 128) >> 8, (mul(181, z0 - z2 - z1 + z3) + 128) >> 8, z1 + z3];
		return mirrored([e0 + e3, e1 + e2, e1 - e2, e0 - e3], d, u);
	},
};

/** Sums and, backwards, differences. Numbers of 32 bits wrap around where they are shifted or multiplied. */
function mirrored(s, d, u) {
	const differences = s.map((v, i) => (v - d[i]) >> u);
	return [...s.map((v, i) => (v + d[i]) >> u), ...differences.reverse()];
}

/** The 64 samples of a block of coefficients times their steps, as Go's decoder makes them. */
function blockOfGo(coefficients, at, decoder) {
	const line = linesOfGo[decoder];
	const rows = Array.from({ length: 8 }, (_, y) => line(Array.from({ length: 8 }, (_, x) => coefficients[at + 8 * y + x] | 0), false));
	const columns = rows.map((_, x) => line(rows.map((row) => row[x]), true));
	return Array.from({ length: 64 }, (_, i) => clamp(columns[i & 7][i >> 3] + 128, 0, 255));
}

/** A component's samples, one a pixel. */
function samplesOf(f, c, coefficients, q, decoder) {
	const repeats = decoder !== 0;
	const block = (at) => (decoder in linesOfGo && !q ? blockOfGo(coefficients, at, decoder) : samplesOfBlock(coefficients, at, q));
	const { h, v } = c;
	const wide = Math.ceil((f.width * h) / f.maxH);
	const high = Math.ceil((f.height * v) / f.maxV);
	const plane = new Uint8Array(wide * high);
	for (let by = 0; 8 * by < high; by++) {
		for (let bx = 0; 8 * bx < wide; bx++) {
			const samples = block(64 * (by * c.wide + bx));
			for (let y = 0; y < Math.min(8, high - 8 * by); y++) {
				for (let x = 0; x < Math.min(8, wide - 8 * bx); x++) plane[(8 * by + y) * wide + 8 * bx + x] = samples[8 * y + x];
			}
		}
	}
	const across = !repeats && 2 * h === f.maxH && wide > 2 && (v === f.maxV || 2 * v === f.maxV);
	const down = !repeats && 2 * v === f.maxV && (h === f.maxH || across);
	const at = (x, y) => plane[clamp(y, 0, high - 1) * wide + x];
	const out = new Uint8Array(f.width * f.height);
	for (let y = 0; y < f.height; y++) {
		const near = Math.floor((y * v) / f.maxV);
		const next = (y >> 1) - 1 + 2 * (y & 1);
		for (let x = 0; x < f.width; x++) {
			let s;
			if (across) {
				const a = x >> 1;
				const b = clamp(a - 1 + 2 * (x & 1), 0, wide - 1);
				const row = (x) => (down ? 3 * at(x, near) + at(x, next) : at(x, near));
				s = down ? (3 * row(a) + row(b) + 8 - (x & 1)) >> 4 : (3 * row(a) + row(b) + 1 + (x & 1)) >> 2;
			} else if (down) s = (3 * at(x, near) + at(x, next) + 1 + (y & 1)) >> 2;
			else s = at(Math.floor((x * h) / f.maxH), near);
			out[y * f.width + x] = s;
		}
	}
	return out;
}

/** Y, Cb and Cr of every pixel, as Go's decoder makes them. */
export const samplesOfGo = (f, coefficients, decoder) => f.components.map((c, i) => samplesOf(f, c, coefficients[i], 0, decoder));

/** Red, green and blue of 16 bits that Go makes of Y, Cb and Cr. */
export function wideOfGo([a, b, d]) {
	const sample = (v) => clamp(v >> 8, 0, 65535);
	return [
		Uint16Array.from(a, (y, i) => sample(65793 * y + 91881 * (d[i] - 128))),
		Uint16Array.from(a, (y, i) => sample(65793 * y - 22554 * (b[i] - 128) - 46802 * (d[i] - 128))),
		Uint16Array.from(a, (y, i) => sample(65793 * y + 116130 * (b[i] - 128))),
	];
}

/**
 * The picture of coefficients times their steps, in units of 2^-q: one plane of gray, or red, green and blue.
 *
 * @param {ArrayLike<number>[]} coefficients of every component: blocks row by row, of 64 row by row
 * @param {number} decoder codec/FORMAT.md, "Decompressed pictures"
 */
export function pictureOf(f, coefficients, q, decoder = 0) {
	const planes = f.components.map((c, i) => samplesOf(f, c, coefficients[i], q, decoder));
	const [a, b, d, k] = planes;
	const byte = (v) => clamp(v, 0, 255);
	const ycc = (i) => {
		const cb = b[i] - 128;
		const cr = d[i] - 128;
		if (decoder in linesOfGo && !q) {
			const y = 65793 * a[i];
			return [y + 91881 * cr, y - 22554 * cb - 46802 * cr, y + 116130 * cb].map((v) => byte(v >> 16));
		}
		return [a[i] + ((91881 * cr + 32768) >> 16), a[i] + ((-22554 * cb - 46802 * cr + 32768) >> 16), a[i] + ((116130 * cb + 32768) >> 16)].map(byte);
	};
	const print = (ink, black) => Math.floor((2 * ink * black + 255) / 510);
	const colour = {
		rgb: (i) => [a[i], b[i], d[i]],
		ycc,
		cmyk: (i) => [a[i], b[i], d[i]].map((v) => print(v, k[i])),
		ycck: (i) => ycc(i).map((v) => print(255 - v, k[i])),
	}[f.colours];
	if (!colour) return [a];
	const out = [0, 1, 2].map(() => new Uint8Array(a.length));
	for (let i = 0; i < a.length; i++) colour(i).forEach((v, p) => (out[p][i] = v));
	return out;
}
