// What is inside the segments: from a file to its image.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Bytes } from "./bitstream.mjs";
import { kindNames, kinds, readHeader, readSegments } from "./container.mjs";
import { FileError, malformed, unsupported } from "./numbers.mjs";
import { planesOf } from "./picture.mjs";
import { bandsOf, Process } from "./process.mjs";
import { openStream } from "./rans.mjs";
import { decodeRaster } from "./stored.mjs";
import { transforms } from "./transform.mjs";
import { readWeights } from "./weights.mjs";

const formats = { gray: 0, opaque: 1, straight: 2, premultiplied: 3, palette: 4, grayJPEG: 5, colourJPEG: 6 };
const isJPEG = (format) => format === formats.grayJPEG || format === formats.colourJPEG;

const maxPixels = 2 ** 26; // a limit of this decoder's own
const notYet = (what) => unsupported(`${what} are not decoded by this decoder yet`);
const jpegModel = "042813122ea080d6";

const zoo = new URL("../../model/zoo/", import.meta.url);
const models = ["photo", "cifar10"]; // by their numbers, less 1
const loaded = new Map();

/** The model of a header: its weights file, whose SHA-256 begins as the header says, is one of the zoo or of `files`. */
function modelOf(header, files) {
	if (header.number > models.length) throw unsupported(`model number ${header.number}`);
	for (const name of [...models.map((m) => new URL(`${m}.ddpw`, zoo)), ...files]) {
		if (!loaded.has(String(name))) {
			const file = readFileSync(name);
			loaded.set(String(name), { id: createHash("sha256").update(file).digest("hex"), file });
		}
		const entry = loaded.get(String(name));
		const { id, file } = entry;
		if (header.number ? !String(name).endsWith(`/${models[header.number - 1]}.ddpw`) : !id.startsWith(header.model)) continue;
		return (entry.model ??= readWeights(file));
	}
	throw unsupported(`model ${header.model}`);
}

/** The format's number without flags, and what the flags and the depth say; refuses what there cannot be. */
function readFormat(h) {
	const format = h.format & 7;
	const gray = (h.format & 8) !== 0; // flag 8
	const wide = (h.format & 16) !== 0; // flag 16
	const refuse = () => unsupported(`image format ${h.format} with ${h.depth} bits a sample`);
	if (format === 7) throw refuse();
	if (gray && !(format >= 1 && format <= 3)) throw refuse();
	if (wide && !(format <= 3 && h.depth === 8)) throw refuse();
	const depths = format === 0 ? [1, 2, 4, 8, 16] : format <= 3 ? [8, 16] : format === 4 ? [1, 2, 4, 8] : [8];
	if (!depths.includes(h.depth)) throw refuse();
	if (format === 4 && !h.stored) throw refuse();
	const planes = format === 0 || format >= 4 || gray ? 1 : 3;
	return { format, gray, wide, planes };
}

/** Refuses segments that are missing, in another place, or too large. */
function checkSegments(h, format, planes) {
	const samples = h.width * h.height * (h.depth === 16 ? 2 : 1);
	const image = isJPEG(format)
		? h.stored ? 2 ** 28 + 1 : 64 * (h.width + 256) * (h.height + 256)
		: 16 * samples * planes + 2 ** 16;
	const most = {
		metadata: 2 ** 26 + 1, palette: 1025, alpha: 16 * samples + 2 ** 16, stored: image, passes: image,
		frame: 1024, syntax: 2 ** 26 + 1, digest: 8,
	};
	const order = ["metadata", "palette", "alpha", "frame", "stored", "passes", "syntax", "digest", "metadata"];
	const allowed = {
		metadata: true, palette: format === formats.palette, alpha: format === formats.straight || format === formats.premultiplied,
		frame: !h.stored && isJPEG(format), stored: true, passes: true, syntax: !h.stored && isJPEG(format), digest: true,
	};
	let place = 0;
	let metadata = 0;
	for (const s of h.segments) {
		const name = kindNames[s.kind];
		const at = order.indexOf(name, place);
		if (at < 0 || !allowed[name] || (name === "metadata" && ++metadata > 1)) throw malformed(`a segment of ${name} in another place`);
		place = name === "passes" ? at : at + 1;
		if (s.size > most[name] || (name === "digest" && s.size !== 8)) throw malformed(`a segment of ${name} of ${s.size} bytes`);
	}
}

