// codec/FORMAT.md, "JPEG files: the process": passes, predictions, decisions, and the estimates of coefficients.
import { clamp, div, len, malformed } from "./numbers.mjs";
import { zigzag } from "./pixels.mjs";
import { Cut } from "./rans.mjs";

const topLevel = 9;
const maxClock = 11;
const never = 255; // the clock of a coefficient that was never coded
const phases = [[0, 0], [1, 1], [0, 1], [1, 0]];
const stepOf = (c, f) => Math.max(c.quant[f], 1);

// Linear predictions.

const sides = [[-1, 0], [1, 0], [0, -1], [0, 1]];
const corners = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
const before2 = [[0, -2], [-2, 0], [-2, -2], [-2, 2]]; // blocks of the first phase

/** The taps of a magnitude: frequency, and block down and across. */
function magnitudeTaps(f) {
	if (f === 0) return [];
	const taps = [];
	const add = ([i, j], [down, right]) => {
		const u = (f >> 3) + i;
		const v = (f & 7) + j;
		if (u >= 0 && u < 8 && v >= 0 && v < 8 && u + v > 0) taps.push({ f: 8 * u + v, down, right });
	};
	for (const d of [[0, -2], [-2, 0], [0, 2], [2, 0], ...sides, ...corners]) add(d, [0, 0]);
	for (const b of [...sides, ...corners]) add([0, 0], b);
	for (const b of sides) for (const d of sides) add(d, b);
	return taps;
}

/** The taps of a value. */
function valueTaps(f) {
	const u = f >> 3;
	const v = f & 7;
	const taps = [];
	if (u && v && u + v > 3) return taps;
	const add = (y, x, down, right) => {
		if (y <= u + 2 && x <= v + 2) taps.push({ f: 8 * y + x, down, right });
	};
	if (f === 0) for (const [down, right] of [...sides, ...corners]) add(0, 0, down, right);
	for (const d of [-1, 1]) {
		for (let i = 0; i < 8; i++) {
			if (u + v + i === 0) continue;
			add(i, v, d, 0);
			add(u, i, 0, d);
		}
	}
	for (let i = 0; i < 8; i++) {
		if (i !== u && i + v > 0) add(i, v, 0, 0);
		if (i !== v && u + i > 0) add(u, i, 0, 0);
	}
	return taps;
}

const allTaps = Array.from({ length: 64 }, (_, f) => ({ magnitude: magnitudeTaps(f), value: valueTaps(f) }));

// Decisions: how many contexts every probability, weight set and refiner of a kind has.

const kinds = {
	large: {
		probabilities: [2 * 3 * 64 * 44, 2 * 12 * 256, 2 * 2 * 64 * 16, 2 * 2 * 64 * 16, 2 * 12 * 16 * 22, 64 * 16 * 9 * 2, 2 * 64 * 8 * 22, 2 * 64 * 16 * 22, 2 * 64 * 16, 2 * 16 * 81 * 3],
		sets: [2 * 2 * 64, 44 * 3, 256],
		refiners: [2 * 64 * 3, 256],
	},
	minus: { probabilities: [64 * 33, 64 * 81, 33 * 22, 64 * 27, 64 * 3 * 2 * 8], sets: [64, 33, 1], refiners: [64, 33] },
	larger: {
		probabilities: [2 * 16 * 64, 16 * 44, 16 * 12 * 16, 16 * 256, 16 * 8 * 16, 2 * 16 * 22 * 12],
		sets: [64, 16, 44],
		refiners: [64, 16],
	},
	upper: { probabilities: [64 * 16 * 4, 44 * 16, 22 * 16 * 17, 64 * 17, 17 * 22], sets: [64, 16, 22], refiners: [64, 16] },
	above: { probabilities: [2 * 12 * 33, 2 * 33 * 32, 33 * 32, 33 * 33, 33 * 33, 2 * 12 * 32], sets: [2, 12, 32], refiners: [2 * 12, 32] },
};

/** Where the contexts of each begin, of all kinds. */
const starts = {};
const sizes = { probabilities: 0, sets: 0, refiners: 0 };
for (const [name, kind] of Object.entries(kinds)) {
	starts[name] = {};
	for (const part of Object.keys(sizes)) {
		starts[name][part] = kind[part].map((n) => (sizes[part] += n) - n);
	}
}

