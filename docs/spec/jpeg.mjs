// codec/jpeg/FORMAT.md: from a frame, a syntax and coefficients to the bytes of a JPEG file; and a JPEG file (ITU-T T.81) taken apart.
import { Bytes } from "./bitstream.mjs";
import { clamp, div, len, malformed, shr, unsupported } from "./numbers.mjs";
import { describe, readFrame, stepsOfQuality, zigzag } from "./pixels.mjs";
import { unpackSide } from "./side.mjs";

const big16 = (v) => [v >> 8, v & 255];
const segment = (marker, payload) => [0xff, marker, ...big16(payload.length + 2), ...payload];
const range = (n) => Array.from({ length: n }, (_, i) => i);

// Huffman tables.

/** The tables of T.81, K.3: DC and AC of luma, DC and AC of chroma, as counts of 16 lengths and values. */
const typical = (() => {
	const dc = range(12);
	// Of the AC tables, the values with which codes of up to 15 bits begin; the rest are those that remain, in order.
	const rest = (first) => [...first, ...range(256).filter((v) => (v & 15) >= 1 && (v & 15) <= 10 && !first.includes(v))];
	const bytes = (text) => [...Buffer.from(text.replace(/ /g, ""), "hex")];
	return [
		[0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, ...dc],
		[0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125, ...rest(bytes("01 02 03 00 04 11 05 12 21 31 41 06 13 51 61 07 22 71 14 32 81 91 a1 08 23 42 b1 c1 15 52 d1 f0 24 33 62 72 82"))],
		[0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, ...dc],
		[0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119, ...rest(bytes("00 01 02 03 11 04 05 21 31 06 12 41 51 07 61 71 13 22 32 81 08 14 42 91 a1 b1 c1 09 23 33 52 f0 15 62 72 d1 0a 16 24 34 e1 25 f1"))],
	];
})();

/** The codes of a table of counts and values. */
function huffman(table) {
	const codes = new Map();
	const symbols = new Map();
	let code = 0;
	let at = 16;
	for (let bits = 1; bits <= 16; bits++) {
		for (let i = 0; i < table[bits - 1]; i++, code++) {
			codes.set(table[at], { code, bits });
			symbols.set(bits * 65536 + code, table[at++]);
		}
		code *= 2;
	}
	return { codes, symbols, size: at };
}

/** The best table for symbols of which there are so many: T.81, K.2. */
function bestTable(counts) {
	const frequency = [...counts, 1]; // a symbol more, so that no code is of ones only
	const size = Array(257).fill(0);
	const next = Array(257).fill(-1);
	const least = (but) => frequency.reduce((v, n, i) => (n > 0 && i !== but && (v < 0 || n <= frequency[v]) ? i : v), -1);
	for (;;) {
		const a = least(-1);
		const b = least(a);
		if (b < 0) break;
		frequency[a] += frequency[b];
		frequency[b] = 0;
		let last = a;
		for (size[last]++; next[last] >= 0; size[last]++) last = next[last];
		next[last] = b;
		for (let i = b; i >= 0; i = next[i]) size[i]++;
	}
	const lengths = Array(33).fill(0);
	for (const n of size) {
		if (n > 32) throw malformed("a Huffman table that cannot be made");
		if (n) lengths[n]++;
	}
	if (!size[256]) throw malformed("a Huffman table of no symbols");
	for (let i = 32; i > 16; i--) {
		while (lengths[i]) {
			let j = i - 2;
			while (!lengths[j]) j--;
			lengths[i] -= 2;
			lengths[i - 1]++;
			lengths[j + 1] += 2;
			lengths[j]--;
		}
	}
	let last = 16;
	while (!lengths[last]) last--;
	lengths[last]--;
	const table = lengths.slice(1, 17);
	for (let n = 1; n <= 32; n++) for (let v = 0; v < 256; v++) if (size[v] === n) table.push(v);
	return table;
}

// Scans.

