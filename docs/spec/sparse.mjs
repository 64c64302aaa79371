// Details of upsampled chroma.
import { clamp, div, shr } from "./numbers.mjs";
import { distance } from "./logistic.mjs";
import { isDetail, toRGB } from "./transform.mjs";

class Probability {
	c = 2 ** 23;
	count = 1;

	code(stream) {
		const bit = stream.split(65536 - clamp(shr(this.c, 8), 8, 65528));
		this.count = Math.min(this.count + 1, 250);
		this.c += div(bit * 2 ** 24 - this.c, this.count + 1);
		return bit;
	}
}

/** Probabilities by any key. */
class Probabilities {
	#all = new Map();

	code(stream, ...key) {
		const name = key.join();
		if (!this.#all.has(name)) this.#all.set(name, new Probability());
		return this.#all.get(name).code(stream);
	}
}

const classOf = (m) => (m > 31 ? 0 : m >= 12 ? 1 : m >= 4 ? 2 : m >= 0 ? 3 : m >= -8 ? 4 : 5);

/**
 * Decodes the details of a band, rows y0 to y1 - 1 of the sites of scale 1. LL has the exact planes of it, luma its details of luma by
 * subband; pw and ph are the width and height of the image. Returns the values by coefficient, 3 to 8, at all sites of the band.
 */
export function decodeDetails(stream, up, transform, LL, luma, pw, ph, y0, y1) {
	const w = Math.ceil(pw / 2);
	const h = Math.ceil(ph / 2);
	const rgb = toRGB(transform);
	const probabilities = new Probabilities();
	const details = Array.from({ length: 6 }, () => new Float64Array(w * (y1 - y0)));
	const has = new Uint8Array(w * (y1 - y0));

	const pixelClass = (b, x, y) => {
		const r = b !== 1 ? Math.min(x + 1, w - 1) : x;
		const q = b !== 0 ? Math.min(y + 1, h - 1) : y;
		const v = LL.map((p) => (p[y * w + x] + p[y * w + r] + p[q * w + x] + p[q * w + r] + 2) >> 2);
		v[0] += luma[b][y * w + x];
		return classOf(Math.min(...rgb(...v).flatMap((s) => [s, 255 - s])));
	};

	const value = (plane, context) => {
		const negative = probabilities.code(stream, "negative", plane, context);
		let magnitude = 1;
		while (magnitude < 15 && probabilities.code(stream, "more", plane, magnitude)) magnitude++;
		if (magnitude === 15) magnitude += distance(stream);
		magnitude = Math.min(magnitude, 2 ** 14);
		return negative ? -magnitude : magnitude;
	};

	for (let y = y0; y < y1; y++) {
		for (let x = 0; x < w; x++) {
			const there = (b) => isDetail(up, b) && (b === 1 || 2 * x + 1 < pw) && (b === 0 || 2 * y + 1 < ph);
			const subbands = [0, 1, 2].filter(there);
			if (!subbands.length) continue;
			const classes = subbands.map((b) => pixelClass(b, x, y));
			const at = (y - y0) * w + x;
			const seen = (dx, dy) => (x + dx >= 0 && x + dx < w && y + dy >= y0 ? has[at + dy * w + dx] : 0);
			const around = 2 * seen(-1, 0) + 2 * seen(0, -1) + seen(-1, -1) + seen(1, -1);
			if (!probabilities.code(stream, "any", Math.max(...classes), around)) continue;
			has[at] = 1;
			let found = false;
			subbands.forEach((b, i) => {
				const last = i === subbands.length - 1;
				if (!(last && !found) && !probabilities.code(stream, "subband", b, classes[i])) return;
				found = true;
				const D = probabilities.code(stream, "D", classes[i]);
				const E = D ? probabilities.code(stream, "E") : 1;
				let d = 0;
				if (D) d = details[b][at] = value(1, 0);
				if (E) details[3 + b][at] = value(2, Math.sign(d));
			});
		}
	}
	return details;
}
