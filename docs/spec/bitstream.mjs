// Numbers and checksums of container/FORMAT.md.
import { FileError, malformed } from "./numbers.mjs";

/** Reads a run of bytes from the front. */
export class Bytes {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	get left() {
		return this.bytes.length - this.at;
	}

	byte() {
		if (this.left < 1) throw new FileError("truncated", "no more bytes");
		return this.bytes[this.at++];
	}

	take(n) {
		if (this.left < n) throw new FileError("truncated", "no more bytes");
		this.at += n;
		return this.bytes.subarray(this.at - n, this.at);
	}

	/** An unsigned integer in groups of seven bits, in its shortest form; `refuse` makes the error of one above a limit. */
	uvarint(max = 2 ** 53 - 1, refuse = malformed) {
		let v = 0;
		for (let i = 0; i < 10; i++) {
			const b = this.byte();
			v += (b & 127) * 2 ** (7 * i);
			if (b & 128) continue;
			if (i > 0 && b === 0) throw malformed("a number is not in its shortest form");
			if (v > max) throw refuse(`the number ${v} is above its limit ${max}`);
			return v;
		}
		throw malformed("a number is above its limit");
	}
}

function reflectedTable(polynomial) {
	return Uint32Array.from({ length: 256 }, (_, i) => {
		for (let k = 0; k < 8; k++) i = i & 1 ? (i >>> 1) ^ polynomial : i >>> 1;
		return i;
	});
}

const castagnoli = reflectedTable(0x82f63b78); // 0x1edc6f41, its bits reversed
const rohc = reflectedTable(0xe0); // 0x07
const x25 = reflectedTable(0x8408); // 0x1021

function reflected(table, initial, parts) {
	let c = initial;
	for (const part of parts) for (const b of part) c = table[(c ^ b) & 255] ^ (c >>> 8);
	return c >>> 0;
}

/** CRC-32C of bytes in parts. */
export const crc32c = (...parts) => (reflected(castagnoli, 0xffffffff, parts) ^ 0xffffffff) >>> 0;

/** CRC-8/ROHC. */
export const crc8 = (bytes) => reflected(rohc, 0xff, [bytes]);

/** CRC-16/X-25. */
export const crc16 = (bytes) => reflected(x25, 0xffff, [bytes]) ^ 0xffff;

/** v in n bytes, little-endian. */
export const littleEndian = (v, n) => Uint8Array.from({ length: n }, (_, i) => Math.floor(v / 256 ** i) & 255);
