// What the tests call, as functions of window.
import { decode, DecodeError, open } from "/ddpmz/ddpmz.js";
import "/ddpmz/element.js";

const main = document.querySelector("main");

// The longest task of the main thread so far, in milliseconds.
let longest = 0;
new PerformanceObserver((list) => {
	for (const e of list.getEntries()) longest = Math.max(longest, e.duration);
}).observe({ type: "longtask", buffered: true });

const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
const digest = async (image) => hex(await crypto.subtle.digest("SHA-256", image.data));

const sources = {
	url: (name) => name,
	response: (name) => fetch(name),
	stream: async (name) => (await fetch(name)).body,
	bytes: async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer()),
	blob: async (name) => (await fetch(name)).blob(),
};

const once = (target, ...names) =>
	new Promise((resolve) => {
		for (const n of names) target.addEventListener(n, (event) => resolve(event), { once: true });
	});

const api = {
	longest: () => longest,
	reset() {
		main.replaceChildren();
		main.className = "";
		longest = 0;
	},

	/** Decodes, and says what came of it. */
	async decode(kind, name, options = {}) {
		const began = performance.now();
		const steps = [];
		const times = [];
		let header = null;
		if (options.refinements) options.onRefinement = (image, at) => {
			steps.push(at.steps);
			times.push(performance.now() - began);
		};
		options.onHeader = (h) => (header = { ...h, at: performance.now() - began });
		try {
			const image = await decode(await sources[kind](name), options);
			const time = performance.now() - began;
			return { width: image.width, height: image.height, space: image.colorSpace, digest: await digest(image), steps, times, header, time };
		} catch (error) {
			return { error: error instanceof DecodeError ? error.kind : String(error), steps, header };
		}
	},

	/** Decodes files, and returns the digests of their pictures and of the red samples of these. */
	async conform(list) {
		const results = [];
		for (const { name, options } of list) {
			try {
				const image = await decode(await sources.bytes(name), options);
				const red = image.data.filter((_, i) => i % 4 === 0);
				results.push({ digest: await digest(image), gray: await digest({ data: red }) });
			} catch (error) {
				results.push({ error: error instanceof DecodeError ? error.kind : String(error) });
			}
		}
		return results;
	},

	/** Begins to decode, and stops after a while. */
	async abort(name, delay) {
		const controller = new AbortController();
		const decoding = decode(name, { signal: controller.signal }).then(() => "done", (error) => error.name);
		setTimeout(() => controller.abort(), delay);
		return decoding;
	},

	memory: () =>
		new Promise((resolve) => {
			const job = open({ url: new URL("/nothing", location.href).href, init: {}, whole: true, reduce: 0, timestep: 0, every: false, turns: false, converts: false, limit: -1, as: "data" }, (m) => {
				if (m.type === "memory") resolve(m.bytes), job.close();
			});
			job.memory();
		}),

	/** Shows pictures, and waits until they are there. Attributes are those of all. */
	async show(names, attributes = {}, className = "") {
		main.className = className;
		const shown = names.map((src) => {
			const e = document.createElement("ddpmz-img");
			for (const [k, v] of Object.entries({ src, ...attributes })) e.setAttribute(k, v);
			const over = once(e, "load", "error");
			let refined = 0;
			e.addEventListener("refine", () => refined++);
			main.append(e);
			return over.then((event) => api.state(e, event, refined));
		});
		return Promise.all(shown);
	},

	state(e, event, refined) {
		return {
			event: event?.type, error: event?.error?.kind, refined, natural: [e.naturalWidth, e.naturalHeight], shown: [e.width, e.height], complete: e.complete,
			exact: e.refinement?.exact ?? false, steps: e.refinement?.steps ?? 0, received: e.received, reduce: e.reduce,
		};
	},

	/** Draws a picture as the element shows it, as decode gives it, and as the browser has it of a PNG file, on canvases of a colour space. */
	async colours(name, png, colorSpace) {
		const samples = (image, { width, height } = image) => {
			const context = new OffscreenCanvas(width, height).getContext("2d", { colorSpace });
			context.imageSmoothingEnabled = false;
			context.drawImage(image, 0, 0, width, height);
			return [...context.getImageData(0, 0, width, height).data];
		};
		await api.show([name]);
		const shown = main.querySelector("ddpmz-img");
		const element = samples(shown.shadowRoot.querySelector("canvas"), { width: shown.naturalWidth, height: shown.naturalHeight });
		const data = await decode(name, { colorSpaceConversion: "default" });
		const decoded = samples(await createImageBitmap(data));
		const bitmap = samples(await decode(name, { colorSpaceConversion: "default", as: "bitmap" }));
		const plain = [...(await decode(name)).data];
		const reference = samples(await createImageBitmap(await (await fetch(png)).blob()));
		return { space: data.colorSpace, element, decoded, bitmap, plain, reference };
	},

	states: () => [...main.querySelectorAll("ddpmz-img")].map((e) => api.state(e)),

	/** Gives the only picture a width, and waits for what is loaded for that. */
	async widen(width) {
		const e = main.querySelector("ddpmz-img");
		e.style.width = `${width}px`;
		for (let i = 0; i < 400 && !(e.complete && e.refinement.exact); i++) await new Promise((r) => setTimeout(r, 50));
		return api.state(e);
	},

	async scroll(y) {
		scrollTo(0, y);
		const e = main.querySelector("ddpmz-img:last-of-type");
		if (!e.complete) await once(e, "load", "error");
		return api.state(e);
	},

	addLazy(src) {
		const e = document.createElement("ddpmz-img");
		e.loading = "lazy";
		e.src = src;
		main.append(e);
	},

	tall() {
		const space = document.createElement("div");
		space.className = "tall";
		main.append(space);
	},
};
Object.assign(window, { api });