/** The blocks of a scan, in order: which component of the scan, and which block of it; before that of an interval, true. */
function* blocksOf(frame, scan) {
	const alone = scan.components.length === 1;
	const first = scan.components[0].of;
	const across = alone ? Math.ceil(Math.ceil((frame.width * first.h) / frame.maxH) / 8) : frame.unitsWide;
	const down = alone ? Math.ceil(Math.ceil((frame.height * first.v) / frame.maxV) / 8) : frame.unitsHigh;
	for (let y = 0, left = scan.interval; y < down; y++) {
		for (let x = 0; x < across; x++, left--) {
			let restart = false;
			if (scan.interval && left === 0) {
				restart = true;
				left = scan.interval;
			}
			if (alone) {
				yield { i: 0, block: y * first.wide + x, restart };
				continue;
			}
			for (const [i, { of }] of scan.components.entries()) {
				for (let v = 0; v < of.v; v++) {
					for (let h = 0; h < of.h; h++, restart = false) yield { i, block: (y * of.v + v) * of.wide + x * of.h + h, restart };
				}
			}
		}
	}
}

const usesDC = (scan) => scan.ss === 0 && scan.ah === 0;
const usesAC = (scan) => scan.se > 0;

/** The tables that a scan uses, as Tc * 16 + Th, in the order in which its components do. */
function tablesOf(scan) {
	const list = [];
	for (const c of scan.components) {
		if (usesDC(scan)) list.push(c.dc);
		if (usesAC(scan)) list.push(16 + c.ac);
	}
	return [...new Set(list)];
}

const category = (v) => {
	const n = len(Math.abs(v));
	return { n, extra: v < 0 ? v + 2 ** n - 1 : v };
};

/** Writes the entropy-coded data of a scan. Without tables, it counts the symbols of each. */
class ScanWriter {
	constructor(frame, scan, coefficients, tables) {
		Object.assign(this, { frame, scan, tables, out: [], accumulator: 0, bits: 0, run: 0, corrections: [], levels: [0, 0, 0, 0] });
		this.counts = new Map(tablesOf(scan).map((id) => [id, Array(256).fill(0)]));
		const choices = scan.choices ?? {};
		Object.assign(this, { zeros: choices.zeros ?? false, endless: choices.endless ?? false });
		this.pads = new Map(choices.pads);
		this.splits = new Set(choices.splits);
		this.zeroRuns = new Map(choices.zeroRuns);
		let interval = 0;
		let done = 0;
		for (const { i, block, restart } of blocksOf(frame, scan)) {
			if (restart) {
				this.#align(interval);
				this.out.push(0xff, 0xd0 + (interval++ & 7));
				this.levels = [0, 0, 0, 0];
			}
			if (this.splits.has(done)) this.#endRun();
			const { of, index } = scan.components[i];
			this.#block(i, of, coefficients[index].subarray(64 * block, 64 * block + 64), this.zeroRuns.get(done) ?? 0);
			done++;
		}
		this.#align(interval);
	}

