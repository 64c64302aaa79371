// What the decoder learns of the image at hand: offsets of the scale, weights of the mean, and adapters of the last layers.
import { clamp, div, mulShr, shr } from "./numbers.mjs";
import { over, times } from "./logistic.mjs";
import { groupSizes } from "./weights.mjs";

// One table has all 61 offsets of a stage and coefficient.
const whole = 0;
const around = 1;
const above = 13;
const scales = 25;
const edges = 57;
const offsets = 61;

/** j and k by coefficient: those of the same site whose records count. */
const same = [[], [0], [0, 1], [0], [1], [2], [3, 0], [4, 1], [5, 2]];

class Coefficient {
	value = new Float64Array(offsets); // Q16
	count = new Float64Array(offsets);
	weight = new Float64Array(8); // Q32
}

class Adapter {
	constructor(group, hidden) {
		this.W = Array.from({ length: 2 * groupSizes[group] }, () => new Float64Array(hidden)); // Q24: of means, then of scales
		this.c = new Float64Array(hidden); // Q(f + 6)
		this.P = new Float64Array(hidden); // Q(2 f)
		this.begun = false;
	}
}

/** The state of the corrections of a stage. */
export class StageState {
	constructor(hidden) {
		this.coefficients = Array.from({ length: 9 }, () => new Coefficient());
		this.adapters = groupSizes.map((_, group) => new Adapter(group, hidden));
	}

	clone() {
		return Object.setPrototypeOf(structuredClone({ ...this, adapters: this.adapters }), StageState.prototype);
	}

	/** The state after a pass, of those of its bands. */
	static merged(bands) {
		if (bands.length === 1) return bands[0];
		const result = bands[0].clone();
		const n = bands.length;
		const mean = (of, i) => div(bands.reduce((sum, b) => sum + of(b)[i], 0), n);
		result.coefficients.forEach((c, i) => {
			for (let o = 0; o < offsets; o++) {
				c.value[o] = mean((b) => b.coefficients[i].value, o);
				c.count[o] = Math.max(...bands.map((b) => b.coefficients[i].count[o]));
			}
			for (const [o, band] of [[edges, bands[0]], [edges + 1, bands.at(-1)]]) {
				c.value[o] = band.coefficients[i].value[o];
				c.count[o] = band.coefficients[i].count[o];
			}
			for (let r = 0; r < 8; r++) c.weight[r] = mean((b) => b.coefficients[i].weight, r);
		});
		result.adapters.forEach((a, g) => {
			a.W.forEach((W, m) => W.forEach((_, j) => (W[j] = mean((b) => b.adapters[g].W[m], j))));
			const begun = bands.map((b) => b.adapters[g]).filter((b) => b.begun);
			if (!begun.length) return;
			a.begun = true;
			for (const name of ["c", "P"]) {
				a[name].forEach((_, j) => (a[name][j] = div(begun.reduce((sum, b) => sum + b[name][j], 0), begun.length)));
			}
		});
		return result;
	}
}

/**
 * What the records around a coefficient say: the residuals R, and the indices of the offsets that its correction uses.
 */
export function context(scale, coarser, i, x, y, predictedScale, extra) {
	const { w, h } = scale;
	const at = y * w + x;
	const there = (c, dx, dy) => {
		const inside = x + dx >= 0 && x + dx < w && y + dy >= 0 && y + dy < h;
		return inside && scale.recorded[c][at + dy * w + dx];
	};
	const residual = (c, dx, dy) => (there(c, dx, dy) ? scale.residual[c][at + dy * w + dx] : 0);
	const R = [
		residual(i, -1, 0) + residual(i, 1, 0),
		residual(i, 0, -1) + residual(i, 0, 1),
		residual(i, -1, -1) + residual(i, 1, 1),
		residual(i, 1, -1) + residual(i, -1, 1),
		residual(i, -2, 0),
		residual(i, 0, -2),
		same[i].length > 0 ? residual(same[i][0], 0, 0) : 0,
		same[i].length > 1 ? residual(same[i][1], 0, 0) : 0,
	];
	let n = 0;
	let z = 0;
	const count = (c, dx, dy, times) => {
		if (!there(c, dx, dy)) return;
		n += times;
		z += times * scale.score[c][at + dy * w + dx];
	};
	for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) count(i, dx, dy, 1);
	for (const [dx, dy] of [[-2, 0], [2, 0], [0, -2], [0, 2]]) count(i, dx, dy, 1);
	for (const j of same[i]) count(j, 0, 0, 2);
	const used = [whole, around, above, scales + clamp((predictedScale - 32 * extra + 144) >> 4, 0, 31)];
	if (n > 0) used[1] += clamp(1 + shr(div(8 * z, n + 1) + 96, 4), 1, 11);
	if (coarser) {
		const parent = (y >> 1) * coarser.w + (x >> 1);
		if (coarser.recorded[i][parent]) used[2] += clamp(1 + ((coarser.score[i][parent] + 16) >> 2), 1, 11);
	}
	if (y === 0) used.push(edges);
	else if (y === h - 1) used.push(edges + 1);
	else if (x === 0) used.push(edges + 2);
	else if (x === w - 1) used.push(edges + 3);
	return { R, used };
}

