// The tables of codec/FORMAT.md.
import { div, len, shr } from "./numbers.mjs";

const L = Array.from({ length: 257 }, (_, i) => Math.floor(65536 * Math.log2((256 + i) / 256)));

/** log2(x), Q16, for x >= 1. */
export function log2(x) {
	const n = len(x) - 1;
	const m = Math.floor(x * 2 ** (31 - n));
	const i = (m >>> 23) & 255;
	const r = (m >>> 7) & 65535;
	return 65536 * n + L[i] + Math.floor(((L[i + 1] - L[i]) * r) / 65536);
}

/** The natural logarithm, Qf, of what has the log2 y, Q16. */
export const ln = (y, f) => shr(shr(744261118 * y, 30) + 2 ** (15 - f), 16 - f);

/** asinh(i / 12), Qf, for i < 8192. */
export function asinhTable(f) {
	return Int32Array.from({ length: 8192 }, (_, i) => {
		const y = div(65536 * i, 12);
		let root = Math.floor(Math.sqrt(y * y + 2 ** 32));
		while (root * root > y * y + 2 ** 32) root--;
		while ((root + 1) ** 2 <= y * y + 2 ** 32) root++;
		return ln(Math.floor(65536 * Math.log2(y + root)) - 16 * 65536, f);
	});
}

/** 2^(20 - i/32). */
export const S = Int32Array.from({ length: 32 }, (_, i) => Math.round(2 ** (20 - i / 32)));

const two62 = 1n << 62n;

function powersOfE() {
	const e = [two62];
	for (let j = 0; j < 768; j++) e.push((e[j] * 4469799356029710114n) >> 62n);
	return e;
}

/** F, the logistic function, and H, the entropy of that, Q31. */
function logistic() {
	const F = new Float64Array(1538);
	const H = new Float64Array(1538);
	powersOfE().forEach((e, j) => {
		F[768 - j] = Number((e << 31n) / (two62 + e));
		F[768 + j] = 2 ** 31 - F[768 - j];
		let z = (two62 * e) / ((1n << 63n) + e);
		const q = (z * z) >> 62n;
		let sum = 0n;
		for (let n = 1n; z > 0n; n += 2n) {
			sum += z / n;
			z = (z * q) >> 62n;
		}
		H[768 - j] = H[768 + j] = Number((sum + (1n << 29n)) >> 30n) + div(j * F[768 - j], 32);
	});
	F[1536] = F[1537] = 2 ** 31;
	return { F, H };
}

/** N, the integral of the Gaussian of the logistic's variance, and M, that variance times its density, Q31. */
function gaussian() {
	const N = new Float64Array(1538);
	const M = new Float64Array(1538);
	const e = [two62];
	let r = 4611514905335140680n;
	for (let j = 0; j < 2 * 768; j++) {
		e.push((e[j] * r) >> 62n);
		r = (r * 4611343798591914231n) >> 62n;
	}
	let sum = 0n;
	for (let j = 0; j <= 768; j++) {
		let n = Number((((sum * 5282984335272844n) >> 64n) + (1n << 14n)) >> 15n);
		n = Math.min(n, 2 ** 30);
		N[768 + j] = 2 ** 30 + n;
		N[768 - j] = 2 ** 30 - n;
		M[768 + j] = M[768 - j] = Number((((e[2 * j] * 3337021788562880155n) >> 64n) + (1n << 28n)) >> 29n);
		if (j < 768) sum += ((e[2 * j] + (1n << 13n)) >> 14n) + ((e[2 * j + 1] + (1n << 11n)) >> 12n) + ((e[2 * j + 2] + (1n << 13n)) >> 14n);
	}
	N[1536] = N[1537] = 2 ** 31;
	M[1537] = 0;
	return { N, M };
}

export const { F, H } = logistic();
export const { N, M } = gaussian();

/** The integral up to a deviation t, Q10, by one of these tables, Q31. */
export function integral(table, t) {
	const p = Math.min(Math.max(t, -24576), 24576) + 24576;
	const i = Math.floor(p / 32);
	return table[i] + Math.floor(((table[i + 1] - table[i]) * (p - 32 * i)) / 32);
}
