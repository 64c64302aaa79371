// Stored rasters.
import { Bytes } from "./bitstream.mjs";
import { clamp, FileError, len, malformed, shr } from "./numbers.mjs";
import { Cut, openStream } from "./rans.mjs";

/** How many samples n bytes of a payload supply, with its method. */
const supplied = (n) => 2 ** 20 + 2 ** 15 * n;

/**
 * Decodes a raster of w x h pixels of c channels of depth d. `whole` says that no bytes of the payload are missing.
 *
 * @returns {{samples: Float64Array, rows: number}} the samples of the rows that the bytes determine; the others are 0.
 */
export function decodeRaster(payload, whole, w, h, c, d) {
	const most = Math.min(h, Math.floor(supplied(payload.length) / (w * c)));
	if (whole && most < h) throw malformed("a raster of more samples than its bytes supply");
	if (payload.length === 0) {
		if (whole) throw malformed("a raster of no bytes");
		return { samples: new Float64Array(w * h * c), rows: 0 };
	}
	const method = payload[0];
	if (method > 2 || (method === 2 && (c !== 1 || d > 8))) throw malformed(`a raster of method ${method}`);
	const rest = payload.subarray(1);
	return method === 0 ? plain(rest, whole, w, h, c, d, most) : new Raster(rest, whole, w, h, c, d, method, most).decode();
}

function plain(bytes, whole, w, h, c, d, most) {
	const samples = new Float64Array(w * h * c);
	const rowBytes = Math.ceil((w * c * d) / 8);
	if (whole && bytes.length !== rowBytes * h) throw malformed("a plain raster of another size");
	const rows = Math.min(Math.floor(bytes.length / rowBytes), most);
	for (let y = 0; y < rows; y++) {
		for (let i = 0; i < w * c; i++) {
			let v = 0;
			for (let bit = i * d; bit < (i + 1) * d; bit++) v = v * 2 + ((bytes[y * rowBytes + (bit >> 3)] >> (7 - (bit & 7))) & 1);
			samples[y * w * c + i] = v;
		}
	}
	return { samples, rows };
}

class Probability {
	q = 2 ** 21;
	n = 0;

	constructor(limit) {
		this.limit = limit;
	}

	decide(stream) {
		const f = (this.q >> 6) | 1;
		const is = stream.split(f) === 0;
		const s = Math.floor(2 ** 17 / (2 * this.n + 3));
		if (is) this.q = Math.min(this.q + shr((2 ** 22 - this.q) * s, 16), 2 ** 22 - 1);
		else this.q -= shr(this.q * s, 16);
		this.n = Math.min(this.n + 1, this.limit);
		return is;
	}
}

const K = 0x9e3779b97f4a7c15n;
const powersOfK = [1n];
for (let i = 1; i < 12; i++) powersOfK.push(BigInt.asUintN(64, powersOfK[i - 1] * K));

/** Remembers pixels by what they came after. */
class Table {
	constructor(t) {
		this.t = t;
		this.slots = new Map(); // those that are not all zeros
	}

	/** The slot of these pixels. */
	slot(pixels) {
		let hash = 0n;
		pixels.forEach((p, i) => (hash += BigInt(p) * powersOfK[i + 1]));
		hash = BigInt.asUintN(64, hash);
		const index = Number(hash >> BigInt(64 - this.t));
		const check = Number((hash >> BigInt(52 - this.t)) & 0xfffn);
		let slot = this.slots.get(index);
		if (!slot) this.slots.set(index, (slot = { check: 0, confidence: 0, pixel: 0 }));
		if (slot.check !== check) Object.assign(slot, { check, confidence: 0, pixel: 0 });
		return slot;
	}
}

function remember(slot, pixel) {
	const k = slot.confidence;
	if (k === 0) Object.assign(slot, { confidence: 1, pixel });
	else if (slot.pixel === pixel) slot.confidence = Math.min(k + 1, 5);
	else if (k > 1) slot.confidence = k >> 1;
	else slot.pixel = pixel;
}

const pairs = [["N", "W"], ["NW", "W"], ["NW", "N"], ["NE", "W"], ["NE", "N"], ["NE", "NW"]];

class Raster {
	constructor(bytes, whole, w, h, c, d, method, most) {
		Object.assign(this, { whole, w, h, c, d, most });
		this.groups = new Bytes(bytes);
		this.bits = method === 2;
		this.max = 2 ** d - 1;
		this.s = d === 16 ? 4 : 0;
		this.pixels = new Float64Array(w * h);
		this.probabilities = new Map();
		this.symbols = Infinity; // of the group
		const t = clamp(len(w * h), 8, 16);
		this.tables = [new Table(t), new Table(t), new Table(t)];
		this.A = new Table(Math.min(t, 15));
		this.B = new Table(Math.min(t, 12));
		this.unguessed = 0;
		this.errors = new Map();
	}

