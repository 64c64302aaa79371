// The wavelet, chroma that was upsampled, and colour transforms.
import { clamp, shr, unsupported } from "./numbers.mjs";

const wavelets = [
	{ P: [0, 1, 1, 0], shiftP: 1, U: [0, 1, 1, 0], shiftU: 2 }, // 5/3
	{ P: [-1, 9, 9, -1], shiftP: 4, U: [0, 1, 1, 0], shiftU: 2 }, // 9/7-M
	{ P: [-1, 9, 9, -1], shiftP: 4, U: [-1, 9, 9, -1], shiftU: 5 }, // 13/7-T
];

/** (half + x) >> shift. */
export const exactQuotient = (x, shift) => shr(2 ** (shift - 1) + x, shift);

/** The same in Q4, of x in Q4, interpolated between integers. */
export function estimatedQuotient(x, shift) {
	const n = shr(x, 4);
	const q = exactQuotient(n, shift);
	return q * 16 + (x - 16 * n) * (exactQuotient(n + 1, shift) - q);
}

function mirrored(position, n) {
	while (position < 0 || position >= n) position = position < 0 ? -position : 2 * (n - 1) - position;
	return position;
}

/** Merges averages s and details d, functions of a position, into a line of n samples. */
function mergeLine(s, d, n, { P, shiftP, U, shiftU }, quotient) {
	const x = new Float64Array(n);
	if (n === 1) return [s(0)];
	for (let i = 0; 2 * i < n; i++) {
		let sum = 0;
		for (let j = 0; j < 4; j++) if (U[j]) sum += U[j] * d((mirrored(2 * i - 3 + 2 * j, n) - 1) / 2);
		x[2 * i] = s(i) - quotient(sum, shiftU);
	}
	for (let i = 0; 2 * i + 1 < n; i++) {
		let sum = 0;
		for (let j = 0; j < 4; j++) if (P[j]) sum += P[j] * x[mirrored(2 * i - 2 + 2 * j, n)];
		x[2 * i + 1] = d(i) + quotient(sum, shiftP);
	}
	return x;
}

/** Merges columns, of `stride` values a row, into w columns of h samples. */
function mergeColumns(low, high, stride, w, h, wavelet, quotient) {
	const result = new Float64Array(w * h);
	for (let x = 0; x < w; x++) {
		const line = mergeLine((i) => low[i * stride + x], (i) => high[i * stride + x], h, wavelet, quotient);
		for (let y = 0; y < h; y++) result[y * w + x] = line[y];
	}
	return result;
}

/** Merges rows into h rows of w samples; left has ceil(w/2) values a row, right `stride`. */
function mergeRows(left, right, stride, w, h, wavelet, quotient) {
	const half = Math.ceil(w / 2);
	const result = new Float64Array(w * h);
	for (let y = 0; y < h; y++) {
		result.set(mergeLine((i) => left[y * half + i], (i) => right[y * stride + i], w, wavelet, quotient), y * w);
	}
	return result;
}

/** Merges a plane of w x h samples of its LL and its three subbands, which all have ceil(w/2) values a row. */
export function merge(LL, details, w, h, waveletNumber, quotient) {
	const wavelet = wavelets[waveletNumber];
	const half = Math.ceil(w / 2);
	const left = mergeColumns(LL, details[1], half, half, h, wavelet, quotient);
	const right = mergeColumns(details[0], details[2], half, Math.floor(w / 2), h, wavelet, quotient);
	return mergeRows(left, right, Math.floor(w / 2), w, h, wavelet, quotient);
}

// Of upsampled chroma: from x and the size of c to the columns a and b, and the weight of a, of 4.
const filters = {
	linear: (x, m) => (x & 1 ? [(x - 1) / 2, Math.min((x + 1) / 2, m - 1), 2] : [x / 2, x / 2, 4]),
	triangle: (x, m) => (x & 1 ? [(x - 1) / 2, Math.min((x + 1) / 2, m - 1), 3] : [x / 2, Math.max(x / 2 - 1, 0), 3]),
	repeated: (x) => [x >> 1, x >> 1, 4],
	none: (x) => [x, x, 4],
};

/**
 * How chroma was upsampled, by the number of a transform: across, down, the filter, and r by x and y; null if it was not.
 */
