// codec/FORMAT.md, "Side data": how metadata, palettes and syntaxes are packed.
import { readFileSync } from "node:fs";
import { malformed, unsupported } from "./numbers.mjs";
import { decodeFrame } from "./zstd.mjs";

const dictionary = readFileSync(new URL("../../codec/jpeg/dictionary.bin", import.meta.url));

/** Unpacks side data to at most so many bytes. */
export function unpackSide(data, most) {
	if (!data.length) throw malformed("side data of no bytes");
	const packed = data.subarray(1);
	switch (data[0]) {
		case 0:
			if (packed.length > most) throw malformed(`more than ${most} bytes of side data`);
			return packed;
		case 1:
			return decodeFrame(packed, most);
		case 3:
			return decodeFrame(packed, most, dictionary);
	}
	throw unsupported("side data packed in an unknown way");
}
