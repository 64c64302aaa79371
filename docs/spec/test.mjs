#!/usr/bin/env node
// node docs/spec/test.mjs [--part K/N] [MANIFEST.json]
//
// Runs a conformance suite (testdata/conformance/README.md), or every N-th of its files from the K-th on: one line for each picture, file or
// refusal that is not as the manifest says, and last how many were.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decode, samplesOf } from "./image.mjs";
import { FileError } from "./numbers.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { part: { type: "string", default: "0/1" } } });
const [first, every] = values.part.split("/").map(Number);
const manifest = positionals[0] ?? join(dirname(fileURLToPath(import.meta.url)), "../../testdata/conformance/manifest.json");
const folder = dirname(manifest);
const suite = JSON.parse(readFileSync(manifest));
const models = (suite.models ?? []).map((m) => join(folder, m.file));

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");
const digestOf = (image) => sha256(samplesOf(image), image.palette ?? new Uint8Array());
const read = (name) => new Uint8Array(readFileSync(join(folder, name)));
const part = (list = []) => list.filter((_, i) => i % every === first);

let checks = 0;
let failed = 0;
function check(name, what, is, want) {
	checks++;
	if (is === want) return;
	failed++;
	console.log(`${name}, ${what}: ${is}, want ${want}`);
}

/** What a file decodes to, or why it does not. */
function attempt(name, file, options) {
	try {
		return decode(file, { models, ...options });
	} catch (e) {
		if (!(e instanceof FileError)) throw new Error(name, { cause: e });
		return { error: e };
	}
}

function checkDigest(name, what, file, options, want) {
	const { image, error } = attempt(name, file, options);
	check(name, what, error ? error.message : digestOf(image), want);
}

for (const v of part(suite.decoded)) {
	const file = read(v.file);
	const { image, error, ...result } = attempt(v.file, file);
	check(v.file, "picture", error ? error.message : digestOf(image), v.digest);
	if (error) continue;
	for (const [what, is] of Object.entries({ width: image.width, height: image.height, depth: image.depth, kind: image.kind, exact: result.exact })) {
		if (what in v) check(v.file, what, is, v[what]);
	}
	const { metadata, jpeg } = result;
	if ("kind" in v) {
		check(v.file, "metadata", metadata ? `${metadata.length} ${sha256(metadata)}` : "none", v.metadata ? `${v.metadata.bytes} ${v.metadata.digest}` : "none");
		check(v.file, "original", jpeg ? `${jpeg.bytes.length} ${sha256(jpeg.bytes)}` : "none", v.original ? `${v.original.bytes} ${v.original.digest}` : "none");
	}
	for (const p of v.prefixes ?? []) checkDigest(v.file, `${p.bytes} bytes`, file.subarray(0, p.bytes), {}, p.digest);
	for (const l of v.levels ?? []) checkDigest(v.file, `level ${l.level}`, file, { level: l.level }, l.digest);
}
for (const v of part(suite.refused)) {
	const { error } = attempt(v.file, read(v.file));
	check(v.file, v.about, error?.kind ?? "decodes", v.reason);
}
console.log(`${checks - failed} of ${checks} are as they should be`);
process.exit(failed ? 1 : 0);
