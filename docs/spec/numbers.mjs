// The notation of codec/FORMAT.md: integers as doubles, which hold them exactly up to 2^53. Products that may be
// larger go through BigInt.

/** What is wrong with a file: kind is "malformed", "unsupported", "damaged", "truncated" or "limit". */
export class FileError extends Error {
	constructor(kind, text) {
		super(`${kind}: ${text}`);
		this.kind = kind;
	}
}

export const malformed = (text) => new FileError("malformed", text);
export const unsupported = (text) => new FileError("unsupported", text);

/** floor(a / 2^n); a shift by less than nothing is one to the left. */
export const shr = (a, n) => Math.floor(a / 2 ** n);

/** The quotient, its fraction cut off. (|a| < 2^53: then the nearest double is never on the other side of an integer.) */
export const div = (a, b) => Math.trunc(a / b);

/** a mod b, 0 to b - 1. */
export const mod = (a, b) => a - b * Math.floor(a / b);

export const clamp = (v, lo, hi) => (v < lo ? lo : v > hi ? hi : v);

export const sat16 = (v) => (v < -32768 ? -32768 : v > 32767 ? 32767 : v);

/** The bits of v >= 0 in binary. */
export const len = (v) => (v < 2 ** 32 ? 32 - Math.clz32(v) : 32 + len(Math.floor(v / 2 ** 32)));

/** floor(a b / 2^n), whatever the size of the product. */
export function mulShr(a, b, n) {
	const p = a * b;
	if (Math.abs(p) < 2 ** 53) return Math.floor(p / 2 ** n);
	return Number((BigInt(a) * BigInt(b)) >> BigInt(n));
}

/** trunc(a b / c), whatever the size of the product. */
export function mulDiv(a, b, c) {
	const p = a * b;
	if (Math.abs(p) < 2 ** 53) return Math.trunc(p / c);
	return Number((BigInt(a) * BigInt(b)) / BigInt(c));
}
