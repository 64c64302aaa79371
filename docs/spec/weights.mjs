// The weights file, and the layers that are folded of it.
import { Bytes } from "./bitstream.mjs";
import { clamp, malformed, sat16, shr, unsupported } from "./numbers.mjs";
import { asinhTable } from "./tables.mjs";

/** The numbers of coefficients of the groups, and where they begin. */
export const groupSizes = [2, 1, 3, 3];
export const groupStarts = [0, 2, 3, 6];

const conditions = 5;
const phases = 4;

/**
 * Reads a weights file.
 *
 * @returns {{channels: number, layers: number, hidden: number, wavelet: number, f: number, tau: number, gaussian: boolean,
 *   experts: object[], asinh: Int32Array}} f is the fraction bits of activations; asinh is the table A.
 */
export function readWeights(file) {
	const r = new Bytes(file);
	if (![0x64, 0x64, 0x70, 0x77].every((b) => r.byte() === b)) throw malformed("not a weights file");
	const version = r.byte();
	if (version !== 2 && version !== 3) throw unsupported(`weights of version ${version}`);
	const m = { channels: r.byte(), layers: r.byte(), hidden: r.byte(), wavelet: r.byte(), f: r.byte() };
	m.tau = (r.byte() << 24) >> 24;
	const experts = r.byte();
	const family = version === 3 ? r.byte() : 0;
	if (!m.channels || m.channels % 16 || m.layers > 32 || !m.hidden || m.hidden % 16 || m.wavelet > 2) throw malformed("the weights' shape");
	if (m.f < 6 || m.f > 12 || (experts !== 1 && experts !== 12)) throw malformed("the weights' shape");
	if (version === 3 && family !== 1) throw unsupported(`a family of distributions of number ${family}`);
	m.gaussian = family === 1;
	m.rows = experts === 1 ? 18 : 3;
	m.experts = Array.from({ length: experts }, () => readExpert(r, m));
	if (r.left) throw malformed("bytes after the weights");
	m.asinh = asinhTable(m.f);
	return m;
}

function readExpert(r, { channels: C, layers, hidden: H, rows }) {
	const tensor = (...sides) => {
		const bits = r.byte();
		if (bits > 24) throw malformed("the weights' fraction bits");
		const n = sides.reduce((a, b) => a * b, 1);
		const bytes = r.take(2 * n);
		return { bits, values: Int16Array.from({ length: n }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8)) };
	};
	const e = { stem: tensor(C, 3, 3, 36), stemBias: tensor(C), blocks: [], near: [], out: [], folded: new Map() };
	for (let j = 0; j < layers; j++) e.blocks.push({ weights: tensor(C, 3, 3, C), bias: tensor(C) });
	e.gain = tensor(layers + 1, rows, conditions, C);
	e.shift = tensor(layers + 1, rows, conditions, C);
	e.site = tensor(4, H, C);
	e.siteBias = tensor(4, H);
	for (let g = 0; g < 4; g++) e.near.push(tensor(H, 3, 3, 18));
	e.headGain = tensor(rows, 4, H);
	e.headShift = tensor(rows, 4, phases, H);
	for (const size of groupSizes) e.out.push({ weights: tensor(2 * size, H), bias: tensor(2 * size) });
	return e;
}

/** v, rounded from p to q fraction bits. */
const fit = (v, p, q) => (q >= p ? v * 2 ** (q - p) : shr(v + 2 ** (p - q - 1), p - q));

const none = { bits: 0, values: [] };

/**
 * Folds a layer of weights, a bias for each output, and a gain and a shift for each output, which begin at `gainAt` and `shiftAt` of
 * their tensors. Its activations have `from` fraction bits before it, and `to` after it.
 */
function fold(weights, bias, gain, gainAt, shift, shiftAt, from, to, outputs) {
	const inputs = weights.values.length / outputs;
	const factor = (o) => 2 ** gain.bits + (gain.values[gainAt + o] ?? 0);
	const bits = weights.bits + gain.bits;
	const W = Float64Array.from(weights.values, (w, i) => w * factor(Math.floor(i / inputs)));
	let most = 0;
	let worst = 0;
	for (let o = 0; o < outputs; o++) {
		let sum = 0;
		for (let i = 0; i < inputs; i++) {
			const w = Math.abs(W[o * inputs + i]);
			sum += w;
			most = Math.max(most, w);
		}
		worst = Math.max(worst, sum);
	}
	let r = 14;
	while (r > 0 && !(fit(worst, bits, r) <= 57000 && fit(most, bits, r) <= 32000)) r--;
	const down = r + from - to;
	if (down < 0) throw malformed("a layer of the weights shifts to the left");
	const layer = { inputs, outputs, down, weights: Int32Array.from(W, (w) => sat16(fit(w, bits, r))), bias: new Int32Array(outputs) };
	for (let o = 0; o < outputs; o++) {
		let b = fit((bias.values[o] ?? 0) * factor(o), bias.bits + gain.bits, r + from);
		b += fit(shift.values[shiftAt + o] ?? 0, shift.bits, r + from);
		if (down > 0) b += 2 ** (down - 1);
		layer.bias[o] = clamp(b, -(2 ** 31), 2 ** 31 - 1);
		let sum = Math.abs(layer.bias[o]);
		for (let i = 0; i < inputs; i++) sum += 32768 * Math.abs(layer.weights[o * inputs + i]);
		if (sum > 2 ** 31 - 1) throw malformed("a layer of the weights does not fit 32 bits");
	}
	return layer;
}

/** The folded layers of a model for a stage, a scale and a kind of image: its trunk, and its heads by group and phase. */
export function foldedNetwork(m, kind, stage, scale) {
	const look = Math.max(stage - 1, 0);
	const alone = m.experts.length === 1;
	const expert = m.experts[alone ? 0 : scale === 1 ? look : 6 + look];
	const row = alone ? 6 * kind + look : kind;
	const condition = Math.min(scale - 1, conditions - 1);
	const name = `${row} ${condition}`;
	if (!expert.folded.has(name)) expert.folded.set(name, foldAll(m, expert, row, condition));
	return expert.folded.get(name);
}

function foldAll({ channels: C, hidden: H, rows, f }, e, row, condition) {
	const trunkAt = (j) => ((j * rows + row) * conditions + condition) * C;
	const net = {
		stem: fold(e.stem, e.stemBias, e.gain, trunkAt(0), e.shift, trunkAt(0), f, f, C),
		blocks: e.blocks.map((b, j) => fold(b.weights, b.bias, e.gain, trunkAt(j + 1), e.shift, trunkAt(j + 1), f, f, C)),
		site: fold(e.site, e.siteBias, e.headGain, row * 4 * H, none, 0, f, f, 4 * H),
		near: [],
		out: e.out.map((o, g) => fold(o.weights, o.bias, none, 0, none, 0, f, 10, 2 * groupSizes[g])),
	};
	for (let g = 0; g < 4; g++) {
		net.near.push([]);
		for (let p = 0; p < phases; p++) {
			const shiftAt = ((row * 4 + g) * phases + p) * H;
			net.near[g].push(fold(e.near[g], none, e.headGain, (row * 4 + g) * H, e.headShift, shiftAt, f, f, H));
		}
	}
	return net;
}