	#put(v, n) {
		for (let i = n - 1; i >= 0; i--) {
			this.accumulator = this.accumulator * 2 + (Math.floor(v / 2 ** i) & 1);
			if (++this.bits < 8) continue;
			this.out.push(this.accumulator);
			if (this.accumulator === 0xff) this.out.push(0);
			this.accumulator = this.bits = 0;
		}
	}

	#symbol(id, v, extra = 0, n = 0) {
		this.counts.get(id)[v]++;
		if (!this.tables) return;
		const code = this.tables.get(id)?.codes.get(v);
		if (!code) throw malformed("no Huffman code for a coefficient");
		this.#put(code.code, code.bits);
		this.#put(extra, n);
	}

	#align(interval) {
		this.#endRun();
		if (!this.tables) return;
		const missing = (8 - this.bits) & 7;
		let fill = this.zeros ? 0 : 2 ** missing - 1;
		const pad = this.pads.get(interval);
		if (pad !== undefined) {
			if (pad >> missing !== 1) throw malformed("bits to fill a byte are too few or too many");
			fill = pad & (2 ** missing - 1);
		}
		this.#put(fill, missing);
	}

	#block(i, of, block, zeroRuns) {
		const { scan, frame } = this;
		const { dc, ac } = scan.components[i];
		if (scan.ss === 0 && scan.ah === 0) {
			const v = shr(block[0], scan.al);
			const { n, extra } = category(v - this.levels[i]);
			this.levels[i] = v;
			this.#symbol(dc, n, extra, n);
		} else if (scan.ss === 0) this.#bit(shr(block[0], scan.al) & 1);
		if (!usesAC(scan)) return;
		if (!frame.progressive) this.#sequential(16 + ac, block, zeroRuns);
		else if (scan.ah === 0) this.#first(16 + ac, block, zeroRuns);
		else this.#refine(16 + ac, block, zeroRuns);
	}

	#bit(b) {
		if (this.tables) this.#put(b, 1);
	}

	#sequential(id, block, zeroRuns) {
		let k = 1;
		for (let at = 1; at < 64; at++) {
			const v = block[zigzag[at]];
			if (!v) continue;
			const { n, extra } = category(v);
			let zeros = at - k;
			for (; zeros > 15; zeros -= 16) this.#symbol(id, 0xf0);
			this.#symbol(id, 16 * zeros + n, extra, n);
			k = at + 1;
		}
		for (; zeroRuns > 0; zeroRuns--) {
			k += 16;
			if (k > 64) throw malformed("more zeros than fit into a block");
			this.#symbol(id, 0xf0);
		}
		if (k < 64) this.#symbol(id, 0);
	}

	#first(id, block, zeroRuns) {
		const { ss, se, al } = this.scan;
		let k = ss;
		for (let at = ss; at <= se; at++) {
			const c = block[zigzag[at]];
			const m = Math.abs(c) >> al;
			if (!m) continue;
			this.#endRun();
			let zeros = at - k;
			for (; zeros > 15; zeros -= 16) this.#symbol(id, 0xf0);
			const { n, extra } = category(c < 0 ? -m : m);
			this.#symbol(id, 16 * zeros + n, extra, n);
			k = at + 1;
		}
		for (; zeroRuns > 0; zeroRuns--) {
			k += 16;
			if (k > se + 1) throw malformed("more zeros than fit into a block");
			this.#endRun();
			this.#symbol(id, 0xf0);
		}
		if (k <= se) this.#lengthen([]);
	}

	#refine(id, block, zeroRuns) {
		const { ss, se, al } = this.scan;
		const m = (at) => Math.abs(block[zigzag[at]]) >> al;
		let last = -1; // the last that becomes other than zero in this scan
		for (let at = ss; at <= se; at++) if (m(at) === 1) last = at;
		let tail = [];
		const write = (v, extra = 0, n = 0) => {
			this.#endRun();
			this.#symbol(id, v, extra, n);
			tail.forEach((b) => this.#bit(b));
			tail = [];
		};
		let zeros = 0;
		for (let at = ss; at <= se; at++) {
			if (m(at) === 0) {
				zeros++;
				continue;
			}
			for (; zeros > 15 && (at <= last || zeroRuns > 0); zeros -= 16) {
				write(0xf0);
				if (at > last) zeroRuns--;
			}
			if (m(at) > 1) {
				tail.push(m(at) & 1);
				continue;
			}
			write(16 * zeros + 1, block[zigzag[at]] < 0 ? 0 : 1, 1);
			zeros = 0;
		}
		for (; zeros > 15 && zeroRuns > 0; zeroRuns--, zeros -= 16) write(0xf0);
		if (zeroRuns > 0) throw malformed("more zeros than fit into a block");
		if (zeros > 0 || tail.length) this.#lengthen(tail);
	}

	#lengthen(bits) {
		this.run++;
		this.corrections.push(...bits);
		if (this.run === 32767 || (!this.endless && this.corrections.length > 937)) this.#endRun();
	}

	#endRun() {
		if (!this.run) return;
		const n = len(this.run) - 1;
		this.#symbol(16 + this.scan.components[0].ac, 16 * n, this.run - 2 ** n, n);
		this.corrections.forEach((b) => this.#bit(b));
		this.run = 0;
		this.corrections = [];
	}
}