/** τ, the transform and the orientation of a modelled image. */
function readParams(h, model, planes) {
	const params = h.short ? [model.tau & 255, ...(h.params ?? [])] : [...h.params];
	if (params.length < 1 || params.length > 2 || (params.length === 2 && params[1] === 0)) throw unsupported("unknown parameters of the model");
	const second = params[1] ?? 0;
	const transform = (second & 3) + 4 * (second >> 4);
	if (transform >= transforms) throw unsupported(`the colour transform ${transform}`);
	if (transform > 0 && planes === 1) throw unsupported("a colour transform of one plane");
	if (transform >= 3 && h.depth !== 8) throw malformed(`the colour transform ${transform} with ${h.depth} bits a sample`);
	return { tau: (params[0] << 24) >> 24, transform, flipX: (second & 4) !== 0, flipY: (second & 8) !== 0 };
}

/**
 * Decodes a file, or the first bytes of one.
 *
 * @param {Uint8Array} file
 * @param {{level?: number, models?: string[]}} options level is the last level whose passes are decoded; models are weights files
 *   beside those of the zoo
 * @returns {{header: object, image: Image, exact: boolean, truncated: boolean}}
 */
export function decode(file, { level = 0, models: files = [] } = {}) {
	const header = readHeader(file);
	const kind = readFormat(header);
	if (isJPEG(kind.format)) throw notYet("JPEG files");
	if (header.model === jpegModel) throw notYet("decompressed pictures");
	if (header.width * header.height > maxPixels) throw new FileError("limit", `an image of more than ${maxPixels} pixels`);
	checkSegments(header, kind.format, kind.planes);
	const { segments, truncated } = readSegments(file, header);
	const of = (name) => segments.filter((s) => s.kind === kinds[name]);
	const cut = header.kept !== null;
	if (header.stored && !of("stored").length && !cut) throw malformed("no segment of the image");
	const palette = kind.format === formats.palette ? readPalette(of("palette")[0], cut) : null;
	const alpha = decodeAlpha(of("alpha")[0], header, kind);
	const { planes, exact } = header.stored ? decodeStored(of("stored")[0], header, kind) : decodeModelled(of("passes"), header, kind, { level, files });
	const image = assemble(header, kind, planes, alpha?.samples ?? null, palette);
	const all = exact && (!alpha || alpha.rows === header.height);
	const digest = of("digest")[0];
	if (all && digest?.whole && !Buffer.from(digest.data).equals(digestOf(image))) throw new FileError("fault", "the image has another digest");
	return { header, image, exact: all, truncated };
}

const midGray = [128, 128, 128, 255];

function readPalette(segment, endsEarly) {
	if (!segment && !endsEarly) throw malformed("no palette");
	if (!segment?.whole) return Uint8Array.from(midGray); // until it is known
	const palette = segment.data.subarray(1);
	if (segment.data[0] !== 0) throw notYet("packed side data");
	if (!palette.length || palette.length % 4 || palette.length > 1024) throw malformed("a palette");
	return palette;
}

/** A palette with the colour of rows that are missing, and the index of that: mid-gray, or what is nearest to it of 256 colours. */
function withGray(palette) {
	const n = palette.length / 4;
	if (n < 256) return { palette: Uint8Array.from([...palette, ...midGray]), gray: n };
	const wide = (r, g, b, a) => [...[r, g, b].map((v) => Math.floor((257 * v * a) / 255)), 257 * a];
	const target = wide(...midGray);
	const far = (i) => wide(...palette.subarray(4 * i, 4 * i + 4)).reduce((sum, v, c) => sum + Math.floor((v - target[c]) ** 2 / 4), 0);
	let gray = 0;
	for (let i = 1; i < n; i++) if (far(i) < far(gray)) gray = i;
	return { palette, gray };
}

function decodeAlpha(segment, { width, height, depth }) {
	if (!segment) return null;
	const { samples, rows } = decodeRaster(segment.data, segment.whole, width, height, 1, depth);
	samples.fill(2 ** depth - 1, rows * width);
	return { samples, rows };
}

function decodeStored(segment, { width, height, depth }, { planes: c, format }) {
	const data = segment ?? { data: new Uint8Array(), whole: false };
	const { samples, rows } = decodeRaster(data.data, data.whole, width, height, c, depth);
	const missing = format === formats.palette ? -1 : depth < 8 ? 128 : 2 ** (depth - 1);
	const scale = format === formats.gray && depth < 8 ? 255 / (2 ** depth - 1) : 1;
	const planes = Array.from({ length: c }, (_, p) =>
		Float64Array.from({ length: width * height }, (_, i) => (i < rows * width ? samples[i * c + p] * scale : missing)),
	);
	return { planes, exact: rows === height };
}

