// The weights file, and the layers that are folded of it.
import { Bytes } from "./bitstream.mjs";
import { clamp, malformed, sat16, shr, unsupported } from "./numbers.mjs";
import { readPrior } from "./prior.mjs";
import { asinhTable } from "./tables.mjs";

/** The numbers of coefficients of the groups, and where they begin. */
export const groupSizes = [2, 1, 3, 3];
export const groupStarts = [0, 2, 3, 6];

const conditions = 5;
const phases = 4;

/**
 * Reads a weights file.
 *
 * @returns {{hidden: number, wavelet: number, f: number, tau: number, gaussian: boolean, experts: object[], prior: ?object[], asinh: Int32Array}}
 *   hidden is the largest H of an expert; f is the fraction bits of activations; asinh is the table A.
 */
export function readWeights(file) {
	const r = new Bytes(file);
	if (![0x64, 0x64, 0x70, 0x77].every((b) => r.byte() === b)) throw malformed("not a weights file");
	const version = r.byte();
	if (![2, 3, 5, 6].includes(version)) throw unsupported(`weights of version ${version}`);
	const largest = readSize(r);
	const m = { hidden: largest.hidden, wavelet: r.byte(), f: r.byte() };
	m.tau = (r.byte() << 24) >> 24;
	const experts = r.byte();
	const family = version === 2 ? 0 : r.byte();
	if (m.wavelet > 2 || m.f < 6 || m.f > 12 || (experts !== 1 && experts !== 12)) throw malformed("the weights' shape");
	if (family > 1 || (version === 3 && family !== 1)) throw unsupported(`a family of distributions of number ${family}`);
	m.gaussian = family === 1;
	m.rows = experts === 1 ? 18 : 3;
	const parts = version >= 5 ? r.byte() : 0;
	if (parts > (version === 6 ? 1 : 0)) throw unsupported("parts of the weights");
	const sizes = Array.from({ length: experts }, () => (version === 5 || parts === 1 ? readSize(r) : largest));
	m.prior = version === 6 ? readPrior(r) : null;
	m.experts = sizes.map((size) => readExpert(r, { ...size, rows: m.rows }));
	if (r.left) throw malformed("bytes after the weights");
	m.asinh = asinhTable(m.f);
	return m;
}

function readSize(r) {
	const size = { channels: r.byte(), layers: r.byte(), hidden: r.byte() };
	if (!size.channels || size.channels % 16 || size.layers > 32 || !size.hidden || size.hidden % 16) throw malformed("the weights' shape");
	return size;
}

function readExpert(r, { channels: C, layers, hidden: H, rows }) {
	const tensor = (...sides) => {
		const bits = r.byte();
		if (bits > 24) throw malformed("the weights' fraction bits");
		const n = sides.reduce((a, b) => a * b, 1);
		const bytes = r.take(2 * n);
		return { bits, values: Int16Array.from({ length: n }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8)) };
	};
	const e = { channels: C, hidden: H, stem: tensor(C, 3, 3, 36), stemBias: tensor(C), blocks: [], near: [], out: [], folded: new Map() };
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
 * Folds the weights of a layer with a gain for each output, which begin at `gainAt` of their tensor. Its activations have `from`
 * fraction bits before it, and `to` after it. What is returned makes the layer of a bias for each output, and shifts from `shiftAt` of
 * their tensor on.
 */
function fold(weights, gain, gainAt, from, to, outputs) {
	const inputs = weights.values.length / outputs;
	const factor = (o) => 2 ** gain.bits + (gain.values[gainAt + o] ?? 0);
	const bits = weights.bits + gain.bits;
	const W = new Float64Array(weights.values.length);
	const sums = new Float64Array(outputs);
	let most = 0;
	for (let o = 0, i = 0; o < outputs; o++) {
		const times = factor(o);
		for (const end = i + inputs; i < end; i++) {
			W[i] = weights.values[i] * times;
			sums[o] += Math.abs(W[i]);
			most = Math.max(most, Math.abs(W[i]));
		}
	}
	const worst = Math.max(...sums);
	let r = 14;
	while (r > 0 && !(fit(worst, bits, r) <= 57000 && fit(most, bits, r) <= 32000)) r--;
	const down = r + from - to;
	if (down < 0) throw malformed("a layer of the weights shifts to the left");
	const rounded = new Int32Array(W.length);
	for (let i = 0; i < W.length; i++) rounded[i] = sat16(fit(W[i], bits, r));
	return (bias, shift, shiftAt) => {
		const layer = { inputs, outputs, down, weights: rounded, bias: new Int32Array(outputs) };
		for (let o = 0; o < outputs; o++) {
			let b = fit((bias.values[o] ?? 0) * factor(o), bias.bits + gain.bits, r + from);
			b += fit(shift.values[shiftAt + o] ?? 0, shift.bits, r + from);
			if (down > 0) b += 2 ** (down - 1);
			layer.bias[o] = clamp(b, -(2 ** 31), 2 ** 31 - 1);
			let sum = Math.abs(layer.bias[o]);
			for (let i = 0; i < inputs; i++) sum += 32768 * Math.abs(rounded[o * inputs + i]);
			if (sum > 2 ** 31 - 1) throw malformed("a layer of the weights does not fit 32 bits");
		}
		return layer;
	};
}

/** The folded layers of a model for a stage, a scale and a colour class: its trunk, and its heads by group and phase. */
export function foldedNetwork(m, colourClass, stage, scale) {
	const embedding = Math.max(stage - 1, 0);
	const alone = m.experts.length === 1;
	const expert = m.experts[alone ? 0 : scale === 1 ? embedding : 6 + embedding];
	const row = alone ? 6 * colourClass + embedding : colourClass;
	const condition = Math.min(scale - 1, conditions - 1);
	const name = `${row} ${condition}`;
	if (!expert.folded.has(name)) expert.folded.set(name, foldAll(m, expert, row, condition));
	return expert.folded.get(name);
}

function foldAll({ rows, f }, e, row, condition) {
	const { channels: C, hidden: H } = e;
	const trunkAt = (j) => ((j * rows + row) * conditions + condition) * C;
	const inTrunk = (j, { weights, bias }) => fold(weights, e.gain, trunkAt(j), f, f, C)(bias, e.shift, trunkAt(j));
	const net = {
		stem: inTrunk(0, { weights: e.stem, bias: e.stemBias }),
		blocks: e.blocks.map((block, j) => inTrunk(j + 1, block)),
		site: fold(e.site, e.headGain, row * 4 * H, f, f, 4 * H)(e.siteBias, none, 0),
		near: [],
		out: e.out.map(({ weights, bias }, g) => fold(weights, none, 0, f, 10, 2 * groupSizes[g])(bias, none, 0)),
	};
	for (let g = 0; g < 4; g++) {
		const layer = fold(e.near[g], e.headGain, (row * 4 + g) * H, f, f, H);
		net.near.push(Array.from({ length: phases }, (_, p) => layer(none, e.headShift, ((row * 4 + g) * phases + p) * H)));
	}
	return net;
}