/** log2(x), Q16, by squaring. */
function log2Squaring(x) {
	let n = len(x) - 1;
	let m = BigInt(x) << BigInt(63 - n);
	for (let i = 0; i < 16; i++) {
		m *= m;
		n *= 2;
		if (m >> 127n) {
			n++;
			m >>= 64n;
		} else m >>= 63n;
	}
	return n;
}

const maxOdds = 3071;

/** The log odds, Q8, of the probabilities i, Q12. */
const oddsOf = Int16Array.from({ length: 4096 }, (_, i) => clamp((log2Squaring(2 * i + 1) - log2Squaring(8191 - 2 * i) + 128) >> 8, -maxOdds, maxOdds));

function sqrt(v) {
	let r = BigInt(Math.floor(Math.sqrt(Number(v))));
	while (r * r > v) r--;
	while ((r + 1n) * (r + 1n) <= v) r++;
	return r;
}

/** 2^(r/65536), Q30. */
function powerOf2(r) {
	let p = 1n << 30n;
	let root = 1n << 31n; // 2, Q30
	for (let b = 15; b >= 0; b--) {
		root = sqrt(root << 30n);
		if ((r >> b) & 1) p = (p * root + (1n << 29n)) >> 30n;
	}
	return p;
}

/** The probabilities, Q16, of log odds from -3071. */
const probabilityOf = (() => {
	const table = new Int32Array(2 * maxOdds + 1);
	const limited = (p) => clamp(p, 12, 65524);
	const powers = Array.from({ length: 256 }, (_, r) => powerOf2(256 * r));
	for (let n = 0; n <= maxOdds; n++) {
		const d = (1n << 30n) + (powers[n & 255] << BigInt(n >> 8));
		const p = Number(((1n << 46n) + d / 2n) / d);
		table[maxOdds + n] = limited(65536 - p);
		table[maxOdds - n] = limited(p);
	}
	return table;
})();

// Smoothing of estimates: the inputs of the first frequencies of the zigzag order, each a sum of estimates with signs.

const smoothLevels = 6; // 9 to 4
const smoothedFrequencies = 15;
const smoothingFrequencies = 10;

/** The inputs of a frequency: lists of terms, each a frequency, a block down and across, a sign, and whether the difference is limited. */
function smoothingInputs(f) {
	const all = [];
	for (const g of zigzag.slice(0, smoothingFrequencies)) {
		const s = ((f >> 3) + (g >> 3)) % 2 ? -1 : 1;
		const t = ((f & 7) + (g & 7)) % 2 ? -1 : 1;
		const term = (y, x, sign) => ({ g, y, x, sign });
		const inputs = [];
		if (t === 1) inputs.push([term(1, 0, 1), term(-1, 0, s)]);
		if (s === 1) inputs.push([term(0, 1, 1), term(0, -1, t)]);
		inputs.push([term(1, 1, 1), term(1, -1, t), term(-1, 1, s), term(-1, -1, s * t)]);
		if (s === 1 && t === 1 && g > 0) all.push([term(0, 0, 1)]);
		all.push(...inputs);
		if (g === 0) all.push(...inputs.map((terms) => terms.map((v) => ({ ...v, limited: true }))));
	}
	return all;
}

const smoothedBy = Array.from(zigzag.slice(0, smoothedFrequencies), (f) => smoothingInputs(f));

const counts = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 255];
const inputs = 12; // of a weight set: the last is the constant
const points = 33; // of a refiner

/** Reads a weights file of JPEG files. */
export function readJPEGWeights(file) {
	if (Buffer.from(file.subarray(0, 4)).toString() !== "ddpj" || file[4] !== 2) throw malformed("no weights of JPEG files");
	let at = 5;
	const unsigned = () => {
		at += 2;
		return file[at - 2] * 256 + file[at - 1];
	};
	const signed = () => (unsigned() << 16) >> 16;
	const list = (n, read) => Array.from({ length: n }, read);
	const linear = list(2, () => allTaps.map(({ magnitude, value }) => list(4, () => ({
		all: list(magnitude.length, signed), part: list(magnitude.length, signed), value: list(value.length, signed),
	}))));
	const p = new Int32Array(sizes.probabilities);
	const count = new Uint8Array(sizes.probabilities);
	for (let i = 0; i < p.length; i++) {
		const v = unsigned();
		p[i] = (v >> 4) * 1024 + 512;
		count[i] = counts[v & 15];
	}
	const sets = Int32Array.from({ length: sizes.sets * inputs }, () => signed() * 8);
	const refiners = Uint16Array.from({ length: sizes.refiners * points }, unsigned);
	const smoothing = list(2, () => list(smoothLevels, () => smoothedBy.map((terms) => list(terms.length, signed))));
	if (at !== file.length) throw malformed("weights of JPEG files of another size");
	return { linear, p, count, sets, refiners, smoothing };
}

