// What is inside the segments: from a file to its image.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Bytes } from "./bitstream.mjs";
import { kindNames, kinds, passedOver, readHeader, readSegments } from "./container.mjs";
import { correct } from "./corrections.mjs";
import { Coefficients, readJPEGWeights } from "./dct.mjs";
import { originalOf, wrapped } from "./jpeg.mjs";
import { FileError, malformed, unsupported } from "./numbers.mjs";
import { planesOf } from "./picture.mjs";
import { pictureOf, readFrame, samplesOfGo, wideOfGo } from "./pixels.mjs";
import { Process } from "./process.mjs";
import { openStream } from "./rans.mjs";
import { unpackSide } from "./side.mjs";
import { decodeRaster } from "./stored.mjs";
import { transforms } from "./transform.mjs";
import { readWeights } from "./weights.mjs";

const formats = { gray: 0, opaque: 1, straight: 2, premultiplied: 3, palette: 4, grayJPEG: 5, colourJPEG: 6 };
const isJPEG = (format) => format === formats.grayJPEG || format === formats.colourJPEG;

const maxPixels = 2 ** 26; // a limit of this decoder's own
const zoo = new URL("../../model/zoo/", import.meta.url);
const models = ["photo", "cifar10"]; // by their numbers, less 1
const loaded = new Map();

/** The model of JPEG files, by which they and decompressed pictures are. */
const jpeg = (() => {
	let entry;
	return () => {
		if (!entry) {
			const file = readFileSync(new URL("jpeg.ddpj", zoo));
			entry = { id: createHash("sha256").update(file).digest("hex").slice(0, 16), file };
		}
		return entry;
	};
})();
const jpegWeights = () => (jpeg().weights ??= readJPEGWeights(jpeg().file));

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
	if (format === 4 && !h.stored) throw malformed("palette indices that are modelled");
	const planes = format === 0 || format >= 4 || gray ? 1 : 3;
	return { format, gray, wide, planes };
}

/** Refuses segments that are missing, in another place, or too large. Returns whether the file has a frame. */
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
	const ofJPEG = !h.stored && isJPEG(format);
	const framed = ofJPEG || (!h.stored && h.model === jpeg().id);
	const allowed = {
		metadata: true, palette: format === formats.palette, alpha: format === formats.straight || format === formats.premultiplied,
		frame: framed, stored: true, passes: true, syntax: ofJPEG, digest: true,
	};
	let place = 0;
	let metadata = 0;
	for (const s of h.segments) {
		const name = kindNames[s.kind];
		if (s.kind >= passedOver) {
			if (s.size > most.metadata) throw malformed(`a segment of kind ${s.kind} of ${s.size} bytes`);
			continue;
		}
		const at = order.indexOf(name, place);
		if (at < 0 || !allowed[name] || (name === "metadata" && ++metadata > 1)) throw malformed(`a segment of ${name} in another place`);
		place = name === "passes" ? at : at + 1;
		if (s.size > most[name] || (name === "digest" && s.size !== 8)) throw malformed(`a segment of ${name} of ${s.size} bytes`);
	}
	const has = (name) => h.segments.some((s) => s.kind === kinds[name]);
	if (framed && has("passes") && !has("frame")) throw malformed("passes without the frame");
	if (h.kept !== null) return framed;
	if (h.stored && !has("stored")) throw malformed("no segment of the image");
	if (framed && !has("frame")) throw malformed("no frame");
	if (ofJPEG && !has("syntax")) throw malformed("no syntax");
	return framed;
}

