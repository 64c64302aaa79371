// codec/FORMAT.md, "Corrections": of a decompressed picture.
import { clamp } from "./numbers.mjs";
import { Cut } from "./rans.mjs";

/** Decisions by their contexts. */
class Decisions {
	constructor(stream) {
		this.stream = stream;
		this.contexts = new Map();
	}

	plain() {
		return this.#step(32768);
	}

	decide(...context) {
		const name = context.join(" ");
		if (!this.contexts.has(name)) this.contexts.set(name, { q: 2 ** 21, n: 2 });
		const c = this.contexts.get(name);
		const bit = this.#step(clamp(c.q >> 6, 24, 65512));
		if (bit) c.q += Math.floor((2 ** 22 - c.q) / c.n);
		else c.q -= Math.floor(c.q / c.n);
		c.n = Math.min(c.n + 1, 126);
		return bit;
	}

	#step(p) {
		if (this.stream.peek() < p) {
			this.stream.take(0, p);
			return 1;
		}
		this.stream.take(p, 65536 - p);
		return 0;
	}
}

const classOf = (v) => (v < 3 ? v : v < 5 ? 3 : v < 10 ? 4 : 5);
const extreme = (v) => (v === 0 || v === 255 ? 1 : 0);

function magnitude(d, i, kind) {
	let n = 0;
	while (n < 14 && d.decide("more", i, Math.min(kind, 3), n)) n++;
	if (n === 14) n += d.stream.bits(9);
	return n + 1;
}

/**
 * Corrects the samples of a picture of w x h pixels, whose first pixel is at (x0, y0) of the blocks' picture. Returns whether the stream
 * was not cut.
 *
 * @param {Uint8Array[]} planes one of gray, or red, green and blue, or luma and chroma, which are apart: the values of one say nothing of others
 */
export function correct(stream, planes, w, h, x0, y0, apart) {
	try {
		correctAll(new Decisions(stream), planes, w, h, x0, y0, apart);
		return true;
	} catch (e) {
		if (!(e instanceof Cut)) throw e;
		return false;
	}
}

function correctAll(d, planes, w, h, x0, y0, apart) {
	if (!d.plain()) return;
	const order = planes.length === 1 ? [planes[0]] : [planes[1], planes[0], planes[2]];
	let above = [];
	for (let by = y0 >> 3; 8 * by < y0 + h; by++) {
		const row = [];
		for (let bx = x0 >> 3; 8 * bx < x0 + w; bx++) {
			const left = Math.max(8 * bx - x0, 0);
			const right = Math.min(8 * bx + 8 - x0, w);
			const top = Math.max(8 * by - y0, 0);
			const bottom = Math.min(8 * by + 8 - y0, h);
			let c = 0;
			for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) for (const p of planes) c |= extreme(p[y * w + x]);
			const part = right - left < 8 || bottom - top < 8 ? 1 : 0;
			row[bx] = d.decide("block", (row[bx - 1] ?? 0) + 2 * (above[bx] ?? 0) + 4 * c + 8 * part);
			if (row[bx]) correctBlock(d, order, w, left, right, top, bottom, apart);
		}
		above = row;
	}
}

function correctBlock(d, order, w, left, right, top, bottom, apart) {
	let above = [];
	for (let y = top; y < bottom; y++) {
		const row = [];
		for (let x = left; x < right; x++) {
			const values = [];
			order.forEach((plane, i) => {
				const sample = plane[y * w + x];
				const f = i && !apart ? values[0] : 0;
				const l = row[x - 1]?.[i] ?? 0;
				const u = above[x]?.[i] ?? 0;
				const kind = classOf(Math.abs(l) + Math.abs(u));
				let v = 0;
				if (!d.decide("zero", i, Math.min(Math.abs(f), 2), extreme(sample), kind)) {
					const minus = d.decide("minus", i, Math.sign(l) + Math.sign(u));
					v = magnitude(d, i, kind);
					if (minus) v = -v;
				}
				values.push(v);
				plane[y * w + x] = clamp(sample + f + v, 0, 255);
			});
			row[x] = values;
		}
		above = row;
	}
}
