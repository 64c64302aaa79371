#!/usr/bin/env node
// node docs/spec/decode.mjs FILE.ddpmz OUT.pam [--bytes N] [--level M] [--model FILE.ddpw]
//
// Decodes a file, or its first N bytes, down to level M, and writes the picture as PAM (or, to a name in .pgm or .ppm, without
// alpha; to one in .jpg, the JPEG file that is held). Exit status: 0 for the exact image, 3 for the picture of a prefix, 1 for a file that is refused, 2 for a wrong command.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { decode, samplesOf } from "./image.mjs";
import { FileError, unsupported } from "./numbers.mjs";

/** A picture as Netpbm has it; palettes become their colours, straight. */
function netpbm(image, format) {
	const { width, height, depth, palette } = image;
	const channels = palette ? 4 : image.channels;
	const samples = palette ? Uint16Array.from({ length: 4 * image.samples.length }, (_, i) => palette[4 * image.samples[i >> 2] + (i & 3)]) : image.samples;
	const max = 2 ** depth - 1;
	if (format === "pam") {
		const type = channels === 1 ? "GRAYSCALE" : "RGB_ALPHA";
		const header = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL ${max}\nTUPLTYPE ${type}\nENDHDR\n`;
		return Buffer.concat([Buffer.from(header), samplesOf({ samples, depth })]);
	}
	const opaque = channels === 1 ? samples : samples.filter((_, i) => i % 4 < 3);
	const header = `${channels === 1 ? "P5" : "P6"}\n${width} ${height}\n${max}\n`;
	return Buffer.concat([Buffer.from(header), samplesOf({ samples: opaque, depth })]);
}

const number = { type: "string" };
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { bytes: number, level: number, model: { type: "string", multiple: true } },
});
if (positionals.length !== 2) {
	console.error("usage: decode.mjs FILE.ddpmz OUT.pam [--bytes N] [--level M] [--model FILE.ddpw]");
	process.exit(2);
}
try {
	const [name, output] = positionals;
	const file = new Uint8Array(readFileSync(name)).subarray(0, values.bytes ?? Infinity);
	const { image, exact, jpeg } = decode(file, { level: Number(values.level ?? 0), models: values.model ?? [] });
	if (output.endsWith(".jpg")) {
		if (!jpeg) throw unsupported("there is no JPEG file, or not all of it");
		writeFileSync(output, jpeg.bytes);
		process.exit(0);
	}
	writeFileSync(output, netpbm(image, output.endsWith(".pam") ? "pam" : "pnm"));
	process.exit(exact ? 0 : 3);
} catch (e) {
	if (!(e instanceof FileError)) throw e;
	console.error(`${positionals[0]}: ${e.message}`);
	process.exit(1);
}