/** τ, the transform and the orientation of a modelled image. */
function readParams(h, model, planes) {
	const params = h.short ? [model.tau & 255, ...(h.params ?? [])] : [...h.params];
	if (params.length < 1 || params.length > 2) throw unsupported("unknown parameters of the model");
	if (params.length === 2 && params[1] === 0) throw malformed("a byte of parameters that is left out where it is 0");
	const second = params[1] ?? 0;
	const transform = (second & 3) + 4 * (second >> 4);
	if (transform >= transforms) throw unsupported(`the colour transform ${transform}`);
	if (transform > 0 && planes === 1) throw malformed("a colour transform of one plane");
	if (transform >= 3 && h.depth !== 8) throw malformed(`the colour transform ${transform} with ${h.depth} bits a sample`);
	return { tau: (params[0] << 24) >> 24, transform, flipX: (second & 4) !== 0, flipY: (second & 8) !== 0 };
}

/**
 * Decodes a file, or the first bytes of one.
 *
 * @param {Uint8Array} file
 * @param {{level?: number, models?: string[], depth?: number, whole?: object}} options level is the last level whose passes are decoded;
 *   models are weights files beside those of the zoo; of a picture in a JPEG file, depth is how many files it is in, and whole the next
 *   of them, as `jpeg` is here
 * @returns {{header: object, image: Image, exact: boolean, truncated: boolean, metadata: ?Uint8Array, jpeg: ?object}} jpeg is the
 *   JPEG file that a file holds, if all of it is there
 */
export function decode(file, { level = 0, models: files = [], depth = 0, whole = null } = {}) {
	const header = readHeader(file);
	const kind = readFormat(header);
	if (header.width * header.height > maxPixels) throw new FileError("limit", `an image of more than ${maxPixels} pixels`);
	const framed = checkSegments(header, kind.format, kind.planes);
	if (isJPEG(kind.format) && Math.max(header.width, header.height) > 65535) throw malformed("a JPEG file of more than 65535 columns or rows");
	const { segments, truncated } = readSegments(file, header);
	const of = (name) => segments.filter((s) => s.kind === kinds[name]);
	const cut = header.kept !== null;
	const palette = kind.format === formats.palette ? readPalette(of("palette")[0], cut) : null;
	const alpha = decodeAlpha(of("alpha")[0], header, kind);
	const body = isJPEG(kind.format) && header.stored
		? decodeWrapped(of("stored")[0], header, kind)
		: header.stored
			? decodeStored(of("stored")[0], header, kind)
			: framed
				? decodeFramed(of("frame")[0], of("passes"), header, kind, level)
				: decodeModelled(of("passes"), header, kind, { level, files });
	const image = assemble(header, kind, body, alpha?.samples ?? null, palette);
	const exact = body.exact && (!alpha || alpha.rows === header.height);
	const result = { header, image, exact, truncated, metadata: null, jpeg: body.jpeg ?? null };
	const metadata = of("metadata")[0];
	if (metadata?.whole) result.metadata = unpackSide(metadata.data, maxSide);
	const syntax = of("syntax")[0];
	if (syntax?.whole && exact) result.jpeg = originalOf(of("frame")[0].data, syntax.data, body.coefficients, { depth, whole, decode });
	const digest = of("digest")[0];
	if (exact && digest?.whole) {
		const own = !isJPEG(kind.format) ? digestOf(image) : result.jpeg ? createHash("sha256").update(result.jpeg.bytes).digest().subarray(0, 8) : null;
		if (own && !Buffer.from(digest.data).equals(own)) throw new FileError("another", "the image has another digest");
	}
	return result;
}

/** The most bytes of metadata and of a syntax, unpacked. */
const maxSide = 2 ** 26;

/** A JPEG file that is stored as it is: gray, until it is there in full. */
function decodeWrapped(segment, { width, height }, { planes: n, format }) {
	const count = format === formats.grayJPEG ? 1 : 3;
	if (!segment?.whole) return { planes: Array.from({ length: count }, () => new Uint8Array(width * height).fill(128)), exact: false };
	const file = wrapped(unpackSide(segment.data, 2 ** 28));
	const { frame } = file;
	if (frame.width !== width || frame.height !== height || (frame.colours === "gray") !== (count === 1)) throw malformed("another JPEG file than the header says");
	return { planes: pictureOf(frame, dequantized(frame, file.coefficients), 0), exact: true, jpeg: file };
}