/** The adaptive state of a band. */
class Mixer {
	constructor(w) {
		this.p = w.p.slice();
		this.count = w.count.slice();
		this.sets = w.sets.slice();
		this.refiners = w.refiners.slice();
	}

	/** A decision of a kind: indices into the tables of its probabilities, weight sets and refiners. */
	decide(stream, name, indices, setIndices, refinerIndices) {
		const start = starts[name];
		const at = indices.map((v, i) => start.probabilities[i] + v);
		const x = at.map((i) => oddsOf[this.p[i] >> 10]);
		const sets = setIndices.map((v, i) => inputs * (start.sets[i] + v));
		const mixed = sets.map((s) => {
			let dot = this.sets[s + inputs - 1] * 256;
			x.forEach((v, i) => (dot += this.sets[s + i] * v));
			return clamp(Math.floor(dot / 65536), -maxOdds, maxOdds);
		});
		const o = div(mixed[0] + mixed[1] + mixed[2], 3);
		const y = 32 * (o + maxOdds);
		const j = Math.min(Math.floor(y / 6142), 31);
		const z = y - 6142 * j;
		let sum = 2 * probabilityOf[o + maxOdds];
		const near = refinerIndices.map((v, i) => {
			const r = points * (start.refiners[i] + v) + j;
			sum += Math.floor((this.refiners[r] * (6142 - z) + this.refiners[r + 1] * z) / 6142);
			return z > 3071 ? r + 1 : r;
		});
		const bit = decision(stream, clamp(sum >> 2, 12, 65524));
		for (const i of at) {
			this.p[i] += Math.floor(((4194303 * bit - this.p[i]) * Math.floor(131072 / (2 * this.count[i] + 3))) / 65536);
			if (this.count[i] < 255) this.count[i]++;
		}
		sets.forEach((s, k) => {
			const miss = 3 * (65536 * bit - probabilityOf[mixed[k] + maxOdds]);
			const learn = (i, v) => (this.sets[i] = clamp(this.sets[i] + ((v * miss + 131072) >> 18), -262143, 262143));
			x.forEach((v, i) => learn(s + i, v));
			learn(s + inputs - 1, 256);
		});
		for (const r of near) this.refiners[r] += (65535 * bit - this.refiners[r]) >> 6;
		return bit;
	}
}

/** A decision of probability p: a 1 has the interval [0, p). */
function decision(stream, p) {
	if (stream.peek() < p) {
		stream.take(0, p);
		return 1;
	}
	stream.take(p, 65536 - p);
	return 0;
}

/** A logarithm in quarters of octaves. */
function lq(v) {
	const x = Math.min(v, 2 ** 24);
	if (x < 4) return [0, 4, 8, 10][x];
	return 4 * len(x) + ((x >> (len(x) - 3)) & 3);
}

const limit = (x, n) => clamp(x, 0, n - 1);

/** A band's part of a component. Arrays have a border of a block, and all blocks of a frequency before those of the next. */
class Part {
	constructor(c, index, first, high, rows, predictors) {
		Object.assign(this, { c, index, first, high, predictors, wide: c.wide, stride: c.wide + 2 });
		this.size = this.stride * (rows + 2);
		this.clocks = new Uint8Array(64 * this.size).fill(never);
		this.wake = new Uint8Array(64 * this.size).fill(maxClock); // the clock at which one that was never coded is looked at again
		this.E = new Uint16Array(64 * this.size);
		this.X = new Int16Array(64 * this.size);
		this.known = new Uint8Array(this.size); // coefficients of a block whose sign is known
		for (let f = 0; f < 64; f++) {
			const u = f >> 3;
			const v = f & 7;
			const prior = Math.floor(Math.floor(960 / Math.max(1, u + v + Math.floor((u * v) / 2))) / stepOf(c, f));
			for (let y = 0; y < high; y++) for (let x = 0; x < this.wide; x++) this.E[f * this.size + this.at(y, x)] = prior;
		}
	}

