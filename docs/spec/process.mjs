// The reverse process: cells, clocks, passes and bands.
import { ditherRow } from "./chacha8.mjs";
import { clamp, sat16, shr } from "./numbers.mjs";
import { AdapterSums, adapterLayer, context, correct, learn, StageState } from "./adapt.mjs";
import { Distribution, gaussian, logistic, truncatedMean } from "./logistic.mjs";
import { baseOf, centre, head, makeFeatures, setCellFeatures, trunk, unknown } from "./network.mjs";
import { Cut } from "./rans.mjs";
import { Prior } from "./prior.mjs";
import { decodeDetails } from "./sparse.mjs";
import { S } from "./tables.mjs";
import { estimatedQuotient, exactQuotient, isDetail, merge, mergeUpsampled, upsampling } from "./transform.mjs";
import { foldedNetwork, groupSizes, groupStarts } from "./weights.mjs";

const clocks = [6, 5, 4, 3, 2, 1]; // C
const extraClocks = [0, 0, 1, 1, 1, 2, 1, 1, 2]; // B
export const lastStage = 6;
const leastAdvanced = 24; // coefficients of a band that is cut, for it to count

const phaseOf = [(x, y) => !(x & 1) && !(y & 1), (x, y) => x & y & 1, (x, y) => x & 1 && !(y & 1), (x, y) => !(x & 1) && y & 1];

/** The widths and heights of the LL of scales 0 (the image) to n, the last. */
export function pyramid(width, height) {
	const sizes = [[width, height]];
	while (Math.max(...sizes.at(-1)) > 1) sizes.push(sizes.at(-1).map((v) => Math.ceil(v / 2)));
	return { sizes, n: sizes.length - 1 };
}

export const lead = (l) => Math.max(l - 2, 0);

/** Level, scale and stage of all passes, in order; the thumbnail has stage -1. */
export function planPasses(n) {
	const passes = [{ level: 7 + lead(n - 1), scale: n, stage: -1 }];
	for (let level = 6 + lead(n - 1); level >= 0; level--) {
		for (let scale = n - 1; scale >= 1; scale--) {
			const stage = 6 - level + lead(scale);
			if (stage >= 0 && stage <= lastStage) passes.push({ level, scale, stage });
		}
	}
	return passes;
}

/** How many bands a pass of a scale of h rows of sites has. */
export const bandsOf = (h) => Math.max(1, Math.floor(h / 64));

/** The first row of band b of n, or the row after the last. */
function bandEdge(h, b, n) {
	const row = Math.floor((h * b) / n);
	return b > 0 && b < n ? row - (row & 1) : row;
}

/** A modelled image on its way. */
export class Process {
	/**
	 * @param model a weights file that was read
	 * @param {{width: number, height: number, depth: number, planes: number, transform: number, tau: number}} image depth is 8 or 16,
	 *   planes 1 or 3
	 */
	constructor(model, image) {
		Object.assign(this, { model, image });
		this.family = model.gaussian ? gaussian : logistic;
		Object.assign(this, pyramid(image.width, image.height));
		this.up = upsampling(image.transform);
		this.colourClass = image.transform < 3 ? 0 : this.up?.across && this.up.down ? 2 : 1;
		this.tops = [0, 0, 0];
		this.topsKnown = false;
		this.scales = [null];
		for (let l = 1; l <= this.n; l++) this.scales.push(this.#newScale(l));
		this.states = Array.from({ length: 7 }, () => new StageState(model.hidden));
		this.LL = []; // by scale, the exact planes of its LL; 0 is the image
		this.E = []; // by scale, the estimate of its LL, Q4
		this.stageDone = Array(this.n + 1).fill(-1);
		this.passes = planPasses(this.n);
		this.extra = (i) => image.depth - 8 - (i >= 3 && image.transform >= 3 ? 1 : 0);
		if (image.depth === 8) this.sat = sat16;
		else this.sat = (v) => v;
		this.advanced = 0; // since the thumbnail, without bands that do not count
	}

	#newScale(l) {
		const [w, h] = this.sizes[l];
		const [pw, ph] = this.sizes[l - 1];
		const s = { l, w, h, a: [], k: [], u: [], recorded: [], score: [], residual: [], X: [], details: null };
		for (let i = 0; i < 9; i++) {
			const b = i % 3;
			const cw = b === 1 ? w : pw >> 1;
			const ch = b === 0 ? h : ph >> 1;
			s.a.push(new Float64Array(w * h));
			s.k.push(new Uint8Array(w * h));
			s.u.push(new Uint16Array(w * h));
			s.recorded.push(new Uint8Array(w * h));
			s.score.push(new Int32Array(w * h));
			s.residual.push(new Int32Array(w * h));
			s.X.push(new Float64Array(w * h).fill(NaN)); // truncated means of the pass; NaN where it did not predict
			const detail = this.isChromaDetail(l, i);
			if (i >= 3 * this.image.planes || (detail && this.up.across && this.up.down)) continue;
			for (let y = 0; y < ch; y++) {
				s.k[i].fill(unknown, y * w, y * w + cw);
				if (detail) continue;
				s.u[i].set(ditherRow(l, i, y, cw), y * w);
			}
		}
		return s;
	}