/** The corrected mean and scale. */
export function correct(coefficient, { R, used }, mean, scale, mu, nu, extra) {
	let sum = clamp(nu, -2048, 2048) * 2048 + 32768;
	for (const o of used) sum += coefficient.value[o];
	let D = 0;
	for (let r = 0; r < 8; r++) D += R[r] * shr(coefficient.weight[r], 16);
	D = clamp(shr(D, 4) + clamp(mu, -4096, 4096) * 64, -262144, 262144);
	return { mean: mean + shr(times(D, scale), 10), scale: clamp(scale + shr(sum, 16), -138, 277 + 32 * extra) };
}

/** Learns from a score and a gradient; X is the truncated mean in the new cell, mean and scale those of the network. Returns the record. */
export function learn(coefficient, { R, used }, { score, gradient }, X, mean, scale) {
	for (const o of used) {
		const limit = o === whole ? 50 : o >= edges ? 60 : 150;
		const rate = o >= edges ? 4000 : 700;
		const count = (coefficient.count[o] = Math.min(coefficient.count[o] + 1, limit));
		coefficient.value[o] = clamp(coefficient.value[o] + div(clamp(score, -1024, 6144) * rate, count + 30), -8388608, 8388608);
	}
	const power = R.reduce((sum, r) => sum + r * r, 2000);
	const step = div(div(gradient * 7, 4), power);
	for (let r = 0; r < 8; r++) coefficient.weight[r] += R[r] * step;
	return { residual: clamp(over(X - mean, scale, 22), -60, 60), score: clamp((score + 32) >> 6, -16, 100) };
}

/** The adapter's weights as a layer, for as many sites as it stays as it is. */
export function adapterLayer(adapter, hidden, down, f) {
	if (!adapter.begun) return null;
	const shift = 24 - (down + 10 - f);
	return adapter.W.map((W) => {
		for (;;) {
			const w = Float64Array.from(W.subarray(0, hidden), (v) => clamp(shr(v + Math.floor(2 ** shift / 2), shift), -32768, 32767));
			let sum = 0;
			let most = 0;
			for (let j = 0; j < w.length; j++) {
				sum += w[j] * adapter.c[j];
				most += 32768 * Math.abs(w[j]);
			}
			const b = clamp(Math.floor(2 ** down / 2) - shr(sum, 6), -2147483647, 2147483647);
			if (most + Math.abs(b) <= 2 ** 31 - 1) return { w, b };
			W.forEach((v, j) => (W[j] = div(v, 2)));
		}
	});
}

/** What the sites of a group add up to between two steps of its adapter. */
export class AdapterSums {
	constructor(adapter, hidden) {
		this.hidden = hidden; // units of the expert
		this.A = adapter.W.map((W) => new Float64Array(W.length));
		this.B = adapter.W.map(() => 0);
		this.S = new Float64Array(adapter.c.length);
		this.Q = new Float64Array(adapter.c.length);
		this.N = 0;
		this.sites = 0;
	}

	/** Adds a site: its hidden units, and of each coefficient of the group the gradients for the mean and the scale, or null. */
	add(hidden, gradients) {
		const group = gradients.length;
		gradients.forEach((gradient, m) => {
			if (!gradient) return;
			[gradient.mean, gradient.scale].forEach((s, kind) => {
				const A = this.A[kind * group + m];
				for (let j = 0; j < hidden.length; j++) A[j] += s * hidden[j];
				this.B[kind * group + m] += s;
			});
		});
		if (this.sites % 4 === 0) {
			for (let j = 0; j < hidden.length; j++) {
				this.S[j] += hidden[j];
				this.Q[j] += hidden[j] * hidden[j];
			}
			this.N++;
		}
		this.sites++;
	}

	/** Takes a step of the adapter. */
	step(adapter, f) {
		const { hidden } = this;
		const { c, P, W } = adapter;
		for (let j = 0; j < hidden; j++) {
			const m = div(this.S[j] * 64, this.N);
			if (!adapter.begun) c[j] = m;
			const p = clamp(div(this.Q[j], this.N) + shr(c[j] * c[j] - 2 * c[j] * m, 12), 0, 2 ** 30);
			if (!adapter.begun) P[j] = p;
			const R = div(2 ** (f + 30), hidden * P[j] + 2 ** (2 * f));
			W.forEach((weights, i) => {
				const rate = shr((i < W.length / 2 ? 125829 : 201327) * R, 20);
				weights[j] = clamp(weights[j] + mulShr(this.A[i][j] - shr(this.B[i] * c[j], 6), rate, 16), -(2 ** 30), 2 ** 30);
			});
			c[j] += shr(m - c[j] + 4, 3);
			P[j] += shr(p - P[j], 3);
		}
		adapter.begun = true;
	}
}
