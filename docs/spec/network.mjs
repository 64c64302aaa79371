// The features of a scale's sites, the trunk, and the heads.
import { clamp, div, sat16, shr } from "./numbers.mjs";
import { ln, log2 } from "./tables.mjs";

export const unknown = 255; // the clock of a coefficient without a cell

/** The centre of a cell, Q6. */
export const centre = (a, u, k) => (k === unknown ? 0 : (a - u) * 64 + (2 ** k - 1) * 32);

/** The sum over the (2 r + 1)^2 sites around every one; outside, the nearest inside counts. */
function box(values, w, h, r) {
	const rows = new Float64Array(w * h);
	const sums = new Float64Array(w * h);
	for (let y = 0; y < h; y++) {
		for (let x = 0; x < w; x++) for (let d = -r; d <= r; d++) rows[y * w + x] += values[y * w + clamp(x + d, 0, w - 1)];
	}
	for (let y = 0; y < h; y++) {
		for (let x = 0; x < w; x++) for (let d = -r; d <= r; d++) sums[y * w + x] += rows[clamp(y + d, 0, h - 1) * w + x];
	}
	return sums;
}

/** x/1.5 to asinh, of x in Q3. */
const compress = (model, x) => (x < 0 ? -model.asinh[Math.min(-x, 8191)] : model.asinh[Math.min(x, 8191)]);

/**
 * What the features of a pass are, of a scale as model/pass code keeps it.
 *
 * @returns {{features: Int32Array, T: Float64Array[], M: Float64Array[]}} features has 36 channels a site.
 */
export function makeFeatures(model, scale, E, extra) {
	const { w, h } = scale;
	const features = new Int32Array(w * h * 36);
	const T = [];
	const M = [];
	for (let p = 0; p < 3; p++) {
		const d = extra(3 * p);
		const v = Float64Array.from(E[p], (e) => clamp(shr(e, d), -16384, 16384));
		const sums = box(v, w, h, 2);
		const e = v.map((x, i) => 25 * x - sums[i]);
		T.push(box(e.map(Math.abs), w, h, 1).map((s) => div(s * 16, 225)));
		for (let i = 0; i < w * h; i++) {
			features[i * 36 + p] = compress(model, div(e[i] + 25, 50));
			features[i * 36 + 3 + p] = sat16(shr((v[i] - 2048) * 2 ** model.f, 11));
			features[i * 36 + 24 + p] = ln(log2(T[p][i] + 128) - 8 * 65536, model.f);
		}
	}
	for (let i = 0; i < 9; i++) {
		const c = Float64Array.from({ length: w * h }, (_, at) => Math.abs(limitedCentre(scale, i, at, extra(i))));
		M.push(box(c, w, h, 2).map((s) => div(s * 4, 25)));
		for (let at = 0; at < w * h; at++) features[at * 36 + 27 + i] = ln(log2(M[i][at] + 128) - 8 * 65536, model.f);
	}
	for (let at = 0; at < w * h; at++) setCellFeatures(model, features, scale, at, extra);
	return { features, T, M };
}

const limitedCentre = (scale, i, at, extra) =>
	clamp(shr(centre(scale.a[i][at], scale.u[i][at], scale.k[i][at]), extra), -131072, 131072);

/** Channels 6 to 23 of the features of a site, by its present cells and clocks. */
export function setCellFeatures(model, features, scale, at, extra) {
	for (let i = 0; i < 9; i++) {
		const k = scale.k[i][at];
		features[at * 36 + 6 + i] = compress(model, shr(limitedCentre(scale, i, at, extra(i)), 3));
		const q = k === 0 ? 0 : Math.max(k - extra(i), 0);
		features[at * 36 + 15 + i] = k === unknown ? 0 : div((36 - 5 * q) * 2 ** model.f + 15, 30);
	}
}

/** base and meanBase, Q12, and logBase, Q16, of a coefficient of clock k, to which the outputs of the network are relative. */
export function baseOf(T, M, k, extra) {
	const local = shr(26214 * T + 2048, 12) + 1229;
	let base = local;
	let meanBase = 2 * local;
	if (k !== unknown) {
		const width = 2 ** (12 - extra + k);
		base = Math.min(Math.max(shr(9830 * M + 512, 10) + 819, shr(local * 19661, 16)), width);
		meanBase = Math.min(width, 2 * base);
	}
	return { base, meanBase, logBase: log2(base) - 12 * 65536 };
}

/** The inputs of a layer of size 3 at a site: `channels` channels from `first` on, of 3 x 3 sites; 0 outside. */
function patch(into, values, stride, first, channels, w, h, x, y) {
	let n = 0;
	for (let dy = -1; dy <= 1; dy++) {
		for (let dx = -1; dx <= 1; dx++) {
			const inside = x + dx >= 0 && x + dx < w && y + dy >= 0 && y + dy < h;
			const at = ((y + dy) * w + x + dx) * stride + first;
			for (let c = 0; c < channels; c++) into[n++] = inside ? values[at + c] : 0;
		}
	}
}

/** The outputs of a layer of these inputs. All sums fit 32 bits. */
function apply(layer, inputs, outputs) {
	const { weights, bias, down } = layer;
	const n = layer.inputs;
	for (let o = 0; o < layer.outputs; o++) {
		let sum = bias[o];
		const at = o * n;
		for (let i = 0; i < n; i++) sum = (sum + Math.imul(weights[at + i], inputs[i])) | 0;
		outputs[o] = sat16(sum >> down);
	}
}

/** The trunk: 4 H outputs for every site. */
export function trunk(net, features, w, h) {
	const C = net.stem.outputs;
	let x = layer3(net.stem, features, 36, w, h, (y) => Math.max(y, 0));
	for (const block of net.blocks) {
		const before = x;
		x = layer3(block, before, C, w, h, (y, i) => sat16(before[i] + Math.max(y, 0)));
	}
	const t = new Int32Array(w * h * net.site.outputs);
	const inputs = new Int32Array(C);
	const outputs = new Int32Array(net.site.outputs);
	for (let at = 0; at < w * h; at++) {
		inputs.set(x.subarray(at * C, (at + 1) * C));
		apply(net.site, inputs, outputs);
		t.set(outputs, at * net.site.outputs);
	}
	return t;
}

function layer3(layer, values, channels, w, h, after) {
	const result = new Int32Array(w * h * layer.outputs);
	const inputs = new Int32Array(9 * channels);
	const outputs = new Int32Array(layer.outputs);
	for (let y = 0; y < h; y++) {
		for (let x = 0; x < w; x++) {
			const at = (y * w + x) * layer.outputs;
			patch(inputs, values, channels, 0, channels, w, h, x, y);
			apply(layer, inputs, outputs);
			for (let o = 0; o < layer.outputs; o++) result[at + o] = after(outputs[o], at + o);
		}
	}
	return result;
}

/**
 * The head of a group at a site of a phase: the hidden units y, and the outputs, Q10.
 */
export function head(net, group, phase, features, trunkOutputs, w, h, x, y) {
	const near = net.near[group][phase];
	const H = near.outputs;
	const inputs = new Int32Array(9 * 18);
	patch(inputs, features, 36, 6, 18, w, h, x, y);
	const hidden = new Int32Array(H);
	apply(near, inputs, hidden);
	const at = ((y * w + x) * 4 + group) * H;
	for (let j = 0; j < H; j++) hidden[j] = Math.max(sat16(hidden[j] + trunkOutputs[at + j]), 0);
	const outputs = new Int32Array(net.out[group].outputs);
	apply(net.out[group], hidden, outputs);
	return { hidden, outputs };
}
