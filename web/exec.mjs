// node exec.mjs WASM_EXEC_JS PROGRAM [ARGUMENTS]: see exec.
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { kernels } from "./kernels.js";

const [wasmExec, program, ...args] = process.argv.slice(2);
Object.assign(globalThis, { fs, path, require: createRequire(import.meta.url) });
globalThis.require(wasmExec);

const simd = new URL("../model/internal/kernel/simd.wasm", import.meta.url);
const { imports, join } = kernels(process.env.DDPMZ_SIMD === "0" ? null : await WebAssembly.compile(fs.readFileSync(simd)));
const go = new globalThis.Go();
go.argv = [program, ...args];
go.env = { TMPDIR: os.tmpdir(), ...process.env };
go.exit = process.exit;
const { instance } = await WebAssembly.instantiate(fs.readFileSync(program), { ...go.importObject, ddpmz: imports });
join(instance);
process.on("exit", (code) => {
	if (code === 0 && !go.exited) { // nothing is left to wait for: Go reports who waits all the same
		go._pendingEvent = { id: 0 };
		go._resume();
	}
});
await go.run(instance);