	decode() {
		let at = 0;
		try {
			while (at < this.most * this.w) at += this.#next(at);
			this.#end();
		} catch (e) {
			if (!(e instanceof Cut)) throw e;
		}
		const rows = Math.min(Math.floor(at / this.w), this.most);
		const samples = new Float64Array(this.w * this.h * this.c);
		for (let i = 0; i < rows * this.w; i++) {
			const v = this.pixels[i];
			if (this.c === 1) samples[i] = v;
			else [this.#red(v), this.#green(v), this.#blue(v)].forEach((s, p) => (samples[3 * i + p] = s));
		}
		return { samples, rows };
	}

	#end() {
		if (!this.whole) return;
		this.stream?.end();
		while (this.groups.left) if (this.groups.byte() !== 0) throw malformed("bytes after the last group");
	}

	#green = (v) => (this.c === 1 ? v : Math.floor(v / 2 ** (2 * this.d)));
	#red = (v) => Math.floor(v / 2 ** this.d) % 2 ** this.d;
	#blue = (v) => v % 2 ** this.d;

	/** Opens the next group where the last one has ended. */
	#group() {
		if (this.symbols < 2 ** 19) return;
		if (this.whole) this.stream?.end();
		let size;
		try {
			size = this.groups.uvarint(2 ** 30);
		} catch (e) {
			if (e instanceof FileError && e.kind === "truncated" && !this.whole) throw new Cut();
			throw e;
		}
		const there = Math.min(size, this.groups.left);
		if (this.whole && there < size) throw malformed("a group of more bytes than there are");
		this.stream = openStream(this.groups.take(there), size);
		this.symbols = 0;
	}

	#decide(...key) {
		const name = key.join();
		let p = this.probabilities.get(name);
		if (!p) this.probabilities.set(name, (p = new Probability(key[0] === "run" ? 1000 : 60)));
		this.symbols++;
		return p.decide(this.stream);
	}

	/** A number from 0 to m. */
	#unary(m, ...key) {
		let v = 0;
		while (v < m && !this.#decide(...key, v)) v++;
		return v;
	}

	#plain(n) {
		this.symbols++;
		const high = n > 16 ? this.stream.bits(n - 16) : 0;
		const low = n > 0 ? this.stream.bits(Math.min(n, 16)) : 0;
		return high * 65536 + low;
	}

	#at(x, y) {
		if (x < 0) {
			x = 0;
			y--;
		}
		return y < 0 ? 0 : this.pixels[y * this.w + Math.min(x, this.w - 1)];
	}

	/** Decodes a pixel or a run, and returns how many pixels. */
	#next(at) {
		this.#group();
		const x = at % this.w;
		const y = (at - x) / this.w;
		const p = (dx, dy) => this.#at(x + dx, y + dy);
		const n = { W: p(-1, 0), WW: p(-2, 0), WWW: p(-3, 0), N: p(0, -1), NN: p(0, -2), NW: p(-1, -1), NE: p(1, -1) };
		Object.assign(n, { NWW: p(-2, -1), NEE: p(2, -1), NNW: p(-1, -2), NNE: p(1, -2) });
		if ([n.N, n.NW, n.NE, n.WW, n.NN].every((v) => v === n.W)) return this.#run(x, y, n.W);
		this.pixels[at] = this.#pixel(n);
		return 1;
	}

	#run(x, y, W) {
		let m = 1;
		while (x + m !== this.w && this.#at(x + m + 1, y - 1) === W) m++;
		let length = m;
		if (!this.#decide("run", len(m))) {
			const l = len(m - 1);
			const k = this.#unary(l, "length", l);
			length = k < 2 ? k : 2 ** (k - 1) + this.#plain(k - 1);
			length = Math.min(length, m - 1);
		}
		this.pixels.fill(W, y * this.w + x, y * this.w + x + length);
		if (length === m) return m;
		x += length;
		const slot = this.tables[2].slot([W, W]);
		let v = slot.pixel;
		if (slot.confidence === 0 || v === W || !this.#decide("after", slot.confidence)) {
			v = this.#newColour({ W, NW: W, WW: W, NN: W, N: this.#at(x, y - 1), NE: this.#at(x + 1, y - 1) });
		}
		remember(slot, v);
		this.pixels[y * this.w + x] = v;
		return length + 1;
	}

	#pixel(n) {
		const { W, N, NW, NE, WW, NN } = n;
		const equations = [W === N, N === NW, N === NE, W === NW, W === NE, W === WW, N === NN];
		const pattern = equations.reduce((sum, is, i) => sum + (is ? 2 ** i : 0), 0);
		const contexts = [[W, N, NW, NE, WW, NN, n.NEE, n.NWW, n.NNE, n.WWW, n.NNW], [W, N, NW, NE, WW, NN], [W, N]];
		const neighbours = [W, N, NE, NW];
		const tried = [];
		const slots = [];
		const guess = () => {
			for (let i = 0; i < 3; i++) {
				const slot = this.tables[i].slot(contexts[i]);
				slots.push(slot);
				if (slot.confidence === 0) {
					if (i === 0 && pattern === 0 && this.unguessed === 15) return null;
					continue;
				}
				if (tried.includes(slot.pixel)) continue;
				if (this.#decide("table", i, tried.length, slot.confidence, neighbours.indexOf(slot.pixel), pattern)) return slot.pixel;
				tried.push(slot.pixel);
			}
			const g = tried.length;
			for (let i = 0; i < 4; i++) {
				if (tried.includes(neighbours[i])) continue;
				if (this.#decide("neighbour", i, Math.min(g + i, 3), Math.min(this.unguessed, 3), pattern)) return neighbours[i];
				tried.push(neighbours[i]);
			}
			return null;
		};
		let v = guess();
		if (v === null) {
			v = this.#newColour(n);
			this.unguessed = Math.min(this.unguessed + 1, 15);
		} else {
			this.unguessed = Math.max(this.unguessed - 2, 0);
		}
		for (const slot of slots) remember(slot, v);
		return v;
	}

	#difference(slope, ...key) {
		if (this.#decide("zero", ...key)) return 0;
		const positive = this.#decide("positive", slope, ...key);
		const k = this.#unary(len(2 ** this.d - 2), "size", ...key);
		let v = k > 0 ? 1 : 0;
		if (k > 1) v = 2 * v + (this.#decide("second", k, ...key) ? 1 : 0);
		if (k > 2) v = 2 * v + (this.#decide("third", k, v & 1, ...key) ? 1 : 0);
		if (k > 3) v = v * 2 ** (k - 3) + this.#plain(k - 3);
		return positive ? v + 1 : -(v + 1);
	}

	/** The prediction from neighbours by a function of their pixels, and its unrest. */
	#predict(n, of) {
		const [W, N, NW, NE, WW, NN] = [n.W, n.N, n.NW, n.NE, n.WW, n.NN].map(of);
		const a = clamp(W + N - NW, Math.min(W, N), Math.max(W, N));
		const p = clamp((2 * a + W + NE + 2) >> 2, Math.min(W, N, NE), Math.max(W, N, NE));
		const u = Math.abs(W - NW) + Math.abs(N - NW) + Math.abs(N - NE) + Math.abs(W - WW) + Math.abs(N - NN);
		return { p, level: Math.min(len(u >> this.s), 9), slope: W > N ? 1 : W < N ? 2 : 0 };
	}

	#clamp = (v) => clamp(v, 0, this.max);

	#newColour(n) {
		if (this.bits) {
			let v = 1;
			for (let i = 0; i < this.d; i++) v = 2 * v + (this.#decide("bit", v) ? 1 : 0);
			return v - 2 ** this.d;
		}
		const { p, level, slope } = this.#predict(n, this.#green);
		const zone = 8 * p < this.max ? 0 : 8 * (this.max - p) < this.max ? 2 : 1;
		const equal = [n.W === n.NW, n.N === n.NW, n.N === n.NE].join();
		const first = this.#difference(slope, "G", level, equal, zone);
		const G = this.#clamp(p + first);
		if (this.c === 1) return G;
		const a = this.A.slot([n.W, n.N, G]);
		const b = this.B.slot([G]);
		const v = this.#others(n, G, first, level, a, b);
		remember(a, v);
		remember(b, v);
		return v;
	}

	#others(n, G, first, level, a, b) {
		const triedA = a.confidence > 0;
		if (triedA && this.#decide("A", a.confidence, level)) return a.pixel;
		if (b.confidence > 0 && b.pixel !== a.pixel && this.#decide("B", b.confidence, level, triedA)) return b.pixel;
		const R = this.#other("R", n, G, first, this.#red);
		const B = this.#other("B", n, G, R.difference, this.#blue);
		return G * 2 ** (2 * this.d) + R.value * 2 ** this.d + B.value;
	}

	#other(name, n, G, last, of) {
		const predicted = this.#predict(n, (v) => of(v) - this.#green(v));
		const p = this.#clamp(predicted.p + G);
		const Z = Math.min(len(Math.abs(last) >> this.s), 7) >> 1;
		let widest = null;
		for (const pair of pairs) {
			const [low, high] = pair.map((at) => n[at]).sort((v, w) => this.#green(v) - this.#green(w));
			const spread = this.#green(high) - this.#green(low);
			if (!widest || spread > widest.spread) widest = { low, high, spread };
		}
		const { low, high, spread } = widest;
		if (spread >> this.s < 8) {
			const difference = this.#difference(0, name, predicted.level, Z);
			return { value: this.#clamp(p + difference), difference };
		}
		const product = (of(high) - of(low)) * (G - this.#green(low));
		const rounded = Math.sign(product) * Math.floor((2 * Math.abs(product) + spread) / (2 * spread));
		const q = this.#clamp(of(low) + rounded);
		const y = Math.min(len(spread >> this.s), 7);
		const key = `${name} ${y}`;
		if (!this.errors.has(key)) this.errors.set(key, { p: 0, q: 0 });
		const errors = this.errors.get(key);
		const byLine = errors.q <= errors.p;
		const difference = byLine ? this.#difference(0, name, "line", y, Z) : this.#difference(0, name, predicted.level, Z);
		const value = this.#clamp((byLine ? q : p) + difference);
		errors.p += 16 * Math.abs(value - p) - (errors.p >> 4);
		errors.q += 16 * Math.abs(value - q) - (errors.q >> 4);
		return { value, difference };
	}
}