/** Reads the entropy-coded data of a scan into coefficients. Returns where the data end. */
function readScan(bytes, at, frame, scan, tables, coefficients) {
	let bits = 0;
	let current = 0;
	const bit = () => {
		if (bits === 0) {
			if (at >= bytes.length || (bytes[at] === 0xff && bytes[at + 1] !== 0)) throw malformed("a JPEG file whose scan is cut");
			current = bytes[at];
			at += current === 0xff ? 2 : 1;
			bits = 8;
		}
		return (current >> --bits) & 1;
	};
	const number = (n) => range(n).reduce((v) => 2 * v + bit(), 0);
	const extend = (n) => {
		const v = number(n);
		return n && v < 2 ** (n - 1) ? v - 2 ** n + 1 : v;
	};
	const symbol = (id) => {
		const table = tables.get(id);
		if (!table) throw malformed("a scan of a JPEG file without its Huffman table");
		for (let n = 1, code = 0; n <= 16; n++) {
			code = 2 * code + bit();
			const v = table.symbols.get(65536 * n + code);
			if (v !== undefined) return v;
		}
		throw malformed("a code that a Huffman table of a JPEG file has not");
	};
	let levels = [0, 0, 0, 0];
	let run = 0; // blocks of a run that are to come
	const { ss, se, ah, al } = scan;
	const correct = (block, k) => {
		if (bit()) block[zigzag[k]] += block[zigzag[k]] > 0 ? 2 ** al : -(2 ** al);
	};
	for (const { i, block: number64, restart } of blocksOf(frame, scan)) {
		if (restart) {
			bits = 0;
			if (bytes[at] !== 0xff || (bytes[at + 1] & 0xf8) !== 0xd0) throw malformed("a restart marker of a JPEG file is missing");
			at += 2;
			levels = [0, 0, 0, 0];
			run = 0;
		}
		const { index, dc, ac } = scan.components[i];
		const block = coefficients[index].subarray(64 * number64, 64 * number64 + 64);
		if (ss === 0 && ah === 0) {
			levels[i] += extend(symbol(dc));
			block[0] = levels[i] * 2 ** al;
		} else if (ss === 0) block[0] |= bit() << al;
		if (se === 0) continue;
		let k = Math.max(ss, 1);
		if (ah === 0) {
			if (run > 0) {
				run--;
				continue;
			}
			while (k <= se) {
				const v = symbol(16 + ac);
				const n = v & 15;
				if (n) {
					k += v >> 4;
					if (k > se) throw malformed("coefficients of a JPEG file beyond a block");
					block[zigzag[k++]] = extend(n) * 2 ** al;
				} else if (v === 0xf0) k += 16;
				else {
					run = 2 ** (v >> 4) - 1 + (frame.progressive ? number(v >> 4) : 0);
					break;
				}
			}
			continue;
		}
		while (run === 0 && k <= se) {
			const v = symbol(16 + ac);
			let fresh = 0;
			if (v & 15) fresh = bit() ? 2 ** al : -(2 ** al);
			else if (v < 0xf0) {
				run = 2 ** (v >> 4) + number(v >> 4);
				break;
			}
			for (let zeros = v >> 4; k <= se; k++) {
				if (block[zigzag[k]]) correct(block, k);
				else if (zeros-- === 0) {
					if (fresh) block[zigzag[k]] = fresh;
					k++;
					break;
				}
			}
		}
		if (run > 0) {
			run--;
			for (; k <= se; k++) if (block[zigzag[k]]) correct(block, k);
		}
	}
	return at;
}

// Skeletons, and whole files.

/**
 * Goes through the markers of a file, or of a skeleton, in which scans have no data. For each scan it calls `visit` with the frame, the
 * scan, the tables, and where its header ends; that returns where the scan ends.
 *
 * @returns {object} the frame
 */