	at(y, x) {
		return (y + 1) * this.stride + x + 1;
	}

	/** Sees the rows of blocks of the bands above and below. */
	border(above, below) {
		const row = (f, to, from, y) => {
			for (let x = 0; x < this.wide; x++) {
				const a = f * this.size + this.at(to, x);
				const b = f * from.size + from.at(y, x);
				this.E[a] = from.E[b];
				this.X[a] = from.X[b];
				this.clocks[a] = from.clocks[b];
			}
		};
		for (let f = 0; f < 64; f++) {
			if (above) row(f, -1, above, above.high - 1);
			else if (f === 0) row(f, -1, this, 0);
			if (below) row(f, this.high, below, 0);
			else if (f === 0) row(f, this.high, this, this.high - 1);
		}
		for (let y = -1; y <= this.high; y++) {
			for (const [to, from] of [[-1, 0], [this.wide, this.wide - 1]]) {
				this.X[this.at(y, to)] = this.X[this.at(y, from)];
				this.clocks[this.at(y, to)] = this.clocks[this.at(y, from)];
			}
		}
	}

	sign(at) {
		return this.X[at] > 0 ? 1 : this.X[at] < 0 ? 2 : 0;
	}

	isKnown(at) {
		return this.X[at] ? 1 : 0;
	}

	sizeOf(at, k) {
		return this.X[at] ? Math.min(this.E[at] >> (k + 4), 2) : 0;
	}

	predict(f, phase, at) {
		const { own, others, values } = this.predictors[f][phase];
		let P = 0;
		let O = 0;
		let N = 0;
		for (const { to, all, part } of own) {
			P += all * this.E[at + to];
			O += part * this.E[at + to];
		}
		for (const { to, all, part } of others) {
			P += all * this.E[at + to];
			N += part * this.E[at + to];
		}
		const q = (sum) => Math.max(0, Math.floor(sum / 16384));
		return { P: q(P), O: q(O), N: q(N), V: this.value(values, at) };
	}

	value(taps, at) {
		let V = 0;
		for (const { to, weight } of taps) V += weight * this.X[at + to];
		return Math.floor(V / 16384);
	}

	know(at, k, w, E) {
		this.clocks[at] = k;
		this.E[at] = Math.min(E, 65535);
		const X = Math.min(E >> 1, 32767);
		if (w) this.X[at] = w > 0 ? X : -X;
	}
}

/** The predictors of a component: where taps are from a coefficient, and their weights, Q14. */
function predictorsOf(c, linear, size, stride) {
	const scaled = (g, f, of) => (Math.abs(g) < 32 ? 0 : clamp(div(4 * g * stepOf(c, f), stepOf(c, of)), -(2 ** 31) + 1, 2 ** 31 - 1));
	return allTaps.map(({ magnitude, value }, f) => linear[f].map((w) => {
		const to = (t) => (t.f - f) * size + t.down * stride + t.right;
		const taps = magnitude.map((t, i) => ({ to: to(t), all: scaled(w.all[i], t.f, f), part: scaled(w.part[i], t.f, f), own: !t.down && !t.right }));
		return {
			own: taps.filter((t) => t.own),
			others: taps.filter((t) => !t.own),
			values: value.map((t, i) => ({ to: to(t), weight: scaled(w.value[i], t.f, f) })),
		};
	}));
}