/** Coefficients times their steps. */
const dequantized = (frame, coefficients) => coefficients.map((list, i) => Float64Array.from(list, (v, k) => v * frame.components[i].quant[k & 63]));

/** A JPEG file, or a decompressed picture, by its coefficients. */
function decodeFramed(segment, segments, header, kind, level) {
	const { width, height } = header;
	if (header.model !== jpeg().id) throw unsupported(`model ${header.model}`);
	if (header.params.length !== 1 || header.params[0]) throw unsupported("unknown parameters of the model");
	const holdsJPEG = isJPEG(kind.format);
	const count = holdsJPEG ? (kind.format === formats.grayJPEG ? 1 : 3) : kind.planes;
	if (!holdsJPEG && header.depth !== 8) throw unsupported(`a decompressed picture of ${header.depth} bits`);
	if (!segment?.whole) return { planes: Array.from({ length: count }, () => new Uint8Array(width * height).fill(128)), exact: false };
	const place = holdsJPEG ? { decoder: 0, x: 0, y: 0 } : { decoder: segment.data[0], x: segment.data[1], y: segment.data[2] };
	if (!holdsJPEG && segment.data.length < 3) throw malformed("the frame of a decompressed picture");
	if (![0, 1, 5, 9, 21, 25].includes(place.decoder)) throw unsupported("an unknown JPEG decoder");
	const wide = place.decoder > 16;
	if (wide && !(kind.format === formats.opaque && kind.wide && !kind.gray)) throw malformed("a picture of 16 bits that is not opaque");
	const frame = readFrame(holdsJPEG ? segment.data : segment.data.subarray(3));
	const { x: x0, y: y0 } = place;
	if (holdsJPEG) {
		if (frame.width !== width || frame.height !== height || (frame.colours === "gray") !== (count === 1)) throw malformed("the frame of another JPEG file");
	} else {
		const fits = (at, n, all) => at < 64 && all >= at + n && all <= at + n + 63;
		if (frame.colours !== (count === 1 ? "gray" : "ycc")) throw malformed("blocks of other colours than the picture has");
		if (!fits(x0, width, frame.width) || !fits(y0, height, frame.height)) throw malformed("a picture that is not in that of the blocks");
	}
	const process = new Coefficients(jpegWeights(), frame);
	const part = (planes) => planes.map((p) => Uint8Array.from({ length: width * height }, (_, i) => p[(y0 + Math.floor(i / width)) * frame.width + x0 + (i % width)]));
	const picture = () => {
		const coefficients = process.exact ? dequantized(frame, process.coefficients) : frame.components.map((_, i) => process.estimates(i));
		if (wide && process.exact) return part(samplesOfGo(frame, coefficients, place.decoder - 16));
		return part(pictureOf(frame, coefficients, process.exact ? 0 : 4, wide ? place.decoder - 16 : place.decoder));
	};
	if (holdsJPEG) {
		runPasses(process, segments, header.kept !== null, level);
		return { planes: picture(), exact: process.exact, coefficients: process.coefficients };
	}
	let corrected = null;
	let exact = false;
	const coded = process.passes.length;
	const both = {
		passes: [...process.passes, { level: 0 }],
		bandsOf: (p) => (p < coded ? process.bandsOf(p) : 1),
		run(p, streams) {
			if (p < coded) return process.run(p, streams);
			corrected = picture();
			exact = correct(streams[0], corrected, width, height, x0, y0, wide);
			return exact;
		},
	};
	runPasses(both, segments, header.kept !== null, level);
	const planes = corrected ?? picture();
	return wide && process.exact ? { planes: wideOfGo(planes), exact, of16: true } : { planes, exact };
}

const midGray = [128, 128, 128, 255];