	/** Whether subband b of scale l has sites. */
	hasSites(l, b) {
		const [w, h] = this.sizes[l - 1];
		return (b === 1 || w > 1) && (b === 0 || h > 1);
	}

	/** Whether coefficient i of scale l is coded as a detail of chroma. */
	isChromaDetail(l, i) {
		return l === 1 && this.n > 1 && i >= 3 && this.up !== null && this.image.planes === 3 && isDetail(this.up, i % 3);
	}

	/** Decodes pass number p of its streams, one a band. Returns whether it is complete: a cut stream may end within. */
	/** How many bands a pass has. */
	bandsOf(p) {
		return bandsOf(this.scales[this.passes[p].scale]?.h ?? 1);
	}

	run(p, streams) {
		const pass = this.passes[p];
		const complete = pass.stage < 0 ? this.#thumbnail(streams[0]) : this.#pass(pass, streams);
		if (complete) this.#finish(pass);
		return complete;
	}

	#thumbnail(stream) {
		try {
			const { depth, planes, transform } = this.image;
			const code = (u, mean, scale) => new Distribution(logistic, 0, u, unknown, 0, mean, scale).decode(stream) - u;
			const prior = this.model.prior && transform === 0 ? new Prior(this.model.prior, depth - 8) : null;
			const value = (fixed) => (prior ? prior.decode(stream, fixed) : fixed());
			for (let p = 0; p < 3; p++) {
				if (p >= planes) {
					prior?.known(0);
					continue;
				}
				const extra = this.extra(3 * p);
				const top = value(() => code(0, p ? 0 : 7680 * 2 ** extra, 32 * extra + [152, 145, 96][p]));
				this.tops[p] = clamp(top, -(2 ** (depth + 2)), 2 ** (depth + 2) - 1);
			}
			this.topsKnown = true;
			if (this.n === 0) return true;
			const s = this.scales[this.n];
			const values = [];
			for (let i = 0; i < 9; i++) {
				if (s.k[i][0] === 0) {
					if (this.hasSites(this.n, i % 3)) prior?.known(0);
					else prior?.missing();
					continue;
				}
				values.push([i, value(() => code(s.u[i][0], 0, 32 * this.extra(i) + [143, 128, 74][Math.floor(i / 3)]))]);
			}
			for (const [i, v] of values) {
				s.a[i][0] = v + s.u[i][0];
				s.k[i][0] = 0;
			}
			return true;
		} catch (e) {
			if (e instanceof Cut) return false;
			throw e;
		}
	}

	#pass(pass, streams) {
		const scale = this.scales[pass.scale];
		const before = streams.length > 1 ? structuredClone(scale) : scale;
		const inputs = this.inputs(pass.scale, pass.stage);
		const bands = streams.map((stream, b) => {
			const own = streams.length > 1 ? structuredClone(before) : scale;
			const rows = [bandEdge(scale.h, b, streams.length), bandEdge(scale.h, b + 1, streams.length)];
			return new Band(this, pass, own, rows, inputs, this.states[pass.stage].clone(), stream);
		});
		let complete = true;
		for (const band of bands) {
			const saved = structuredClone(band.scale);
			const done = band.decode();
			complete &&= done;
			if (!done && band.advanced < leastAdvanced) band.scale = saved;
			else this.advanced += band.advanced;
			copyRows(band.scale, scale, band.rows);
		}
		if (complete) this.states[pass.stage] = StageState.merged(bands.map((b) => b.state));
		return complete;
	}

	/** The features of a scale, and the trunk's outputs. */
	inputs(l, stage, E = this.E[l]) {
		const scale = this.scales[l];
		const net = foldedNetwork(this.model, this.colourClass, stage, l);
		const { features, T, M } = makeFeatures(this.model, scale, E, this.extra);
		return { net, features, T, M, trunk: trunk(net, features, scale.w, scale.h) };
	}

	/** After a pass: E of the next finer scale, and its LL if this one is exact. */
	#finish({ scale: l, stage }) {
		const done = stage < 0 ? lastStage : stage;
		if (this.n === 0) {
			this.LL[0] = this.tops.map((t) => Float64Array.of(t));
			return;
		}
		if (stage < 0) {
			this.LL[l] = this.tops.map((t) => Float64Array.of(t));
			this.E[l] = this.LL[l].map((p) => p.map((v) => this.sat(16 * v)));
		}
		this.stageDone[l] = done;
		if (done === lastStage) this.LL[l - 1] = this.#mergeExact(l);
		if (l === 1) return;
		if (done === lastStage) this.E[l - 1] = this.LL[l - 1].map((p) => p.map((v) => this.sat(16 * v)));
		else this.E[l - 1] = this.mergeEstimates(l, this.E[l], this.estimates(this.scales[l]));
		const s = this.scales[l];
		for (const X of s.X) X.fill(NaN);
	}

	#mergeExact(l) {
		const s = this.scales[l];
		const exact = s.a.map((a, i) => a.map((v, at) => this.sat(v - s.u[i][at])));
		if (s.details) s.details.forEach((d, i) => isDetail(this.up, i % 3) && exact[3 + i].set(d));
		return this.merge(l, this.LL[l], exact, exactQuotient, null);
	}

	/** The estimates of the coefficients of a scale, Q4, by the truncated means of the last pass. */
	estimates(s) {
		return s.X.map((X, i) =>
			X.map((x, at) => {
				if (Number.isNaN(x)) x = centre(s.a[i][at], s.u[i][at], s.k[i][at]);
				return this.sat(shr(x + 2, 2));
			}),
		);
	}

	/** Merges an LL of scale l and estimates of its coefficients, all Q4. */
	mergeEstimates(l, LL, estimates) {
		return this.merge(l, LL, estimates, estimatedQuotient, () => 8);
	}

	/** Merges scale l; r is what is added where chroma was upsampled, if not what belongs to the transform. */
	merge(l, LL, coefficients, quotient, r) {
		const [w, h] = this.sizes[l - 1];
		return LL.map((plane, p) => {
			const details = coefficients.slice(3 * p, 3 * p + 3);
			const merged =
				l === 1 && p > 0 && this.up
					? mergeUpsampled(this.up, plane, details, w, h, this.model.wavelet, quotient, r ?? this.up.r, 1)
					: merge(plane, details, w, h, this.model.wavelet, quotient);
			return l > 1 ? merged.map(this.sat) : merged;
		});
	}

	/** The clock that a stage takes coefficient i to. */
	clockOf(stage, i) {
		return stage === lastStage ? 0 : clocks[stage] + extraClocks[i] + this.extra(i);
	}

	/** Whether the skip test rules out a coefficient of clock k, by its base. */
	certainlySkips(scale, stage, i, x, y, base) {
		const { w, h, l } = scale;
		if (w * h < 1024 || stage === lastStage || x === 0 || y === 0 || x === w - 1 || y === h - 1) return false;
		const e = 32 * (this.clockOf(stage, i) - this.extra(i)) + this.image.tau + 357 - (l === 1 ? 32 : 56);
		return e >= 0 && base < shr(S[-e & 31] * 2 ** ((e + 31) >> 5), 20);
	}

	/** The groups of a pass. */
	groupsOf(l, stage) {
		const chroma = this.image.planes === 3 && stage > 0 && !(l === 1 && this.n > 1 && this.up?.across && this.up.down);
		return chroma ? [0, 1, 2, 3] : [0, 1];
	}
}