function walk(bytes, visit) {
	let at = 0;
	while (!(bytes[at] === 0xff && bytes[at + 1] === 0xd8)) if (++at > 4096) throw malformed("no JPEG file");
	at += 2;
	const tables = new Map();
	const quant = new Map();
	let frame = null;
	let interval = 0;
	let jfif = false;
	let adobe = -1;
	let scans = 0;
	for (;;) {
		while (at < bytes.length && (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff)) at++;
		if (at + 1 >= bytes.length || bytes[at + 1] === 0xd9) break;
		const marker = bytes[at + 1];
		if (marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
			at += 2;
			continue;
		}
		const size = 256 * bytes[at + 2] + bytes[at + 3];
		const payload = bytes.subarray(at + 4, at + 2 + size);
		if (size < 2 || payload.length !== size - 2) throw malformed("a segment of a JPEG file that is cut");
		at += 2 + size;
		const text = Buffer.from(payload.subarray(0, 5)).toString("latin1");
		if (marker === 0xe0 && payload.length >= 14 && text === "JFIF\0" && !scans) jfif = true;
		else if (marker === 0xee && payload.length >= 12 && text === "Adobe" && !scans) adobe = payload[11];
		else if (marker === 0xdd) interval = 256 * payload[0] + payload[1];
		else if (marker === 0xc4) {
			for (let p = 0; p < payload.length; ) {
				const table = huffman(payload.subarray(p + 1));
				tables.set(payload[p], { ...table, place: at });
				p += 1 + table.size;
			}
		} else if (marker === 0xdb) {
			for (let p = 0; p < payload.length; ) {
				const wide = payload[p] >> 4;
				const steps = new Uint16Array(64);
				zigzag.forEach((f, i) => (steps[f] = wide ? 256 * payload[p + 1 + 2 * i] + payload[p + 2 + 2 * i] : payload[p + 1 + i]));
				quant.set(payload[p] & 15, steps);
				p += 1 + 64 * (1 + wide);
			}
		} else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc) {
			if (marker > 0xc2 || payload[0] !== 8 || frame) throw unsupported("a JPEG file of another process");
			frame = { progressive: marker === 0xc2, height: 256 * payload[1] + payload[2], width: 256 * payload[3] + payload[4] };
			frame.components = range(payload[5]).map((i) => {
				const [id, sampling, table] = payload.subarray(6 + 3 * i, 9 + 3 * i);
				return { id, h: sampling >> 4, v: sampling & 15, destination: table };
			});
		} else if (marker === 0xda) {
			if (!frame) throw malformed("a scan of a JPEG file without its frame");
			const n = payload[0];
			const [ss, se, approximation] = payload.subarray(1 + 2 * n);
			const components = range(n).map((i) => {
				const index = frame.components.findIndex((c) => c.id === payload[1 + 2 * i]);
				if (index < 0) throw malformed("a scan of a component that is not there");
				const c = frame.components[index];
				c.quant ??= quant.get(c.destination);
				return { index, of: c, dc: payload[2 + 2 * i] >> 4, ac: payload[2 + 2 * i] & 15 };
			});
			if (!scans++) Object.assign(frame, { jfif, adobe });
			at = visit(frame, { components, ss, se, ah: approximation >> 4, al: approximation & 15, interval }, tables, at);
		}
	}
	if (!frame || !scans) throw malformed("a JPEG file without a scan");
	return frame;
}

/** The number of rows that DNL gives. */
function heightOf(bytes) {
	for (let at = 0; at + 5 < bytes.length; at++) {
		if (bytes[at] === 0xff && bytes[at + 1] === 0xdc && bytes[at + 3] === 4) return 256 * bytes[at + 4] + bytes[at + 5];
	}
	throw malformed("a JPEG file without its height");
}

/** A JPEG file that is held as it is: its bytes, its frame and its coefficients. */
export function wrapped(bytes) {
	let coefficients;
	const frame = walk(bytes, (frame, scan, tables, at) => {
		if (!coefficients) {
			frame.height ||= heightOf(bytes);
			describe(frame);
			coefficients = frame.components.map((c) => new Int16Array(64 * c.wide * c.high));
		}
		return readScan(bytes, at, frame, scan, tables, coefficients);
	});
	return { bytes, frame, coefficients };
}