function readPalette(segment, endsEarly) {
	if (!segment && !endsEarly) throw malformed("no palette");
	if (!segment?.whole) return Uint8Array.from(midGray); // until it is known
	const palette = unpackSide(segment.data, 1024);
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
	for (const segment of segments) {
		const count = segment.units || passes.length - p;
		if (p + count > passes.length || count === 0) throw malformed("more passes than the image has");
		if (going) going = runSegment(process, segment, p, p + count, level);
		p += count;
	}
	if (p < passes.length && !endsEarly) throw malformed("fewer passes than the image has");
}

/** Runs passes p to end - 1, of a segment. Returns whether there may be more. */
function runSegment(process, { data, size, verified }, p, end, level) {
	const { passes } = process;
	const bands = process.bandsOf(p);
	if (passes.slice(p, end).some((_, i) => (bands > 1 ? i > 0 : process.bandsOf(p + i) > 1))) throw malformed("a pass of several bands together with others");
	const streams = bands > 1 ? bandStreams(data, size, bands) : [openStream(data, size)];
	let taken = 0; // bytes, by the levels so far
	for (; p < end; p++) {
		const begins = p > 0 && passes[p - 1].level !== passes[p].level;
		if (passes[p].level < level || (begins && !verified && data.length <= taken)) return false;
		if (!process.run(p, streams)) return false;
		if (passes[p + 1]?.level !== passes[p].level) taken = Math.max(streams[0].consumed(), Math.min(taken + 1, size));
	}
	streams.forEach((s) => s.end());
	return true;
}

/** The streams of the bands of a payload of so many bytes, of which the first are there. */
function bandStreams(data, size, bands) {
	const whole = data.length === size;
	const r = new Bytes(data);
	const lengths = [];
	try {
		for (let b = 1; b < bands; b++) lengths.push(r.uvarint());
	} catch (e) {
		if (whole || e.kind !== "truncated") throw e.kind === "truncated" ? malformed("lengths of bands are missing") : e;
		return Array.from({ length: bands }, () => openStream(new Uint8Array(), 1));
	}
	lengths.push(size - r.at - lengths.reduce((sum, n) => sum + n, 0));
	if (lengths.at(-1) < 0) throw malformed("bands of more bytes than there are");
	return lengths.map((n) => openStream(r.take(Math.min(n, r.left)), n));
}

/**
 * @typedef {{width: number, height: number, depth: number, channels: number, kind: string, samples: Uint16Array,
 *   palette: ?Uint8Array}} Image depth is 8 or 16, channels is 1 or 4; kind is gray, rgb, rgba, premultiplied or palette
 */

/** Puts planes and alpha together. The planes of an image of 16 bits have 8, unless they are said to have all. */
function assemble({ width, height, depth }, { format, gray, wide }, { planes, of16 }, alpha, palette) {
	const wider = wide ? 257 : 1;
	const more = of16 ? 1 : wider;
	const kind = ["gray", "rgb", "rgba", "premultiplied", "palette", "gray", "rgb"][format];
	const image = { width, height, depth: depth === 16 || wide ? 16 : 8, channels: 1, kind, palette };
	if (format === formats.palette) {
		if (planes[0].some((v) => v >= palette.length / 4)) throw malformed("a pixel's index is outside the palette");
		const missing = planes[0].includes(-1) ? withGray(palette) : null;
		image.palette = missing?.palette ?? palette;
		image.samples = Uint16Array.from(planes[0], (v) => (v < 0 ? missing.gray : v));
		return image;
	}
	if (kind === "gray") {
		image.samples = Uint16Array.from(planes[0], (v) => v * wider);
		return image;
	}
	image.channels = 4;
	image.samples = new Uint16Array(4 * width * height);
	for (let i = 0; i < width * height; i++) {
		for (let c = 0; c < 3; c++) image.samples[4 * i + c] = planes[gray ? 0 : c][i] * more;
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