function copyRows(from, to, [y0, y1]) {
	if (from === to) return;
	for (const name of ["a", "k", "recorded", "score", "residual", "X"]) {
		from[name].forEach((values, i) => to[name][i].set(values.subarray(y0 * to.w, y1 * to.w), y0 * to.w));
	}
	if (!from.details) return;
	to.details ??= Array.from({ length: 6 }, () => new Float64Array(to.w * to.h));
	from.details.forEach((values, i) => to.details[i].set(values.subarray(y0 * to.w, y1 * to.w), y0 * to.w));
}

/** A band of a pass. With no stream, it predicts, and neither advances nor learns. */
export class Band {
	constructor(process, pass, scale, rows, inputs, state, stream) {
		Object.assign(this, { process, pass, scale, rows, inputs, state, stream });
		this.features = inputs.features.slice();
		this.coarser = pass.scale + 1 < process.n ? process.scales[pass.scale + 1] : null;
		this.advanced = 0;
	}

	/** Decodes the band. Returns whether it is complete. */
	decode() {
		try {
			this.predict();
			if (this.pass.stage === lastStage && this.pass.scale === 1 && this.process.up && this.process.image.planes === 3) this.#details();
			return true;
		} catch (e) {
			if (e instanceof Cut) return false;
			throw e;
		}
	}

	/** Predicts, and with a stream decodes, all groups and phases. */
	predict() {
		for (const g of this.process.groupsOf(this.pass.scale, this.pass.stage)) this.#group(g);
	}

