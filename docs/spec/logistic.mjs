// The predicted distributions: intervals of symbols, new cells, truncated means, and what is learned of a cell.
import { clamp, div, len, mod, mulDiv, mulShr, shr } from "./numbers.mjs";
import { unknown } from "./network.mjs";
import { F, H, integral, M, N, S } from "./tables.mjs";

/** x by a scale; q = 16 takes x in Q6 to Q10. */
export const over = (x, scale, q) => mulShr(x, S[mod(scale, 32)], q + Math.floor(scale / 32));

/** x times a scale. */
export function times(x, scale) {
	const n = 20 - Math.floor((scale + 31) / 32);
	return n >= 0 ? mulShr(x, S[mod(-scale, 32)], n) : x * S[mod(-scale, 32)] * 2 ** -n;
}

/** The logistic, or the Gaussian of the same deviation: its integral, and what else differs. */
export const logistic = { table: F, moment: H, slope: logisticSlope, centre: logisticCentre };
export const gaussian = { table: N, moment: M, slope: gaussianSlope, centre: gaussianCentre };

function logisticSlope(x, y) {
	x = clamp(x, -24576, 24576);
	y = clamp(y, -24576, 24576);
	const fx = integral(F, x);
	const fy = integral(F, y);
	if (fy - fx < 256) return 1024 - Math.max(Math.min(x, y), -Math.max(x, y));
	const density = (f) => mulShr(f, 2 ** 31 - f, 31);
	return div(y * density(fy) - x * density(fx), fy - fx);
}

function logisticCentre(x, y) {
	return integral(F, x) + integral(F, y) - 2 ** 31;
}

const W = 652756755; // 3/pi^2, Q31

function gaussianSlope(x, y) {
	x = clamp(x, -24576, 24576);
	y = clamp(y, -24576, 24576);
	const mass = integral(N, y) - integral(N, x);
	if (mass < 256) {
		const near = x + y < 0 ? y : x;
		return 1024 - mulShr(near, shr(near * W, 10), 31);
	}
	return div(y * mulShr(integral(M, y), W, 31) - x * mulShr(integral(M, x), W, 31), mass);
}

function gaussianCentre(x, y) {
	x = clamp(x, -24576, 24576);
	y = clamp(y, -24576, 24576);
	const mass = integral(N, y) - integral(N, x);
	if (mass < 256) return shr((x + y < 0 ? y : x) * W, 10);
	return mulDiv(mulShr(integral(M, x), W, 31) - mulShr(integral(M, y), W, 31), 2 ** 31, mass);
}

/**
 * What a coefficient's step to clock `to` is coded by: from the cell a at clock k, with dither u, and the distribution's mean and
 * scale.
 */
export class Distribution {
	constructor(family, a, u, k, to, mean, scale) {
		Object.assign(this, { family, a, u, k, to, mean, scale });
		this.raw = clamp(((scale + 27) >> 5) - to - 2, 0, (k === unknown ? 16 : k) - to);
		const g = (this.g = to + this.raw);
		const o = ((scale + 31) >> 5) - g;
		const win = o >= 0 ? 8 * 2 ** o : (8 >> Math.min(-o, 31)) + 1;
		let c = shr(mean + 64 * u + 32, 6 + g);
		if (k === unknown) {
			this.first = c - win - 1;
			this.count = 2 * win + 3;
			this.below = this.above = true;
			return;
		}
		const lo = shr(a, g);
		const hi = lo + 2 ** (k - g);
		c = clamp(c, lo, hi - 1);
		this.below = c - win > lo + 1;
		this.first = this.below ? c - win - 1 : lo;
		this.above = hi > c + win + 2;
		this.count = (this.above ? c + win + 2 : hi) - this.first;
		this.base = integral(family.table, this.dev(lo));
		this.mass = integral(family.table, this.dev(hi)) - this.base;
	}

	/** The deviation, Q10, of the lower edge of cell n. */
	dev(n) {
		return over(64 * (n * 2 ** this.g - this.u) - 32 - this.mean, this.scale, 16);
	}

	/** Where the interval of symbol s begins. */
	cum(s) {
		if (s === 0) return 0;
		if (s === this.count) return 65536;
		const room = 65536 - this.count;
		if (this.k !== unknown && this.mass < 2048) return s + div(room * s, this.count);
		const I = integral(this.family.table, this.dev(this.first + s));
		if (this.k === unknown) return s + shr(Math.floor(I / 128) * room, 24);
		const b = len(this.mass);
		const rec = div(2 ** 42, shr(this.mass, b - 12) + 1);
		return s + shr(mulShr(I - this.base, rec, b + 6) * room, 24);
	}

	/** Decodes the new cell, at clock `to`. */
	decode(stream) {
		const q = stream.peek();
		let s = 0;
		for (let above = this.count; above - s > 1; ) {
			const middle = (s + above) >> 1;
			if (this.cum(middle) <= q) s = middle;
			else above = middle;
		}
		const start = this.cum(s);
		stream.take(start, this.cum(s + 1) - start);
		let n = this.first + s;
		if (s === 0 && this.below) n -= distance(stream);
		else if (s === this.count - 1 && this.above) n += distance(stream);
		const r = this.raw > 0 ? stream.bits(this.raw) : 0;
		return n * 2 ** this.g + r * 2 ** this.to;
	}

	/** What the step from the cell to the new cell teaches: the score, and the gradient of the mean. */
	learn(newCell) {
		const before = shr(this.a, this.g);
		const from = this.k === unknown ? -24576 : this.dev(before);
		const to = this.k === unknown ? 24576 : this.dev(before + 2 ** (this.k - this.g));
		const now = shr(newCell, this.g);
		const lower = this.dev(now);
		const upper = this.dev(now + 1);
		return {
			score: this.family.slope(from, to) - this.family.slope(lower, upper),
			gradient: clamp(this.family.centre(lower, upper) - this.family.centre(from, to), -(2 ** 32), 2 ** 32),
		};
	}
}

/** How far beyond the first or the last symbol a cell is. */
export function distance(stream) {
	const b = Math.min(stream.bits(5), 20);
	const high = b > 16 ? stream.bits(b - 16) : 0;
	const low = b > 0 ? stream.bits(Math.min(b, 16)) : 0;
	return 2 ** b + high * 65536 + low - 1;
}

/** The mean, Q6, of a prediction within the cell a at clock k. */
export function truncatedMean(family, a, u, k, mean, scale) {
	if (k === unknown) return mean;
	if (k === 0) return (a - u) * 64;
	const lo = 64 * (a - u) - 32;
	const hi = lo + 64 * 2 ** k;
	const ta = over(lo - mean, scale, 16);
	const tb = over(hi - mean, scale, 16);
	const mass = integral(family.table, tb) - integral(family.table, ta);
	if (mass < 64) return clamp(mean, lo + 32, hi - 32);
	const t = div((integral(family.moment, ta) - integral(family.moment, tb)) * 1024, mass);
	return clamp(mean + Math.floor(times(t, scale) / 16), lo, hi);
}
