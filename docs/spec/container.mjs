// container/FORMAT.md: the header, and the segments behind it.
import { Bytes, crc16, crc32c, crc8, littleEndian } from "./bitstream.mjs";
import { FileError, malformed, unsupported } from "./numbers.mjs";

export const kinds = { metadata: 1, palette: 2, alpha: 3, stored: 4, passes: 5, digest: 6, frame: 7, syntax: 8 };
export const kindNames = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [kind, name]));

/** Segments of kinds from here on are passed over. */
export const passedOver = 128;

const maxSide = 2 ** 24;
const blockSize = 16384;

/**
 * Reads the header at the start of a file.
 *
 * @returns {{short: boolean, format: number, width: number, height: number, depth: number, stored: boolean,
 *   model: ?string, number: number, params: ?Uint8Array, segments: {kind: number, units: number, size: number}[],
 *   kept: ?number, size: number, crc: Uint8Array}} model is the first bytes of its identity in hexadecimal digits; params is
 *   null in the short form, where it is the byte behind τ, or none; kept is null unless the file ends early; size is that of the
 *   header, crc its last bytes.
 */
export function readHeader(file) {
	const r = new Bytes(file);
	try {
		return file[1] === 0x7a && file[0] === 0xdd ? readShort(r) : readCommon(r);
	} catch (e) {
		if (e instanceof FileError && e.kind === "truncated") throw new FileError("truncated", "the file ends inside its header");
		throw e;
	}
}

function checkVersion(lead) {
	if (lead >> 6 !== 1) throw unsupported(`version ${lead >> 6}`);
}

function readCommon(r) {
	if (![0xdd, 0x50, 0x4d, 0x5a].every((b) => r.byte() === b)) throw malformed("not a ddpmz file");
	const lead = r.byte();
	checkVersion(lead);
	const options = lead & 32 ? r.byte() : 0;
	if (lead & 32 && options === 0) throw malformed("no options");
	if (options >> 6) throw unsupported("a reserved option");
	const option = (i) => ((options >> i) & 1) === 1;
	const stored = option(0);
	if (option(2) && stored) throw malformed("parameters of a stored image");
	if (option(3) && (option(4) || stored)) throw malformed("units where there can be none");
	const h = { short: false, format: lead & 31, stored, number: 0, model: null, params: null, kept: null };
	h.width = 1 + r.uvarint(maxSide - 1, unsupported);
	h.height = 1 + r.uvarint(maxSide - 1, unsupported);
	h.depth = option(1) ? r.byte() : 8;
	if (h.depth < 1 || h.depth > 16 || (option(1) && h.depth === 8)) throw malformed(`depth ${h.depth}`);
	if (!stored) {
		h.model = Buffer.from(r.take(8)).toString("hex");
		const size = option(2) ? r.byte() : 1;
		if (size > 32 || (option(2) && size === 1)) throw malformed(`${size} bytes of parameters`);
		h.params = r.take(size);
	}
	if (option(4)) {
		h.segments = readTable(r, stored);
	} else {
		const units = option(3) ? r.uvarint(2 ** 20 - 1, unsupported) : 0;
		if (option(3) && units === 0) throw malformed("units are said to be there, and are 0");
		h.segments = [{ kind: stored ? kinds.stored : kinds.passes, units, size: r.uvarint(2 ** 56 - 1, unsupported) }];
	}
	const sum = h.segments.reduce((sum, s) => sum + s.size, 0);
	if (sum >= 2 ** 56) throw unsupported("2^56 bytes or more");
	if (sum >= 2 ** 53) throw new FileError("limit", "more than 2^53 bytes");
	if (option(5)) h.kept = r.uvarint(h.segments.at(-1)?.size ?? 0);
	const covered = r.bytes.subarray(0, r.at);
	h.crc = r.take(4);
	if (!littleEndian(crc32c(covered), 4).every((b, i) => b === h.crc[i])) throw new FileError("damaged", "the header's CRC is wrong");
	h.size = r.at;
	return h;
}