/** The process of the coefficients of a JPEG file. */
export class Coefficients {
	/** @param frame as readFrame returns it */
	constructor(weights, frame) {
		const { components } = frame;
		this.components = components;
		const largest = frame.maxH * frame.maxV;
		this.areas = components.map(({ h, v }) => Math.floor(largest / (h * v)));
		this.coefficients = components.map((c) => new Int16Array(64 * c.wide * c.high));
		this.bandCount = Math.max(1, Math.min(16, 2 * Math.floor(components[0].high / 128)));
		const start = (c, b) => (b === this.bandCount ? c.high : Math.min(Math.floor((Math.ceil(c.high / c.v) * b) / this.bandCount) * c.v, c.high));
		const bands = Array.from({ length: this.bandCount }, (_, b) => b);
		const predictors = components.map((c, i) => {
			const rows = Math.max(...bands.map((b) => start(c, b + 1) - start(c, b)));
			const stride = c.wide + 2;
			return { rows, list: predictorsOf(c, weights.linear[i ? 1 : 0], stride * (rows + 2), stride) };
		});
		this.bands = bands.map((b) => ({
			mixer: new Mixer(weights),
			level: topLevel + 1, // of the last pass that was completed
			parts: components.map((c, i) => new Part(c, i, start(c, b), start(c, b + 1) - start(c, b), predictors[i].rows, predictors[i].list)),
		}));
		this.smoothing = weights.smoothing;
		this.passes = [];
		for (let level = topLevel; level >= 0; level--) {
			for (const stage of [0, 1]) {
				const some = components.some((c, i) => c.quant.some((_, f) => this.takesPart(i, f, level, stage)));
				if (some) this.passes.push({ level, stage });
			}
		}
		this.done = 0; // passes
	}

	clock(i, f, level) {
		const q = stepOf(this.components[i], f);
		let k = 0;
		while (k < maxClock && (q * 2 ** (k + 1)) ** 2 * this.areas[i] <= 2 * 4 ** level) k++;
		return k;
	}

	takesPart(i, f, level, stage) {
		const k = this.clock(i, f, level);
		if (level !== topLevel && k === this.clock(i, f, level + 1)) return false;
		return ((stepOf(this.components[i], f) * 2 ** k) ** 2 * this.areas[i] >= 4 ** level) === (stage === 0);
	}

	bandsOf() {
		return this.bandCount;
	}

	get exact() {
		return this.done === this.passes.length;
	}

	/** Runs a pass, and reports whether no stream was cut. */
	run(p, streams) {
		const { level, stage } = this.passes[p];
		this.components.forEach((_, i) => {
			this.bands.forEach(({ parts }, b) => parts[i].border(this.bands[b - 1]?.parts[i], this.bands[b + 1]?.parts[i]));
		});
		let whole = true;
		this.bands.forEach((band, b) => {
			try {
				this.#pass(band, level, stage, streams[b]);
				band.level = level;
			} catch (e) {
				if (!(e instanceof Cut)) throw e;
				whole = false;
			}
		});
		if (whole) this.done++;
		return whole;
	}