function decodeModelled(segments, header, kind, { level, files }) {
	const model = modelOf(header, files);
	const { tau, transform, flipX, flipY } = readParams(header, model, kind.planes);
	const { width, height } = header;
	const process = new Process(model, { width, height, depth: header.depth === 16 ? 16 : 8, planes: kind.planes, transform, tau });
	runPasses(process, segments, header.kept !== null, level);
	const { planes, exact } = planesOf(process);
	const place = (_, i) => {
		const x = i % width;
		const y = (i - x) / width;
		return (flipY ? height - 1 - y : y) * width + (flipX ? width - 1 - x : x);
	};
	return { planes: planes.map((p) => p.map((v, i) => p[place(v, i)])), exact };
}

/** Runs the passes of all segments, down to a level, as far as their bytes go. */
function runPasses(process, segments, endsEarly, level) {
	const { passes } = process;
	let p = 0;
	let going = true;
	for (const { units, data, whole } of segments) {
		const count = units || passes.length - p;
		if (p + count > passes.length || count === 0) throw malformed("more passes than the image has");
		const end = p + count;
		const bands = bandsOf(process.scales[passes[p].scale]?.h ?? 1);
		if (count > 1 && passes.slice(p, end).some((pass) => bandsOf(process.scales[pass.scale]?.h ?? 1) > 1)) {
			throw malformed("a pass of several bands together with others");
		}
		const streams = bands > 1 ? bandStreams(data, whole, bands) : [openStream(data, whole)];
		for (; p < end && going; p++) going = passes[p].level >= level && process.run(p, streams);
		if (going) streams.forEach((s) => s.end());
		p = end;
	}
	if (p < passes.length && !endsEarly) throw malformed("fewer passes than the image has");
}

function bandStreams(data, whole, bands) {
	const r = new Bytes(data);
	const lengths = [];
	try {
		for (let b = 1; b < bands; b++) lengths.push(r.uvarint());
	} catch (e) {
		if (whole || e.kind !== "truncated") throw e.kind === "truncated" ? malformed("lengths of bands are missing") : e;
		return Array.from({ length: bands }, () => openStream(new Uint8Array(), false));
	}
	return Array.from({ length: bands }, (_, b) => {
		if (b === bands - 1) return openStream(r.take(r.left), whole);
		const there = Math.min(lengths[b], r.left);
		if (whole && there < lengths[b]) throw malformed("bands of more bytes than there are");
		return openStream(r.take(there), there === lengths[b]);
	});
}

/**
 * @typedef {{width: number, height: number, depth: number, channels: number, premultiplied: boolean, samples: Uint16Array,
 *   palette: ?Uint8Array}} Image depth is 8 or 16, channels is 1 or 4
 */

/** Puts planes and alpha together. */
function assemble({ width, height, depth }, { format, gray, wide }, planes, alpha, palette) {
	const wider = wide ? 257 : 1;
	const image = { width, height, depth: depth === 16 || wide ? 16 : 8, channels: 1, premultiplied: format === formats.premultiplied, palette };
	image.opaque = format === formats.opaque;
	if (format === formats.palette) {
		if (planes[0].some((v) => v >= palette.length / 4)) throw malformed("a pixel's index is outside the palette");
		const missing = planes[0].includes(-1) ? withGray(palette) : null;
		image.palette = missing?.palette ?? palette;
		image.samples = Uint16Array.from(planes[0], (v) => (v < 0 ? missing.gray : v));
		return image;
	}
	if (format === formats.gray) {
		image.samples = Uint16Array.from(planes[0], (v) => v * wider);
		return image;
	}
	image.channels = 4;
	image.samples = new Uint16Array(4 * width * height);
	for (let i = 0; i < width * height; i++) {
		for (let c = 0; c < 3; c++) image.samples[4 * i + c] = planes[gray ? 0 : c][i] * wider;
		image.samples[4 * i + 3] = (alpha ? alpha[i] : 2 ** depth - 1) * wider;
	}
	return image;
}

/** The samples of an image as bytes. */
export function samplesOf({ samples, depth }) {
	if (depth === 8) return Uint8Array.from(samples);
	const bytes = new Uint8Array(2 * samples.length);
	samples.forEach((v, i) => {
		bytes[2 * i] = v >> 8;
		bytes[2 * i + 1] = v;
	});
	return bytes;
}

/** The digest of an image: 8 bytes. */
export function digestOf(image) {
	const hash = createHash("sha256").update(samplesOf(image));
	if (image.palette) hash.update(image.palette);
	return hash.digest().subarray(0, 8);
}
