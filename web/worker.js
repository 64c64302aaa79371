// The worker that decodes all pictures of a page. ddpmz.js talks to it.
import "./wasm_exec.js";
import { start } from "./engine.js";
import { RemoteFile, SentFile } from "./file.js";

const MOST = 6; // pictures that are decoded side by side; others wait, so that memory is bounded

const WIDE = (() => { // whether pictures may be in Display P3
	try {
		return new ImageData(1, 1, { colorSpace: "display-p3" }).colorSpace === "display-p3";
	} catch {
		return false;
	}
})();

const asset = (name) => new URL(name, import.meta.url);

async function compile(name) {
	const response = await fetch(asset(name));
	if (!response.ok) throw new Error(`${name}: status ${response.status}`);
	if (response.headers.get("Content-Type") === "application/wasm") return WebAssembly.compileStreaming(response);
	return WebAssembly.compile(await response.arrayBuffer());
}

const fetched = new Map(); // promises of models' files

function weights(name) {
	let file = fetched.get(name);
	if (!file) {
		file = fetch(asset(name)).then(async (r) => {
			if (!r.ok) throw new Error(`${name}: status ${r.status}`);
			return new Uint8Array(await r.arrayBuffer());
		});
		fetched.set(name, file);
		const forget = () => fetched.delete(name);
		// The decoder keeps it; a failure is tried again.
		file.then(() => setTimeout(forget, 10000), forget);
	}
	return file;
}

const jobs = new Map(); // by number
const queue = [];
let active = 0;
let decoder; // its functions

const events = {
	header(id, width, height) {
		send(id, { type: "header", width, height });
	},
	want(id, ranges) {
		jobs.get(id)?.file.want(ranges);
	},
	seeks: (id) => jobs.get(id)?.file.seeks ?? false,
	picture(id, width, height, pixels, colorSpace, at) {
		const job = jobs.get(id);
		if (!job) return;
		const image = new ImageData(pixels, width, height, { colorSpace });
		if (job.as !== "bitmap") {
			job.sent = job.sent.then(() => send(id, { type: "picture", image, at, received: job.file.received }, [image.data.buffer]));
			return;
		}
		const made = createImageBitmap(image);
		job.sent = job.sent.then(async () => {
			const bitmap = await made;
			if (jobs.has(id)) send(id, { type: "picture", image: bitmap, at, received: job.file.received }, [bitmap]);
			else bitmap.close();
		});
	},
	done(id, at) {
		const network = jobs.get(id)?.network;
		finish(id, network ? { type: "failed", kind: "network", message: network } : { type: "done", at });
	},
	failed(id, kind, message) {
		const network = jobs.get(id)?.network;
		finish(id, network ? { type: "failed", kind: "network", message: network } : { type: "failed", kind, message });
	},
};

function send(id, message, transfer = []) {
	if (jobs.has(id)) postMessage({ id, ...message }, transfer);
}

function finish(id, message) {
	const job = jobs.get(id);
	if (!job || job.over) return;
	job.over = true;
	job.file.stop();
	job.sent = job.sent.then(
		() => send(id, { ...message, received: job.file.received }),
		(error) => send(id, { type: "failed", kind: "damaged", message: String(error) }),
	);
	release(job);
}

function release(job) {
	if (!job.active) return;
	job.active = false;
	active--;
	next();
}

function next() {
	while (decoder && active < MOST && queue.length > 0) {
		const job = queue.shift();
		if (job.over) continue;
		job.active = true;
		active++;
		decoder.open(job.id, job.reduce, job.timestep, job.every, job.turns, job.converts, WIDE);
		job.file.read({
			size: (n) => decoder.size(job.id, job.limit >= 0 ? Math.min(n, job.limit) : n),
			part(from, bytes) {
				if (job.limit >= 0) bytes = bytes.subarray(0, Math.max(0, job.limit - from));
				if (bytes.length > 0) decoder.push(job.id, from, bytes);
				if (job.limit >= 0 && from + bytes.length >= job.limit) decoder.end(job.id);
			},
			end: () => decoder.end(job.id),
			failed(message) {
				job.network = message;
				decoder.end(job.id); // what has come is shown
			},
		});
	}
}

const commands = {
	open(id, m) {
		let file = m.url ? new RemoteFile(m.url, m.init, m.whole) : new SentFile();
		const before = jobs.get(m.again);
		if (before) { // of the same file: what of it has come is used again
			[file, before.file] = [before.file, file];
			file.stop();
			commands.close(m.again);
		}
		const job = { id, file, as: m.as, reduce: m.reduce, timestep: m.timestep, every: m.every, turns: m.turns, converts: m.converts, limit: m.limit, sent: Promise.resolve(), over: false, active: false };
		jobs.set(id, job);
		queue.push(job);
		next();
	},
	push: (id, m) => jobs.get(id)?.file.push(m.bytes),
	end: (id) => jobs.get(id)?.file.end(),
	fit: (id, m) => decoder.fit(id, m.reduce),
	close(id) {
		const job = jobs.get(id);
		if (!job) return;
		jobs.delete(id);
		if (!job.over) {
			job.over = true;
			job.file.stop();
			if (job.active) decoder.cancel(id);
			release(job);
		}
		postMessage({ id, type: "closed" });
	},
};

onmessage = ({ data }) => {
	commands[data.type](data.id, data);
};

// What most files need is fetched beside the decoder.
weights("photo.ddpk").catch(() => {});
try {
	const [module, simd] = await Promise.all([compile("decoder.wasm"), compile("simd.wasm").catch(() => null)]);
	const engine = await start({ decoder: module, simd, weights, events });
	decoder = engine.functions;
	postMessage({ type: "ready", memory: 0 });
	next();
	engine.ended.then(() => postMessage({ type: "crashed", message: "the decoder has run out of memory" }));
	commands.memory = (id) => postMessage({ id, type: "memory", bytes: engine.memory.buffer.byteLength });
} catch (error) {
	postMessage({ type: "crashed", message: String(error?.message ?? error) });
}