	#group(g) {
		const { process, scale, inputs, features } = this;
		const adapter = this.state.adapters[g];
		const newSums = () => new AdapterSums(adapter, inputs.net.near[g][0].outputs);
		let sums = newSums();
		for (let phase = 0; phase < 4; phase++) {
			for (let at = this.rows[0] * scale.w; at < this.rows[1] * scale.w; at++) {
				setCellFeatures(process.model, features, scale, at, process.extra);
			}
			// The head's inputs are as they are when the phase begins.
			const before = features.slice();
			for (let y = this.rows[0]; y < this.rows[1]; y++) {
				const columns = Array.from({ length: scale.w }, (_, x) => x).filter((x) => phaseOf[phase](x, y));
				for (let first = 0; first < columns.length; first += 64) {
					const layer = this.stream && adapterLayer(adapter, inputs.net.near[g][0].outputs, inputs.net.out[g].down, process.model.f);
					for (const x of columns.slice(first, first + 64)) this.#site(g, phase, before, layer, sums, x, y);
					if (!this.stream || sums.sites < 64) continue;
					sums.step(adapter, process.model.f);
					sums = newSums();
				}
			}
		}
	}

	/** Predicts the coefficients of a group at a site, and with a stream decodes those that advance. */
	#site(g, phase, features, adapterLayer, sums, x, y) {
		const { process, scale, inputs, pass } = this;
		const { model } = process;
		const at = y * scale.w + x;
		const size = groupSizes[g];
		const todo = [];
		for (let m = 0; m < size; m++) {
			const i = groupStarts[g] + m;
			const k = scale.k[i][at];
			const extra = process.extra(i);
			if (k === 0 || process.isChromaDetail(scale.l, i)) continue;
			const base = baseOf(inputs.T[Math.floor(i / 3)][at], inputs.M[i][at], k, extra);
			if (!this.stream || !process.certainlySkips(scale, pass.stage, i, x, y, base.base)) todo.push({ m, i, k, extra, ...base });
		}
		if (!todo.length) return;
		const { hidden, outputs } = head(inputs.net, g, phase, features, inputs.trunk, scale.w, scale.h, x, y);
		const tuned = (n) => {
			if (!adapterLayer) return 0;
			let sum = adapterLayer[n].b;
			for (let j = 0; j < hidden.length; j++) sum += adapterLayer[n].w[j] * hidden[j];
			return sat16(shr(sum, inputs.net.out[g].down));
		};
		const gradients = Array(size).fill(null);
		for (const { m, i, k, extra, meanBase, logBase } of todo) {
			const u = scale.u[i][at];
			const a = scale.a[i][at];
			const coefficient = this.state.coefficients[i];
			const mean = centre(a, u, k) + shr(outputs[m] * meanBase, 16 - extra);
			const spread = clamp(shr(64 * outputs[size + m] + logBase + 1024, 11), -138, 277) + 32 * extra;
			const around = context(scale, this.coarser, i, x, y, spread, extra);
			const now = correct(coefficient, around, mean, spread, tuned(m), tuned(size + m), extra);
			const to = process.clockOf(pass.stage, i);
			const advances = to < k && (pass.stage === lastStage || now.scale + 27 >= 32 * to + process.image.tau);
			if (!advances || !this.stream) {
				scale.X[i][at] = truncatedMean(process.family, a, u, k, now.mean, now.scale);
				continue;
			}
			const distribution = new Distribution(process.family, a, u, k, to, now.mean, now.scale);
			const cell = distribution.decode(this.stream);
			this.advanced++;
			scale.a[i][at] = cell;
			scale.k[i][at] = to;
			const X = truncatedMean(process.family, cell, u, to, now.mean, now.scale);
			scale.X[i][at] = X;
			const learned = distribution.learn(cell);
			const record = learn(coefficient, around, learned, X, mean, spread);
			scale.recorded[i][at] = 1;
			scale.residual[i][at] = record.residual;
			scale.score[i][at] = record.score;
			gradients[m] = { mean: shr(learned.gradient, 23), scale: shr(clamp(learned.score, -1024, 6144), 4) };
		}
		if (gradients.some((s) => s)) sums.add(hidden, gradients);
	}

	#details() {
		const { process, scale } = this;
		const [y0, y1] = this.rows;
		const luma = [0, 1, 2].map((b) => scale.a[b].map((a, at) => a - scale.u[b][at]));
		const { width, height, transform } = process.image;
		const details = decodeDetails(this.stream, process.up, transform, process.LL[1], luma, width, height, y0, y1);
		scale.details ??= Array.from({ length: 6 }, () => new Float64Array(scale.w * scale.h));
		details.forEach((d, i) => scale.details[i].set(d, y0 * scale.w));
	}
}