/** What is common in skeletons of files of a frame, in the order of its numbers. */
function phrases(frame) {
	const list = [];
	const { components } = frame;
	const ids = [0x00, 0x10, 0x01, 0x11];
	const dht = typical.map((t, i) => [ids[i], ...t]);
	const each = dht.map((t) => segment(0xc4, t));
	typical.forEach((t, i) => list.push(t, each[i]));
	list.push(each.flat(), segment(0xc4, dht.flat()), segment(0xc4, [dht[0], dht[2], dht[1], dht[3]].flat()));
	list.push([...each[0], ...each[1]], segment(0xc4, [...dht[0], ...dht[1]]));

	const tables = [...frame.tables];
	if (tables.length === 1) {
		const quality = range(100).find((q) => stepsOfQuality(q + 1, 0).every((s, i) => s === tables[0][i]));
		if (quality !== undefined) tables.push(stepsOfQuality(quality + 1, 1));
	}
	const steps8 = (t) => zigzag.map((f) => t[f] & 255);
	const dqt = tables.map((t, i) => [i, ...steps8(t)]);
	tables.forEach((t, i) => list.push(steps8(t), zigzag.flatMap((f) => big16(t[f])), segment(0xdb, dqt[i])));
	list.push(dqt.flatMap((t) => segment(0xdb, t)), segment(0xdb, dqt.flat()));

	const jfif = segment(0xe0, [...Buffer.from("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
	list.push(jfif, [0xff, 0xd8, ...jfif]);
	const header = [8, ...big16(frame.height), ...big16(frame.width), components.length, ...components.flatMap((c) => [c.id, 16 * c.h + c.v, c.table])];
	for (const marker of [0xc0, 0xc1, 0xc2]) list.push(segment(marker, header));
	const scan = (list, ...rest) => segment(0xda, [list.length, ...list.flat(), ...rest]);
	list.push(scan(components.map((c, i) => [c.id, i ? 0x11 : 0]), 0, 63, 0));
	list.push(scan(components.map((c, i) => [c.id, i ? 0x10 : 0]), 0, 0, 0x01), scan(components.map((c) => [c.id, 0]), 0, 0, 0x10));
	components.forEach((c, i) => {
		const script = i ? [[1, 63, 0x01], [1, 63, 0x10]] : [[1, 5, 0x02], [6, 63, 0x02], [1, 63, 0x21], [1, 63, 0x10]];
		for (const s of script) list.push(scan([[c.id, i ? 1 : 0]], ...s));
	});
	return list;
}

/** Reads a list of choices: of each entry its number, and what `more` reads. */
function readList(r, more) {
	const list = [];
	for (let n = r.uvarint(), at = 0; n > 0; n--) list.push([(at += r.uvarint()), more()]);
	return list;
}

/**
 * Reads a syntax, unpacked, of a frame, and the pictures that were cut out of it.
 *
 * @returns the skeleton, gaps in it, and choices by the number of their scan
 */
function readSyntax(bytes, frame, cut) {
	const r = new Bytes(bytes);
	const known = phrases(frame);
	const skeleton = [];
	const gaps = [];
	let room = 2 ** 20;
	for (;;) {
		skeleton.push(...r.take(r.uvarint()));
		const n = r.uvarint(known.length + 3);
		if (n === 0) break;
		if (n <= known.length) {
			if ((room -= known[n - 1].length) < 0) throw malformed("too many phrases");
			skeleton.push(...known[n - 1]);
		} else if (n === known.length + 1) gaps.push({ at: skeleton.length, list: null });
		else if (n === known.length + 2) gaps.push({ at: skeleton.length, list: range(r.byte()).map(() => r.byte()) });
		else {
			if (!cut.length) throw malformed("a picture that a syntax has not");
			for (const b of cut.shift()) skeleton.push(b);
		}
	}
	if (cut.length) throw malformed("more pictures than a syntax has");
	const choices = new Map();
	for (let scan = -1; ; ) {
		const n = r.uvarint();
		if (n === 0) break;
		scan += n;
		const flags = r.byte();
		choices.set(scan, {
			zeros: (flags & 1) !== 0,
			endless: (flags & 2) !== 0,
			pads: flags & 4 ? readList(r, () => r.byte()) : [],
			splits: flags & 8 ? readList(r, () => 0).map(([block]) => block) : [],
			zeroRuns: flags & 16 ? readList(r, () => r.byte()) : [],
		});
	}
	if (r.left) throw malformed("more than a syntax");
	return { skeleton: Uint8Array.from(skeleton), gaps, choices };
}

/** The bytes of a JPEG file. */
function write({ skeleton, gaps, choices }, frame, coefficients) {
	const out = [];
	let from = 0;
	let scans = 0;
	let left = [...gaps];
	const made = new Map();
	const until = (at) => {
		for (; from < at; from++) out.push(skeleton[from]);
	};
	walk(skeleton, (_, scan, tables, at) => {
		const own = { ...scan, choices: choices.get(scans++), components: scan.components.map((c) => ({ ...c, of: frame.components[c.index] })) };
		const here = left.filter((g) => g.at < at);
		left = left.filter((g) => g.at >= at);
		if (here.length) {
			const { counts } = new ScanWriter(frame, own, coefficients, null);
			const best = new Map([...counts].map(([id, list]) => [id, bestTable(list)]));
			for (const gap of here) {
				until(gap.at);
				const list = gap.list ?? tablesOf(own);
				for (const id of list) if (!best.has(id)) throw malformed("a Huffman table to be made that the scan does not use");
				const each = list.map((id) => [id, ...best.get(id)]);
				out.push(...(gap.list ? segment(0xc4, each.flat()) : each.flatMap((t) => segment(0xc4, t))));
				list.forEach((id) => made.set(id, { table: huffman(best.get(id)), at: gap.at }));
			}
		}
		until(at);
		// Of two tables for one place, the later one counts.
		const inForce = new Map(tables);
		for (const [id, { table, at: place }] of made) if (!((tables.get(id)?.place ?? -1) > place)) inForce.set(id, table);
		for (const b of new ScanWriter(frame, own, coefficients, inForce).out) out.push(b);
		return at;
	});
	if (left.length) throw malformed("Huffman tables to be made without a scan");
	until(skeleton.length);
	return Uint8Array.from(out);
}

// Pictures in a JPEG file.

/** The pictures that were cut out of a syntax, and the syntax, packed. */
function cutOut(data, file, depth, decode) {
	if (data[0] !== 2) return { cut: [], packed: data };
	if (depth === 2) throw malformed("pictures in a JPEG file that is two deep");
	const r = new Bytes(data.subarray(1));
	const n = r.uvarint(64);
	if (n === 0) throw malformed("no pictures in a JPEG file, in the form for some");
	const sizes = range(n).map(() => r.uvarint());
	const cut = sizes.map((size) => {
		const bytes = r.take(Math.floor(size / 3));
		const kind = size % 3;
		if (kind === 0) return bytes;
		if (kind === 2 && depth > 0) throw malformed("a residual of a picture in a picture");
		const inner = decode(bytes, { depth: depth + 1, whole: kind === 2 ? file : null });
		if (!inner.exact || inner.truncated || inner.header.kept !== null) throw malformed("a picture in a JPEG file that is not whole");
		if (inner.jpeg) return inner.jpeg.bytes;
		if (kind === 2) throw malformed("a residual that is none of a JPEG file");
		return inner.image.samples.filter((_, i) => i % 4 < 3);
	});
	return { cut, packed: r.take(r.left) };
}

const cosines = [8192, 8035, 7568, 6811, 5793, 4551, 3135, 1598, 0];
const cosine = (k) => {
	const j = Math.min(k % 32, 32 - (k % 32));
	return j <= 8 ? cosines[j] : -cosines[16 - j];
};
const basis = (n) => range(n).map((u) => range(n).map((x) => (u ? cosine(((2 * x + 1) * u * 8) / n) : cosines[4])));

/** The coefficients that a smaller JPEG file of the same picture is expected to have. */
function predicted(frame, file) {
	if (frame.components.length !== file.frame.components.length) throw malformed("a thumbnail of other components");
	const B = basis(8);
	return frame.components.map((c, i) => {
		const sizeOf = (f, c) => [Math.ceil((f.width * c.h) / f.maxH), Math.ceil((f.height * c.v) / f.maxV)];
		const larger = file.frame.components[i];
		const [w, h] = sizeOf(frame, c);
		const [W, H] = sizeOf(file.frame, larger);
		if (W < w || H < h) throw malformed("a thumbnail that is not smaller than its picture");
		let n = 8;
		while (n > 1 && (n / 2) * Math.min(Math.floor(W / w), Math.floor(H / h)) >= 32) n /= 2;
		const b = basis(n);
		const wide = larger.wide * n;
		const samples = new Int32Array(wide * larger.high * n);
		for (let block = 0; block < larger.wide * larger.high; block++) {
			const F = (v, u) => file.coefficients[i][64 * block + 8 * v + u] * larger.quant[8 * v + u];
			const T = range(n).map((v) => range(n).map((x) => shr(range(n).reduce((sum, u) => sum + F(v, u) * b[u][x], 0), 10)));
			const x0 = (block % larger.wide) * n;
			const y0 = Math.floor(block / larger.wide) * n;
			for (let y = 0; y < n; y++) {
				for (let x = 0; x < n; x++) {
					const s = shr(range(n).reduce((sum, v) => sum + T[v][x] * b[v][y], 0), 14);
					samples[(y0 + y) * wide + x0 + x] = clamp(s, -4096, 4080);
				}
			}
		}
		const edge = (x, size, from) => Math.floor((x * from * n * 32) / size);
		const parts = (x, size, from) => {
			const [left, right] = [edge(x, size, from), edge(x + 1, size, from)];
			const list = [];
			for (let at = left >> 8; at * 256 < right; at++) list.push([at, Math.min(right, 256 * (at + 1)) - Math.max(left, 256 * at)]);
			return { list, all: right - left };
		};
		const columns = range(w).map((x) => parts(x, w, W));
		const plane = range(h).flatMap((y) => {
			const rows = parts(y, h, H);
			return columns.map((column) => {
				let sum = 0;
				for (const [sy, high] of rows.list) for (const [sx, across] of column.list) sum += samples[sy * wide + sx] * across * high;
				return div(sum, rows.all * column.all);
			});
		});
		const out = new Int16Array(64 * c.wide * c.high);
		for (let block = 0; block < c.wide * c.high; block++) {
			const left = 8 * (block % c.wide);
			const top = 8 * Math.floor(block / c.wide);
			const sample = (y, x) => plane[Math.min(top + y, h - 1) * w + Math.min(left + x, w - 1)];
			const R = B.map((row) => range(8).map((y) => shr(range(8).reduce((sum, x) => sum + sample(y, x) * row[x], 0), 10)));
			for (let v = 0; v < 8; v++) {
				for (let u = 0; u < 8; u++) {
					const G = shr(range(8).reduce((sum, y) => sum + R[u][y] * B[v][y], 0), 14);
					const q = c.quant[8 * v + u];
					out[64 * block + 8 * v + u] = Math.sign(G) * Math.floor((128 * q + Math.abs(G)) / (256 * q));
				}
			}
		}
		return out;
	});
}

/**
 * The JPEG file of a frame, a syntax and coefficients.
 *
 * @param {{depth: number, whole: ?object, decode: Function}} options depth is how many files it is in; whole is the next of them if the
 *   coefficients are the residual to it; decode decodes a file
 * @returns {{bytes: Uint8Array, frame: object, coefficients: Int16Array[]}}
 */
export function originalOf(frameBytes, syntax, residual, { depth, whole, decode }) {
	try {
		const frame = readFrame(frameBytes);
		let coefficients = residual;
		if (whole) {
			const list = predicted(frame, whole);
			coefficients = residual.map((plane, i) => plane.map((d, k) => d + list[i][k]));
			if (coefficients.some((plane) => plane.some((v) => Math.abs(v) > 2047))) throw malformed("a coefficient out of range");
		}
		const { cut, packed } = cutOut(syntax, { frame, coefficients }, depth, decode);
		const bytes = write(readSyntax(unpackSide(packed, 2 ** 26), frame, cut), frame, coefficients);
		return { bytes, frame, coefficients };
	} catch (e) {
		throw e.kind === "truncated" ? malformed("a syntax that is cut") : e;
	}
}
