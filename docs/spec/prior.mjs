// The prior of thumbnails: a mixture of Gaussians.
import { clamp, malformed, mulDiv, shr } from "./numbers.mjs";
import { over } from "./logistic.mjs";
import { integral, N, S } from "./tables.mjs";

const values = 12;

/** Reads the components of a prior: weight, m, s and f of each, as codec/FORMAT.md names them. */
export function readPrior(r) {
	const count = r.byte();
	if (count < 1 || count > 32) throw malformed(`a prior of ${count} components`);
	const number = () => ((r.byte() | (r.byte() << 8)) << 16) >> 16;
	const numbers = (n) => Array.from({ length: n }, number);
	return Array.from({ length: count }, () => {
		const weight = number();
		const c = { weight, m: numbers(values), s: numbers(values), f: Array.from({ length: values }, (_, i) => numbers(i)) };
		if (c.weight > 0 || c.s.some((s) => s < -138 || s > 277)) throw malformed("the prior of the weights");
		return c;
	});
}

/** What is known of a thumbnail. Its values are taken in order, each by one of decode, known and missing. */
export class Prior {
	constructor(components, extra) {
		this.extra = extra;
		this.i = 0;
		this.components = components.map((c) => ({ ...c, w: 256 * c.weight, d: [] }));
	}

	#mean({ m, f, d }) {
		const sum = f[this.i].reduce((sum, factor, j) => sum + factor * d[j], 0);
		return clamp(m[this.i] + shr(sum + 2048, 12), -32768, 32768);
	}

	missing() {
		for (const c of this.components) c.d.push(this.#mean(c) - c.m[this.i]);
		this.i++;
	}

	known(x) {
		const x4 = clamp(shr(16 * x, this.extra), -32768, 32768);
		for (const c of this.components) {
			const scale = c.s[this.i];
			const t = clamp(over(4 * (x4 - this.#mean(c)), scale, 16), -24576, 24576);
			c.w -= shr(shr(t * t, 4) * 14370, 16) + 2048 * scale;
			c.d.push(x4 - c.m[this.i]);
		}
		const most = this.#most();
		for (const c of this.components) c.w = Math.max(c.w - most, -(2 ** 22));
		this.i++;
	}

	#most() {
		return Math.max(...this.components.map((c) => c.w));
	}

	/** Decodes the next value. The function fixed decodes its fixed code. */
	decode(stream, fixed) {
		const x = stream.split(65535) ? fixed() : this.#mixture(stream);
		this.known(x);
		return x;
	}

	#mixture(stream) {
		const most = this.#most();
		const parts = this.components.map((c) => {
			const z = shr(most - c.w, 11);
			return { q: shr(S[z % 32] >> 4, Math.min(z >> 5, 63)), mean: 4 * this.#mean(c), scale: c.s[this.i] };
		});
		const at = (v) => {
			const x = 64 * v - (32 >> this.extra);
			return shr(
				parts.reduce((sum, { q, mean, scale }) => sum + q * integral(N, over(x - mean, scale, 16)), 0),
				10,
			);
		};
		let [lo, hi] = [-1024, 1024];
		while (hi - lo > 1) {
			const v = (lo + hi) >> 1;
			const whole = at(hi) - at(lo);
			const p = whole >= 65536 ? clamp(mulDiv(at(hi) - at(v), 65536, whole), 1, 65535) : 32768;
			if (stream.split(p)) hi = v;
			else lo = v;
		}
		return this.extra > 0 ? lo * 2 ** this.extra + stream.bits(this.extra) : lo;
	}
}