	#pass(band, level, stage, stream) {
		for (const f of zigzag) {
			for (const part of band.parts) {
				if (!this.takesPart(part.index, f, level, stage)) continue;
				const k = this.clock(part.index, f, level);
				phases.forEach(([down, right], phase) => {
					if (f === 0 && phase === 0 && level === topLevel) {
						const wide = decision(stream, 64);
						part.rangeBits = wide ? 16 : len(Math.floor(1032 / stepOf(part.c, 0))) + 1;
					}
					for (let y = down; y < part.high; y += 2) {
						for (let x = right; x < part.wide; x += 2) {
							if (f === 0) this.#dc(band, part, phase, y, x, k, stream);
							else this.#ac(band, part, f, phase, y, x, k, stream);
						}
					}
				});
			}
		}
	}

	/** Where a coefficient is in its component's list. */
	#place(part, f, y, x) {
		return 64 * ((part.first + y) * part.wide + x) + f;
	}

	#ac(band, part, f, phase, y, x, k, stream) {
		const pos = part.at(y, x);
		const at = f * part.size + pos;
		const before = part.clocks[at];
		if (before === never && part.wake[at] < k) return;
		if (before <= k) return;
		const { P, O, N, V } = part.predict(f, phase, at);
		const place = this.#place(part, f, y, x);
		const list = this.coefficients[part.index];
		if (part.X[at]) {
			list[place] = this.#refine(band.mixer, part, f, at, list[place], before, k, P, V, stream);
			return;
		}
		const A = Math.abs(V);
		if (before === never && k > 0) {
			const m = Math.max(P, 2 * A);
			if (m < 2 * 2 ** k) {
				part.wake[at] = Math.min(k - 1, len(m | 1) - 1);
				return;
			}
		}
		const c = part.index ? 1 : 0;
		const was = before === never ? 0 : before === k + 1 ? 1 : 2;
		const most = before === never ? 32768 : 2 ** (before - k) - 1;
		const coarse = (v) => limit(Math.floor((lq(v) - 4 * k + 12) / 2), 16);
		const d = {
			c, f, k, was, state: 3 * Math.min(k, 3) + was, exact: Math.min(k, 1), fine: limit(lq(P) - 4 * k + 12, 44),
			own: coarse(O), others: coarse(N), parent: coarse(c ? this.#parent(band, part, f, pos, y, x) : N),
			z: limit(Math.floor((lq(2 * A) - 4 * k - 4) / 2), 8), V,
		};
		d.h = d.fine >> 1;
		if (!this.#large(band.mixer, part, d, at, pos, stream)) {
			part.know(at, k, 0, k > 0 ? Math.min(P, 6 * 2 ** k) : 0);
			return;
		}
		const minus = this.#minus(band, part, d, at, stream);
		let n = Math.min(this.#larger(band.mixer, d, most, stream) * 2 ** k, 32767 + minus);
		part.known[pos] = Math.min(part.known[pos] + 1, 63);
		list[place] = minus ? -n : n;
		part.know(at, k, list[place], 16 * n + (k > 0 ? 7 * 2 ** k : 0));
	}

	/** R: what other components make expect. */
	#parent(band, part, f, pos, y, x) {
		const luma = band.parts[0];
		const s = Math.max(1, Math.floor(luma.c.v / part.c.v));
		const t = Math.max(1, Math.floor(luma.c.h / part.c.h));
		const g = 8 * Math.floor(((f >> 3) + s - 1) / s) + Math.floor(((f & 7) + t - 1) / t);
		let S = 0;
		for (let i = 0; i < s; i++) {
			for (let j = 0; j < t; j++) {
				S += luma.E[g * luma.size + luma.at(Math.min(s * y + i, luma.high - 1), Math.min(t * x + j, luma.wide - 1))];
			}
		}
		const q = stepOf(part.c, f);
		let R = Math.floor((S * stepOf(luma.c, g)) / (q * s * t));
		const other = band.parts[part.index - 1];
		if (part.index > 1 && other.stride === part.stride && other.size === part.size) {
			R = Math.floor((R + 3 * Math.floor((other.E[f * part.size + pos] * stepOf(other.c, f)) / q)) / 4);
		}
		return R;
	}

	#large(mixer, part, d, at, pos, stream) {
		const { c, f, k, was, state, exact, fine, own, others, parent, z, h } = d;
		const u = f >> 3;
		const v = f & 7;
		const size = (i, j) => (u + i < 0 || v + j < 0 || v + j > 7 || u + i + v + j === 0 ? 0 : part.sizeOf(at + (8 * i + j) * part.size, k));
		const l = size(0, -1);
		const t = size(-1, 0);
		const corner = size(-1, -1);
		const r = size(-1, 1);
		const w = part.isKnown(at - 1) + 2 * part.isKnown(at + 1) + 4 * part.isKnown(at - part.stride) + 8 * part.isKnown(at + part.stride);
		const n = part.known[pos];
		const i = Math.min(15, Math.min(n, 8) + Math.min(Math.floor(Math.max(n - 8, 0) / 2), 7));
		const g = 4 * Math.min(u, 3) + Math.min(v, 3);
		const o = 16 * own + others;
		const cf = 64 * c + f;
		return mixer.decide(
			stream, "large",
			[
				((c * 3 + was) * 64 + f) * 44 + fine, (c * 12 + state) * 256 + o, ((c * 2 + exact) * 64 + f) * 16 + own,
				((c * 2 + exact) * 64 + f) * 16 + others, ((c * 12 + state) * 16 + parent) * 22 + h, (((f * 16 + w) * 3 + l) * 3 + t) * 2 + exact,
				(cf * 8 + z) * 22 + h, (cf * 16 + parent) * 22 + h, cf * 16 + i, ((c * 16 + g) * 81 + l + 3 * t + 9 * corner + 27 * r) * 3 + was,
			],
			[(c * 2 + exact) * 64 + f, fine * 3 + was, o],
			[cf * 3 + was, o],
		);
	}

	#minus(band, part, d, at, stream) {
		const { c, f, k, z, h, V } = d;
		const u = f >> 3;
		const v = f & 7;
		const sign = (i, j) => part.sign(at + (8 * i + j) * part.size);
		const S = Math.min(Math.max(Math.floor((lq(Math.abs(2 * V)) - 4 * k) / 2) - 1, 0), 16);
		const s = 16 + (V < 0 ? -S : S);
		const y = sign(u < 2 ? 2 : -2, 0);
		const x = sign(0, v < 2 ? 2 : -2);
		const corner = u && v && f > 9 ? sign(-1, -1) : 0;
		const beside = part.sign(at - 1) + 3 * part.sign(at + 1) + 9 * part.sign(at - part.stride) + 27 * part.sign(at + part.stride);
		const other = band.parts[part.index - 1];
		const e = other && other.stride === part.stride && other.size === part.size ? other.sign(at) : 0;
		return band.mixer.decide(
			stream, "minus",
			[f * 33 + s, f * 81 + beside, s * 22 + h, f * 27 + y + 3 * x + 9 * corner, ((f * 3 + e) * 2 + c) * 8 + z],
			[f, s, 0],
			[f, s],
		);
	}

	#larger(mixer, d, most, stream) {
		const { c, f, fine, state, own, others, parent, z, h } = d;
		let n = 1;
		for (; n < Math.min(most, 16); n++) {
			const i = n - 1;
			const more = mixer.decide(
				stream, "larger",
				[(c * 16 + i) * 64 + f, i * 44 + fine, (i * 12 + state) * 16 + others, (i * 16 + own) * 16 + others, (i * 8 + z) * 16 + parent, ((c * 16 + i) * 22 + h) * 12 + state],
				[f, i, fine],
				[f, i],
			);
			if (!more) return n;
		}
		if (n < 16 || most <= 16) return n;
		let bits = 0;
		while (bits < 15 && decision(stream, 32768)) bits++;
		let v = 1;
		for (let i = 0; i < bits; i++) v = 2 * v + decision(stream, 32768);
		return Math.min(16 + v - 1, most);
	}

	#refine(mixer, part, f, at, value, before, k, P, V, stream) {
		const minus = value < 0;
		let m = Math.abs(value);
		const expected = minus ? -V : V;
		for (let j = before - 1; j >= k; j--) {
			const b = Math.min(m >> (j + 1), 15);
			const fine = limit(lq(P) - 4 * j + 12, 44);
			const h = fine >> 1;
			const p = div(clamp(Math.floor((expected - 8 * (m + 2 ** j)) / 2 ** j), -32, 31), 4) + 8;
			const e = j === 0 ? 1 : 0;
			const c = part.index ? 1 : 0;
			const bit = mixer.decide(
				stream, "upper",
				[((f * 16 + b) * 2 + e) * 2 + c, fine * 16 + b, (h * 16 + b) * 17 + p, f * 17 + p, p * 22 + h],
				[f, b, h],
				[f, b],
			);
			m += bit * 2 ** j;
		}
		part.know(at, k, minus ? -m : m, 16 * m + (k > 0 ? 7 * 2 ** k : 0));
		return minus ? -m : m;
	}

	#dc(band, part, phase, y, x, k, stream) {
		const at = part.at(y, x);
		const before = part.clocks[at];
		if (before <= k) return;
		const V = part.value(part.predictors[0][phase].values, at);
		const around = [];
		for (const [down, right] of phase === 0 ? before2 : [...sides, ...corners]) {
			if (phase === 0 && (y + down < 0 || x + right < 0 || x + right >= part.wide)) continue;
			const i = at + down * part.stride + right;
			if (part.clocks[i] !== never) around.push(part.X[i]);
		}
		const b = around.length ? Math.min(...around) : 0;
		const m = around.length ? Math.max(...around) : 0;
		const s = around.length ? div(around.reduce((sum, v) => sum + v, 0), around.length) : 0;
		const q = (f) => stepOf(part.c, f);
		const activity = Math.floor((part.E[at + part.size] * q(1) + part.E[at + 8 * part.size] * q(8)) / q(0));
		const place = this.#place(part, 0, y, x);
		const list = this.coefficients[part.index];
		let j = before;
		let low = list[place];
		if (before === never) {
			j = part.rangeBits;
			low = -(2 ** (j - 1));
		}
		const c = part.index ? 1 : 0;
		while (j > k) {
			j--;
			const M = 8 * (low + 2 ** j);
			const t = (v) => 16 + T(Math.floor((2 * (v - M)) / 2 ** j));
			const lim = (v) => limit(Math.floor((v - 4 * j - 4) / 2), 32);
			const d = lim(lq(m - b + 1));
			const a = lim(lq(activity));
			const j1 = Math.min(j, 11);
			const bit = band.mixer.decide(
				stream, "above",
				[(c * 12 + j1) * 33 + t(V), (c * 33 + t(V)) * 32 + d, t(V) * 32 + a, t(V) * 33 + t(s), t(b) * 33 + t(m), (c * 12 + j1) * 32 + d],
				[c, j1, d],
				[c * 12 + j1, d],
			);
			low += bit * 2 ** j;
		}
		list[place] = low;
		part.clocks[at] = k;
		part.X[at] = clamp(8 * low + (k > 0 ? 4 * 2 ** k : 0), -32768, 32767);
	}

	/** What is expected of a component's coefficients, times their steps, Q4. */
	estimates(index) {
		const c = this.components[index];
		const out = new Float64Array(64 * c.wide * c.high);
		for (const { parts } of this.bands) {
			const part = parts[index];
			for (let f = 0; f < 64; f++) {
				const values = part.predictors[f][3].values;
				for (let y = 0; y < part.high; y++) {
					for (let x = 0; x < part.wide; x++) {
						const at = f * part.size + part.at(y, x);
						const place = this.#place(part, f, y, x);
						const k = part.clocks[at];
						let v;
						if (k === 0) v = 16 * this.coefficients[index][place];
						else if (part.X[at]) v = 2 * part.X[at];
						else {
							v = 2 * part.value(values, at);
							if (k !== never && f > 0) v = clamp(v, -8 * 2 ** k, 8 * 2 ** k);
						}
						out[place] = clamp(v * stepOf(c, f), -(2 ** 20), 2 ** 20);
					}
				}
			}
		}
		return this.#smooth(index, out);
	}

	/** Smooths estimates of a component. */
	#smooth(index, e) {
		const c = this.components[index];
		const out = e.slice();
		const of = (g, y, x) => e[64 * (clamp(y, 0, c.high - 1) * c.wide + clamp(x, 0, c.wide - 1)) + g];
		for (const { level, parts } of this.bands) {
			if (level > topLevel || level < topLevel - smoothLevels + 1) continue;
			const part = parts[index];
			const weights = this.smoothing[index ? 1 : 0][topLevel - level];
			let L = 0;
			while ((L + 1) ** 2 * this.areas[index] <= 4 ** (level + 4)) L++;
			for (let j = 0; j < part.high; j++) {
				const y = part.first + j;
				for (let x = 0; x < part.wide; x++) {
					for (let i = 0; i < smoothedFrequencies; i++) {
						const f = zigzag[i];
						const at = f * part.size + part.at(j, x);
						const k = part.clocks[at];
						if (k === 0 || (f > 0 ? part.X[at] !== 0 : k === never)) continue;
						let sum = 0;
						smoothedBy[i].forEach((terms, n) => {
							let input = 0;
							for (const t of terms) {
								let v = of(t.g, y + t.y, x + t.x);
								if (t.g === 0) v -= of(0, y, x);
								if (t.limited) v = clamp(v, -L, L);
								input += t.sign * v;
							}
							sum += weights[i][n] * input;
						});
						const q = stepOf(c, f);
						const place = 64 * (y * c.wide + x) + f;
						let low = -(2 ** 20);
						let high = 2 ** 20;
						if (f === 0) {
							const middle = 2 * part.X[at] - 8;
							low = q * (middle - 8 * 2 ** k);
							high = q * (middle + 8 * 2 ** k);
						} else if (k !== never) {
							high = q * (16 * 2 ** k - 8);
							low = -high;
						}
						const smooth = e[place] + Math.floor((sum + 2048) / 4096);
						out[place] = Math.min(Math.max(smooth, low, -(2 ** 20)), high, 2 ** 20);
					}
				}
			}
		}
		return out;
	}
}

/** How far a value is from the middle of a cell, 16 being half of it, with less precision where that is much. */
function T(v) {
	const a = Math.abs(v);
	const r = a < 16 ? (a + 1) >> 1 : a < 32 ? 8 + ((a - 16) >> 2) : Math.min(12 + ((lq(Math.min(a, 2 ** 20)) - 24) >> 1), 16);
	return v < 0 ? -r : r;
}
