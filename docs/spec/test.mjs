#!/usr/bin/env node
// node docs/spec/test.mjs [MANIFEST.json]
//
// Decodes files and compares what comes out with digests, one line a vector. Without a manifest, the vectors are the golden files of
// package codec. A manifest is a list of {file, bytes, level, digest, error}: a path from the manifest's folder; how many bytes of it
// there are, if not all; the last level that is decoded, if not 0; then either the SHA-256 of the samples, as of a digest segment but
// of colours in place of palette indices, or a kind of error.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readHeader } from "./container.mjs";
import { decode, samplesOf } from "./image.mjs";
import { FileError } from "./numbers.mjs";
import { lead, pyramid } from "./process.mjs";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/** Colours take the place of palette indices. */
function digest(image) {
	const { samples, palette } = image;
	if (!palette) return sha256(samplesOf(image));
	return sha256(Uint8Array.from({ length: 4 * samples.length }, (_, i) => palette[4 * samples[i >> 2] + (i & 3)]));
}

/** The description whose SHA-256 golden.json has: the type that Go has for such a picture, the size, the palette, the samples. */
function goldenDigest(image) {
	const type = image.palette ? "Paletted" : image.channels === 1 ? "Gray" : image.premultiplied || image.opaque ? "RGBA" : "NRGBA";
	const wide = image.depth === 16 ? (image.channels === 1 ? "16" : "64") : "";
	let text = `*image.${type}${wide} ${image.width}x${image.height}\n`;
	for (let i = 0; i < (image.palette?.length ?? 0); i += 4) text += `{${[...image.palette.subarray(i, i + 4)].join(" ")}} `;
	const samples = Buffer.from(samplesOf(image));
	const row = samples.length / image.height;
	for (let y = 0; y < image.height; y++) text += `\n${samples.subarray(y * row, (y + 1) * row).toString("hex")}`;
	return sha256(text);
}

/** The timesteps after levels 0, 1, ... by which golden.json names its pictures. */
const timesteps = [0, 1, 4, 9, 21, 45, 92, 177, 302, 440, 566, 674, 769, 854];

function goldenVectors() {
	const folder = join(dirname(fileURLToPath(import.meta.url)), "../../codec/testdata");
	const { Streams, Damaged } = JSON.parse(readFileSync(join(folder, "golden.json")));
	const vectors = [];
	for (const [name, pixels] of Object.entries(Streams)) {
		for (const [at, sum] of Object.entries(pixels)) {
			const timestep = Number(at.slice(2));
			const level = timesteps.findIndex((t) => t >= timestep);
			const file = new Uint8Array(readFileSync(join(folder, name)));
			const header = readHeader(file);
			if (header.stored && level > 0) continue; // stored files have no levels
			// Above the level of the first pass is what the header alone says.
			const { n } = pyramid(header.width, header.height);
			const nothing = level > 7 + lead(n - 1);
			vectors.push({ name: `${name} ${at}`, file: nothing ? file.subarray(0, header.size) : file, level, sum, digest: goldenDigest });
		}
	}
	for (const [name, text] of Object.entries(Damaged)) {
		vectors.push({ name, file: new Uint8Array(readFileSync(join(folder, name))), level: 0, error: kindOfError(text) });
	}
	return vectors;
}

/** The kind of error that a text of package codec says. */
function kindOfError(text) {
	if (/damaged/.test(text)) return "damaged";
	if (/unsupported/.test(text)) return "unsupported";
	if (/unexpected EOF/.test(text)) return "truncated";
	return /limit/.test(text) ? "limit" : "malformed";
}

function manifestVectors(name) {
	return JSON.parse(readFileSync(name)).map(({ file, bytes, level, digest: sum, error }) => ({
		name: [file, bytes >= 0 ? `${bytes} bytes` : "", level ? `level ${level}` : ""].filter(Boolean).join(", "),
		file: new Uint8Array(readFileSync(join(dirname(name), file))).subarray(0, bytes ?? Infinity),
		level: level ?? 0,
		sum,
		error,
		digest,
	}));
}

const vectors = process.argv[2] ? manifestVectors(process.argv[2]) : goldenVectors();
let failed = 0;
let skipped = 0;
for (const v of vectors) {
	let result;
	try {
		const { image } = decode(v.file, { level: v.level });
		const sum = v.error ? "" : v.digest(image);
		result = v.error ? `decodes, though it is ${v.error}` : sum === v.sum ? "ok" : "another picture";
	} catch (e) {
		if (!(e instanceof FileError)) throw e;
		result = e.kind === v.error ? `ok: ${e.message}` : e.message;
	}
	if (/not decoded by this decoder yet/.test(result)) skipped++;
	else if (!result.startsWith("ok")) failed++;
	console.log(`${v.name}: ${result}`);
}
console.log(`${vectors.length - failed - skipped} of ${vectors.length} are right, ${skipped} not decoded yet`);
process.exit(failed ? 1 : 0);