export function upsampling(transform) {
	const ways = (across, down, filter, r = () => 8) => ({ across, down, filter: filters[filter], r });
	if (transform < 6) return null;
	if (transform === 6) return ways(true, true, "linear");
	if (transform === 7) return ways(true, true, "triangle", (x) => (x & 1 ? 7 : 8));
	if (transform <= 9) return ways(true, true, "repeated");
	if (transform === 10) return ways(true, false, "triangle", (x) => (x & 1 ? 8 : 4));
	if (transform <= 12) return ways(true, false, "repeated");
	if (transform === 13) return ways(false, true, "triangle", (x, y) => (y & 1 ? 8 : 4));
	if (transform <= 15) return ways(false, true, "repeated");
	if ((transform - 16) % 3 === 0) return null;
	if ([17, 29, 32, 35, 38, 41, 44, 47, 50].includes(transform)) return ways(true, true, "triangle");
	if ([21, 24, 27, 54, 57, 60].includes(transform)) return ways(true, false, "repeated");
	return ways(true, true, "repeated");
}

/** Whether a subband of upsampled chroma at scale 1 is of details. */
export const isDetail = (up, subband) => (up.across && up.down) || (up.across ? subband !== 1 : subband !== 0);

/**
 * Merges a plane of chroma that was upsampled; details has the subbands, of which those of details are added as they are, times
 * `unit`.
 */
export function mergeUpsampled(up, LL, details, w, h, waveletNumber, quotient, r, unit) {
	const wavelet = wavelets[waveletNumber];
	const half = Math.ceil(w / 2);
	let c = LL;
	let m = half;
	let n = Math.ceil(h / 2);
	if (!up.down) {
		n = h;
		c = mergeColumns(LL, details[1], half, half, h, wavelet, quotient);
	} else if (!up.across) {
		m = w;
		c = mergeRows(LL, details[0], half, w, n, wavelet, quotient);
	}
	const columns = up.across ? up.filter : filters.none;
	const rows = up.down ? up.filter : filters.none;
	const result = new Float64Array(w * h);
	for (let y = 0; y < h; y++) {
		const [ya, yb, yu] = rows(y, n);
		for (let x = 0; x < w; x++) {
			const [xa, xb, xu] = columns(x, m);
			const row = (at) => xu * c[at * m + xa] + (4 - xu) * c[at * m + xb];
			const subband = [-1, 0, 1, 2][(x & 1) + 2 * (y & 1)];
			const detail = subband >= 0 && isDetail(up, subband) ? details[subband][(y >> 1) * half + (x >> 1)] : 0;
			result[y * w + x] = shr(yu * row(ya) + (4 - yu) * row(yb) + r(x, y), 4) + unit * detail;
		}
	}
	return result;
}

const yccNames = ["luma", "red", "blue", "greenRed", "greenBlue", "half"];
const ycc = {
	photoCD: [89024, 119374, 145352, 33358, 12714, 0],
	jfif: [65536, 91881, 116130, 46802, 22554, 32768],
	jfifInGo: [65793, 91881, 116130, 46802, 22554, 0],
};

const decoderNames = [
	...["s", "n", "u", "luma", "red", "blue", "greenRed", "greenBlue"],
	...["lumaOffset", "redOffset", "blueOffset", "greenRedOffset", "greenBlueOffset"],
	...["addR", "addG", "addB", "restR", "restG", "restB", "mid"],
];
const decoders = [
	// 16 to 18: libwebp, BT.601, limited range
	[16, 10, 1024, 76308, 104596, 132200, 53280, 25676, 0, 13388288, 16921600, 6819840, 3286528, -14575616, 8916992, -18109440, -19529720, -19537936, -19537912, 2009],
	// 19 to 21: libswscale, BT.601, limited range
	[16, 16, 65536, 76312, 104600, 132200, 53280, 25672, -1220992, 0, 0, 65535, 65535, 0, 0, 0, -20584440, -21108720, -20584440, 2029],
	// 22 to 24: libswscale, BT.709, limited range
	[16, 16, 65536, 76312, 117488, 138440, 34928, 13976, -1220992, 0, 0, 65535, 65535, 0, 0, 0, -20584440, -21108720, -20584440, 2029],
	// 25 to 27: libswscale, BT.601, full range
	[16, 16, 65536, 65536, 91880, 116128, 46800, 22552, 0, 0, 0, 65535, 65535, 0, 0, 0, -524288, -1048568, -524288, 2056],
	// 28 to 30: libyuv, BT.601, limited range
	[22, 16, 65536, 4882229, 6684672, 8388608, 3407872, 1638400, 0, 0, 0, 0, 0, -76021760, -76021760, -76021760, -1249902592, -1249902592, -1249902592, 2009],
	// 31 to 33: libyuv, BT.709, limited range
	[22, 16, 65536, 4882229, 7536640, 8388608, 2228224, 917504, 0, 0, 0, 0, 0, -76021760, -76021760, -76021760, -1249902592, -1249902592, -1249902592, 2009],
	// 34 to 36: libyuv, BT.601, full range
	[22, 16, 65536, 4194240, 5898240, 7405568, 3014656, 1441792, 0, 0, 0, 0, 0, 2097152, 2097152, 2097152, 0, 0, 0, 2041],
	// 37 to 39: libyuv, BT.709, full range
	[22, 16, 65536, 4194240, 6619136, 7798784, 1966080, 786432, 0, 0, 0, 0, 0, 2097152, 2097152, 2097152, 0, 0, 0, 2041],
	// 40 to 42: the nearest integer, BT.601, limited range
	[24, 0, 1, 19535115, 26776886, 33843539, 13639334, 6572681, -312561840, 0, 0, 0, 0, 8388608, 8388608, 8388608, -5000989440, -5000989440, -5000989440, 2008],
	// 43 to 45: the nearest integer, BT.709, limited range
	[24, 0, 1, 19535115, 30077204, 35440221, 8940735, 3577718, -312561840, 0, 0, 0, 0, 8388608, 8388608, 8388608, -5000989440, -5000989440, -5000989440, 2008],
	// 46 to 48: the nearest integer, BT.601, full range
	[24, 0, 1, 16777216, 23521657, 29729227, 11981219, 5773649, 0, 0, 0, 0, 0, 8388608, 8388608, 8388608, 0, 0, 0, 2040],
	// 49 to 51: the nearest integer, BT.709, full range
	[24, 0, 1, 16777216, 26420760, 31131802, 7853822, 3142780, 0, 0, 0, 0, 0, 8388608, 8388608, 8388608, 0, 0, 0, 2040],
	// 52 to 54: libswscale, portable, BT.601, limited range
	[16, 16, 76309, 65536, 89830, 113537, 45756, 22049, 0, 29440, 49280, 24063, 4223, -1304898, -1304898, -1304898, -21464664, -20708672, -21095048, 2034],
	// 55 to 57: libswscale, portable, BT.709, limited range
	[16, 16, 76309, 65536, 100902, 118894, 29993, 12001, 0, 4864, 14080, 38015, 28799, -1304898, -1304898, -1304898, -21922520, -21426464, -21750824, 2040],
	// 58 to 60: libswscale, portable, BT.601, full range
	[16, 16, 65536, 65536, 91881, 116129, 46800, 22552, 0, 29824, 53376, 26623, 3071, 32768, 32768, 32768, -47104, 573472, 329728, 2041],
];

