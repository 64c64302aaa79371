// Decodes ddpmz files in a worker, which is made when it is first needed and shared by all.

/** An error of decoding. kind: "network", "format", "unsupported", "limit", "cut", "damaged" or "crashed". */
export class DecodeError extends Error {
	constructor(kind, message) {
		super(message);
		this.name = "DecodeError";
		this.kind = kind;
	}
}

const PATIENCE = 2000; // milliseconds that a picture that is not wanted any more may keep the worker busy

let shared = null;
let number = 0;

class Client {
	constructor() {
		this.jobs = new Map();
		this.closing = new Set();
		this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "ddpmz" });
		this.worker.onmessage = ({ data }) => this.receive(data);
		this.worker.onerror = (event) => this.crash(event.message || "the worker did not start");
	}

	receive(m) {
		if (m.type === "crashed") return this.crash(m.message);
		if (m.type === "closed") return this.closing.delete(m.id);
		this.jobs.get(m.id)?.(m);
	}

	/** crash ends all jobs; the next one is done by a new worker. */
	crash(message) {
		if (shared === this) shared = null;
		this.worker.terminate();
		for (const receive of this.jobs.values()) receive({ type: "failed", kind: "crashed", message });
		this.jobs.clear();
	}

	close(id) {
		this.jobs.delete(id);
		this.closing.add(id);
		this.worker.postMessage({ type: "close", id });
		setTimeout(() => {
			// The worker looks at messages between the passes of a picture. Of a large one, they take long.
			if (this.closing.has(id) && this.jobs.size === 0 && shared === this) this.crash("not needed");
		}, PATIENCE);
	}
}

/**
 * open begins to decode, and returns what there is to say to the worker about it. element.js uses it; others want decode.
 *
 * @param {object} options url, init, whole, again, reduce, timestep, every, turns, converts, limit, as
 * @param {(message: object) => void} receive is called with what the worker says
 */
export function open(options, receive) {
	const client = (shared ??= new Client());
	const id = ++number;
	client.jobs.set(id, receive);
	client.worker.postMessage({ type: "open", id, ...options });
	const say = (message, transfer = []) => client.jobs.has(id) && client.worker.postMessage({ id, ...message }, transfer);
	return {
		id,
		push: (bytes) => say({ type: "push", bytes }),
		end: () => say({ type: "end" }),
		fit: (reduce) => say({ type: "fit", reduce }),
		memory: () => say({ type: "memory" }),
		close: () => client.jobs.has(id) && client.close(id),
		forget: () => client.jobs.delete(id), // the worker has closed it, for the sake of again
	};
}

/** send sends the bytes of a source. */
async function send(source, job) {
	let stream = source;
	if (source instanceof Response) {
		if (!source.ok) throw new DecodeError("network", `status ${source.status}`);
		stream = source.body;
	} else if (source instanceof Blob) {
		stream = source.stream();
	} else if (source instanceof ArrayBuffer) {
		return job.push(new Uint8Array(source)), job.end();
	} else if (ArrayBuffer.isView(source)) {
		return job.push(new Uint8Array(source.buffer, source.byteOffset, source.byteLength)), job.end();
	}
	const reader = stream.getReader();
	job.stop = () => reader.cancel().catch(() => {});
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return job.end();
		job.push(value);
	}
}

/**
 * decode returns a promise of the picture of a ddpmz file: see ddpmz.d.ts.
 */
export function decode(source, { reduce = 0, bytes = -1, timestep = 0, as = "data", imageOrientation = "from-image", colorSpaceConversion = "none", onHeader, onRefinement, signal } = {}) {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) return reject(signal.reason);
		const remote = typeof source === "string" || source instanceof URL;
		let picture = null;
		const finish = (settle, value) => {
			signal?.removeEventListener("abort", abort);
			job.stop?.();
			job.close();
			settle(value);
		};
		const abort = () => finish(reject, signal.reason);
		const receive = (m) => {
			switch (m.type) {
				case "header":
					onHeader?.({ width: m.width, height: m.height });
					break;
				case "picture":
					if (onRefinement) onRefinement(m.image, { ...m.at, received: m.received });
					picture = m.image;
					break;
				case "done":
					if (picture) finish(resolve, picture);
					else finish(reject, new DecodeError("cut", "too little of the file for a picture"));
					break;
				case "failed":
					finish(reject, new DecodeError(m.kind, m.message));
			}
		};
		const options = {
			reduce, timestep, every: !!onRefinement, turns: imageOrientation === "from-image", converts: colorSpaceConversion === "default",
			limit: bytes, as, init: {}, whole: reduce === 0 && timestep === 0,
		};
		if (remote) options.url = new URL(source, document.baseURI).href;
		const job = open(options, receive);
		signal?.addEventListener("abort", abort);
		if (!remote) send(source, job).catch((error) => finish(reject, error instanceof DecodeError ? error : new DecodeError("network", String(error?.message ?? error))));
	});
}
