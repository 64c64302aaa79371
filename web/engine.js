// The decoder in WebAssembly, for a worker or for node: see decoder/main.go for what passes between it and its host.
import { kernels } from "./kernels.js";

/**
 * start runs the decoder. globalThis.Go must be there, which wasm_exec.js of Go makes.
 *
 * @param {object} parts
 * @param {WebAssembly.Module} parts.decoder
 * @param {WebAssembly.Module | null} parts.simd the kernels, or null where there is no SIMD
 * @param {(name: string) => Promise<Uint8Array>} parts.weights fetches the file of a model
 * @param {object} parts.events is called with what the decoder says: header, want, picture, done, failed
 * @returns a promise of the decoder's functions, and one of its end, which only a lack of memory brings about
 */
export async function start({ decoder, simd, weights, events }) {
	// setTimeout would wait for 4 ms.
	const { port1, port2 } = new MessageChannel();
	const soon = [];
	port1.onmessage = () => soon.shift()();

	let ready;
	const started = new Promise((resolve) => (ready = resolve));
	globalThis.ddpmzHost = {
		...events,
		weights,
		ready,
		soon(f) {
			soon.push(f);
			port2.postMessage(null);
		},
	};
	const go = new globalThis.Go();
	const { imports, join } = kernels(simd);
	const instance = await WebAssembly.instantiate(decoder, { ...go.importObject, ddpmz: imports });
	join(instance);
	const ended = go.run(instance).then(() => port1.close());
	await started;
	return { functions: globalThis.ddpmz, ended, memory: instance.exports.mem };
}