export const transforms = 61;

/** The constants of a transform from 3 on, by their names in the specification. */
export function constantsOf(transform) {
	const named = (names, values) => Object.fromEntries(names.map((name, i) => [name, values[i]]));
	if (transform >= transforms) throw unsupported(`the colour transform ${transform}`);
	if (transform >= 16) return named(decoderNames, decoders[Math.floor((transform - 16) / 3)]);
	if (transform === 3 || transform === 6) return { ...named(yccNames, ycc.photoCD), photoCD: true };
	return named(yccNames, [5, 9, 12, 15].includes(transform) ? ycc.jfifInGo : ycc.jfif);
}

/**
 * The samples R, G and B of luma L and chroma D and E; with transforms from 3 on they are not clamped.
 *
 * @returns {(L: number, D: number, E: number) => number[]}
 */
export function toRGB(transform) {
	if (transform < 3) {
		return (L, D, E) => {
			const t = transform === 0 ? L - (E >> 1) : L;
			const s = E + t;
			const q = t - (D >> 1);
			const p = q + D;
			return [[p, s, q], [p, q, s], [s, p, q]][transform];
		};
	}
	const c = constantsOf(transform);
	if (transform < 16) {
		return (L, D, E) => {
			const a = c.luma * L + c.half;
			const P = c.photoCD ? shr(c.red * D, 16) : D;
			const Q = c.photoCD ? shr(c.blue * E, 16) : E;
			return [shr(a + c.red * D, 16), shr(a - c.greenRed * P - c.greenBlue * Q, 16), shr(a + c.blue * E, 16)];
		};
	}
	const cut = (x) => shr(x, c.n) * c.u;
	return (L, D, E) => {
		const l = cut(c.luma * L + c.lumaOffset);
		const g = l - cut(c.greenRed * D + c.greenRedOffset) - cut(c.greenBlue * E + c.greenBlueOffset);
		return [
			shr(l + cut(c.red * D + c.redOffset) + c.addR, c.s),
			shr(g + c.addG, c.s),
			shr(l + cut(c.blue * E + c.blueOffset) + c.addB, c.s),
		];
	};
}

/** The exact planes R, G and B of planes L, D and E. */
export function undoColour(transform, planes) {
	const rgb = toRGB(transform);
	const result = planes.map((p) => new Float64Array(p.length));
	for (let i = 0; i < planes[0].length; i++) {
		const sample = rgb(planes[0][i], planes[1][i], planes[2][i]);
		for (let p = 0; p < 3; p++) result[p][i] = transform >= 3 ? clamp(sample[p], 0, 255) : sample[p];
	}
	return result;
}
