// rans/doc.go: streams of symbols, range-coded or rANS.
import { malformed } from "./numbers.mjs";

/** Thrown where the bytes of a cut stream do not settle the next step. */
export class Cut extends Error {}

const total = 65536;

/**
 * A stream of `size` bytes to read, of which the first are there.
 *
 * To decode a symbol, the caller takes the number that peek returns, finds the interval that holds it, and calls take.
 */
export function openStream(bytes, size) {
	if (bytes.length === 0 && size > 0) return new Nothing();
	return bytes.length > 0 && bytes[0] & 128 ? new Rans(bytes, size) : new RangeCoded(bytes, size);
}

class Stream {
	/** A number v of n bits, 1 <= n <= 16. */
	bits(n) {
		const size = total >> n;
		const v = Math.floor(this.peek() / size);
		this.take(v * size, size);
		return v;
	}

	/** A bit: 0 has the interval [0, p), 1 has [p, 65536). */
	split(p) {
		const bit = this.peek() >= p ? 1 : 0;
		if (bit) this.take(p, total - p);
		else this.take(0, p);
		return bit;
	}
}

class Nothing extends Stream {
	peek() {
		throw new Cut();
	}

	consumed() {
		return 0;
	}
}

/** The largest number of zeros that a whole stream may need after its last byte. */
const window = 6;

class RangeCoded extends Stream {
	constructor(bytes, size) {
		super();
		this.bytes = bytes;
		this.size = size;
		this.whole = bytes.length >= size;
		this.b = 0; // bytes of the fraction in the units of what follows
		this.rel = 0; // the fraction less low
		this.unsure = 0; // how many units more it may be, by bytes that are missing
		this.width = 2 ** 47;
		while (this.b < 6) this.#grow();
	}

	#grow() {
		this.rel = this.rel * 256 + (this.bytes[this.b] ?? 0);
		this.unsure = this.unsure * 256 + (this.b >= this.bytes.length && this.b < this.size ? 255 : 0);
		this.b++;
	}

	/** How many bytes settle what was decoded: the least number for which the interval holds the fraction, whatever those after them are. */
	consumed() {
		let n = this.b;
		let rel = this.rel;
		let unsure = 0;
		for (let weight = 1; n > 1 && weight < 2 ** 48; weight *= 256, n--) {
			if (n > this.size) continue;
			unsure += 255 * weight;
			rel -= (this.bytes[n - 1] ?? 0) * weight;
			if (rel < 0 || rel + unsure >= this.width) break;
		}
		return Math.min(n, this.size);
	}

	peek() {
		if (this.whole && this.b > this.bytes.length + window) throw malformed("a stream ends before its last step");
		return Math.min(Math.floor(this.rel / Math.floor(this.width / total)), total - 1);
	}

	take(start, freq) {
		const unit = Math.floor(this.width / total);
		const width = start + freq === total ? this.width - unit * start : unit * freq;
		const rel = this.rel - unit * start;
		if (rel + this.unsure >= width) throw new Cut();
		this.rel = rel;
		this.width = width;
		while (this.width < 2 ** 40) {
			this.width *= 256;
			this.#grow();
		}
	}

	/**
	 * Refuses a whole stream that does not end here. Its bytes have to be the shortest fraction in the interval that has at least
	 * b - 6 bytes, and the least of several such.
	 */
	end() {
		if (!this.whole) return;
		let fraction = 0n;
		for (let i = 0; i < this.b; i++) fraction = fraction * 256n + BigInt(this.bytes[i] ?? 0);
		const low = fraction - BigInt(this.rel);
		for (let n = Math.max(this.b - 6, 0); ; n++) {
			const unit = 256n ** BigInt(this.b - n);
			const least = ((low + unit - 1n) / unit) * unit;
			if (least >= low + BigInt(this.width)) continue;
			if (n !== this.bytes.length || least !== fraction) throw malformed("a stream does not end with its last step");
			return;
		}
	}
}

const half = 1n << 31n;

class Rans extends Stream {
	constructor(bytes, size) {
		super();
		this.bytes = bytes;
		this.whole = bytes.length >= size;
		this.at = 0;
		this.lane = 0;
		this.states = [];
		for (let i = 0; i < 4 && bytes.length >= this.at + 8; i++) {
			let x = 0n;
			for (let k = 0; k < 8; k++) x = (x << 8n) | BigInt(bytes[this.at++]);
			if (i === 0) x -= 1n << 63n;
			if (x < half || x >> 63n) throw malformed("a state of rANS is out of its range");
			this.states.push(x);
		}
		if (size < 32 || size % 4) throw malformed("a stream of rANS of an impossible size");
	}

	consumed() {
		return this.at;
	}

	/** The state of the lane whose turn it is, with the word that it needs. */
	#state() {
		if (this.lane >= this.states.length) throw new Cut();
		let x = this.states[this.lane];
		if (x >= half) return x;
		if (this.at + 4 > this.bytes.length) {
			if (this.whole) throw malformed("a stream ends before its last step");
			throw new Cut();
		}
		for (let k = 0; k < 4; k++) x = (x << 8n) | BigInt(this.bytes[this.at++]);
		this.states[this.lane] = x;
		return x;
	}

	peek() {
		return Number(this.#state() & 0xffffn);
	}

	take(start, freq) {
		const x = this.#state();
		this.states[this.lane] = BigInt(freq) * (x >> 16n) + (x & 0xffffn) - BigInt(start);
		this.lane = (this.lane + 1) & 3;
	}

	end() {
		if (!this.whole) return;
		if (this.at !== this.bytes.length || this.states.some((x) => x !== half)) throw malformed("a stream does not end with its last step");
	}
}