function readTable(r, stored) {
	const count = r.uvarint(4096, unsupported);
	const segments = [];
	for (let i = 0; i < count; i++) {
		const kind = r.byte();
		if (!kindNames[kind] && kind < passedOver) throw unsupported(`a segment of kind ${kind}`);
		if (kind === (stored ? kinds.passes : kinds.stored)) throw malformed(`a segment of ${kindNames[kind]} in a file of the other kind`);
		const units = kind === kinds.passes ? r.uvarint(2 ** 20 - 1, unsupported) : 0;
		segments.push({ kind, units, size: r.uvarint(2 ** 56 - 1, unsupported) });
	}
	if (count === 1 && segments[0].kind === (stored ? kinds.stored : kinds.passes)) throw malformed("a table that is not needed");
	const passes = segments.filter((s) => s.kind === kinds.passes);
	if (passes.slice(0, -1).some((s) => s.units === 0)) throw malformed("all remaining passes, and then others");
	return segments;
}

function readShort(r) {
	r.take(2);
	const lead = r.byte();
	checkVersion(lead);
	const h = { short: true, format: lead & 31, depth: 8, stored: false, model: null, params: null, kept: null };
	h.width = 1 + r.uvarint(maxSide - 1, unsupported);
	h.height = lead & 32 ? h.width : 1 + r.uvarint(maxSide - 1, unsupported);
	if (!(lead & 32) && h.height === h.width) throw malformed("a square that is not said to be one");
	const number = r.byte();
	h.number = number & 15;
	if (number >> 4) h.params = Uint8Array.of(number >> 4);
	if (h.number === 0) h.model = Buffer.from(r.take(8)).toString("hex");
	let size = r.uvarint(4096 + 4000, unsupported);
	if (size > 4000 && size < 4096) throw unsupported("a short file of more than 4000 bytes");
	if (size >= 4096) {
		size -= 4096;
		h.kept = r.uvarint(size - 1);
	}
	h.segments = [{ kind: kinds.passes, units: 0, size }];
	const covered = r.bytes.subarray(0, r.at);
	h.crc = r.take(1);
	if (crc8(covered) !== h.crc[0]) throw new FileError("damaged", "the header's CRC is wrong");
	h.size = r.at;
	return h;
}

/**
 * The segments of a file, as far as they are there.
 *
 * @returns {{segments: {kind: number, units: number, size: number, data: Uint8Array, whole: boolean, verified: boolean}[],
 *   truncated: boolean}} data has the bytes that are there; whole says that none is missing of the payload as it was before the file was
 *   made to end early, and verified that no checksum is, either; truncated is set unless all that the header describes is there.
 */
export function readSegments(file, header) {
	const segments = [];
	let at = header.size;
	let truncated = false;
	header.segments.forEach((s, index) => {
		const last = index === header.segments.length - 1;
		const held = last && header.kept !== null ? header.kept : s.size;
		const read = (header.short ? readShortPayload : readPayload)(file, header, at, held, index, s.kind);
		at = read.end;
		truncated ||= read.truncated;
		const whole = read.data.length === s.size;
		segments.push({ ...s, data: read.data, whole, verified: whole && !read.truncated });
	});
	return { segments, truncated };
}

function readPayload(file, header, at, held, index, kind) {
	const blocks = Math.max(1, Math.ceil(held / blockSize));
	const end = at + held + 4 * blocks;
	const parts = [];
	let truncated = false;
	for (let b = 0; b < blocks; b++) {
		const size = Math.min(blockSize, held - b * blockSize);
		const data = file.subarray(at, at + size);
		parts.push(data);
		const crc = file.subarray(at + size, at + size + 4);
		if (crc.length < 4) {
			truncated = true;
			break;
		}
		const place = [header.crc, littleEndian(index, 4)];
		if (blocks > 1) place.push(littleEndian(b, 4));
		if (!littleEndian(crc32c(...place, data), 4).every((v, i) => v === crc[i])) {
			throw new FileError("damaged", `block ${b} of segment ${index} (${kindNames[kind]}) has a wrong CRC`);
		}
		at += size + 4;
	}
	return { data: Uint8Array.from(Buffer.concat(parts)), end, truncated };
}

function readShortPayload(file, header, at, held, index) {
	const end = at + held;
	const crc = file.subarray(end, end + 2);
	if (crc.length === 2 && crc16(file.subarray(0, end)) !== crc[0] + 256 * crc[1]) {
		throw new FileError("damaged", `block 0 of segment ${index} (passes) has a wrong CRC`);
	}
	return { data: file.subarray(at, end), end: end + 2, truncated: crc.length < 2 };
}
