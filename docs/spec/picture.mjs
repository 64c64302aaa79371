// The planes of a modelled image: exact, or those of a prefix.
import { clamp, shr } from "./numbers.mjs";
import { Band, lastStage, lead } from "./process.mjs";
import { constantsOf, estimatedQuotient, undoColour } from "./transform.mjs";

/** The planes of the image that a process has come to, and whether they are exact. */
export function planesOf(process) {
	const { image, n } = process;
	const [w, h] = process.sizes[0];
	if (process.LL[0]) {
		const planes = process.LL[0];
		return { exact: true, planes: image.planes === 3 ? undoColour(image.transform, planes) : planes.slice(0, 1) };
	}
	const all = (v) => new Float64Array(w * h).fill(v);
	if (!process.topsKnown) return { exact: false, planes: Array.from({ length: image.planes }, () => all(2 ** (image.depth - 1))) };
	const x = process.LL[n] ? estimate(process) : process.tops.map((top, p) => all(14 * top + (p ? 0 : shr(middle(image), 3))));
	return { exact: false, planes: samples(image, x) };
}

/** The value of luma in the middle, Q4: m. */
function middle({ depth, transform }) {
	if (transform < 3) return 8 * 2 ** depth;
	const c = constantsOf(transform);
	return transform < 16 ? Math.ceil(2 ** 27 / c.luma) : c.mid;
}

/** The planes of luma and chroma of a prefix behind the thumbnail, Q4. */
function estimate(process) {
	const { n } = process;
	const done = (l) => (l < n && process.advanced === 0 ? -1 : process.stageDone[l]);
	let l = n;
	while (done(l) === lastStage) l--;
	const start = process.LL[l];
	let x = start.map((p) => p.map((v) => process.sat(16 * v)));
	const mean = start.map((p) => p.reduce((sum, v) => sum + 16 * v, 0) / p.length);
	const due = (l) => done(l + 1) >= lead(l + 1) - lead(l);
	for (; l > 0; l--) {
		const predicted = process.advanced === 0 ? l === n - 1 : due(l) || (l + 1 < n && due(l + 1));
		x = process.mergeEstimates(l, x, predicted ? predict(process, l, done(l), x) : process.scales[l].a.map((a) => a.map(() => 0)));
	}
	if (process.advanced === 0) return x.map((p, i) => p.map((v) => shr(4 * v + 4 * mean[i], 3)));
	if (done(n - 1) < 1) return x.map((p, i) => p.map((v) => shr(7 * v + mean[i], 3)));
	return x;
}

/** The estimates of the coefficients of a scale, Q4, predicted once more. */
function predict(process, l, done, E) {
	const stage = Math.min(Math.max(done + 1, 1), lastStage);
	const scale = structuredClone(process.scales[l]);
	for (const X of scale.X) X.fill(NaN);
	new Band(process, { scale: l, stage }, scale, [0, scale.h], process.inputs(l, stage, E), process.states[stage], null).predict();
	const estimates = process.estimates(scale);
	scale.details?.forEach((d, i) => d.forEach((v, at) => v && (estimates[3 + i][at] = 16 * v)));
	return estimates;
}

/** Undoes the colour of planes in Q4, and rounds. */
function samples(image, x) {
	const round = (v) => clamp(shr(v + 8, 4), 0, 2 ** image.depth - 1);
	if (image.planes === 1) return [x[0].map(round)];
	const planes = x.map((p) => new Float64Array(p.length));
	const rgb = image.transform < 3 ? plainRGB(image.transform, round) : lumaRGB(image.transform);
	for (let i = 0; i < x[0].length; i++) rgb(x[0][i], x[1][i], x[2][i]).forEach((v, p) => (planes[p][i] = v));
	return planes;
}

function plainRGB(transform, round) {
	const half = (v) => estimatedQuotient(v - 16, 1);
	return (L, D, E) => {
		const t = transform === 0 ? L - half(E) : L;
		const s = E + t;
		const q = t - half(D);
		const p = q + D;
		return [[p, s, q], [p, q, s], [s, p, q]][transform].map(round);
	};
}

function lumaRGB(transform) {
	const c = constantsOf(transform);
	const limit = (v) => clamp(v, 0, 255);
	if (transform < 16) {
		const h = 16 * (c.half - 32768);
		const H = c.photoCD ? h + 8 * (c.greenRed + c.greenBlue) : h;
		return (L, D, E) => {
			const P = c.photoCD ? shr(c.red * D, 16) : D;
			const Q = c.photoCD ? shr(c.blue * E, 16) : E;
			return [
				limit(shr(c.luma * L + c.red * D + h + 2 ** 19, 20)),
				limit(shr(c.luma * L - c.greenRed * P - c.greenBlue * Q + H + 2 ** 19, 20)),
				limit(shr(c.luma * L + c.blue * E + h + 2 ** 19, 20)),
			];
		};
	}
	const gain = (g) => (transform >= 52 ? shr(g * c.u + 32767, 16) : g);
	const [luma, red, blue, greenRed, greenBlue] = [c.luma, c.red, c.blue, c.greenRed, c.greenBlue].map(gain);
	const half = 2 ** (c.s + 3);
	return (L, D, E) => [
		limit(shr(luma * L + red * D + c.restR + half, c.s + 4)),
		limit(shr(luma * L - greenRed * D - greenBlue * E + c.restG + half, c.s + 4)),
		limit(shr(luma * L + blue * E + c.restB + half, c.s + 4)),
	];
}
