// <ddpmz-img src alt width height loading crossorigin>: a picture in a ddpmz file, which behaves as <img> does, and shows every level of
// the file as it arrives. It stops loading when the size at which it is shown needs no more.
import { DecodeError, open } from "./ddpmz.js";

const MAX_REDUCE = 6; // codec.MaxReduce
const MARGIN = "800px"; // how near the window a lazy picture is when it is loaded

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
	:host { display: inline-block; position: relative; overflow: clip; vertical-align: bottom; min-width: 0; min-height: 0; }
	:host([hidden]) { display: none; }
	canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: inherit; object-position: inherit; }
	[hidden] { display: none; }
`);

const near = new IntersectionObserver(
	(entries) => {
		for (const e of entries) if (e.isIntersecting) e.target[approach]();
	},
	{ rootMargin: MARGIN },
);
const resized = new ResizeObserver((entries) => {
	for (const e of entries) e.target[grow]();
});
const approach = Symbol("approach");
const grow = Symbol("grow");

export class DdpmzImg extends HTMLElement {
	static observedAttributes = ["src", "alt", "width", "height", "loading"];

	#internals = this.attachInternals();
	#canvas = document.createElement("canvas");
	#text = document.createElement("span");
	#layout = new CSSStyleSheet(); // the size of the image, since a canvas has that of what is drawn on it
	#context = this.#canvas.getContext("bitmaprenderer");
	#job = null;
	#url = "";
	#header = null; // {width, height} of the image
	#halvings = -1; // of the area of what is loaded, and half as many of each side; -1 while that is not known
	#complete = false;
	#loaded = false; // the load event is out
	#at = null; // of what is shown
	#received = 0;
	#scheduled = false;

	constructor() {
		super();
		const root = this.attachShadow({ mode: "open" });
		root.adoptedStyleSheets = [sheet, this.#layout];
		const size = document.createElement("div");
		this.#canvas.setAttribute("part", "canvas");
		this.#canvas.setAttribute("aria-hidden", "true");
		this.#text.hidden = true;
		root.append(size, this.#canvas, this.#text);
		this.#internals.role = "img";
	}

	get src() { return this.hasAttribute("src") ? new URL(this.getAttribute("src"), document.baseURI).href : ""; }
	set src(v) { this.setAttribute("src", v); }
	get currentSrc() { return this.#url; }
	get alt() { return this.getAttribute("alt") ?? ""; }
	set alt(v) { this.setAttribute("alt", v); }
	get loading() { return this.getAttribute("loading") === "lazy" ? "lazy" : "eager"; }
	set loading(v) { this.setAttribute("loading", v); }
	get width() { return this.offsetWidth; }
	set width(v) { this.setAttribute("width", v); }
	get height() { return this.offsetHeight; }
	set height(v) { this.setAttribute("height", v); }
	get naturalWidth() { return this.#header?.width ?? 0; }
	get naturalHeight() { return this.#header?.height ?? 0; }
	/** Nothing is to be loaded any more. */
	get complete() { return this.#complete || !this.hasAttribute("src"); }
	/** How good the picture is that is shown: a Refinement of ddpmz.d.ts, or null before the first. */
	get refinement() { return this.#at; }
	/** Bytes of the file that have been loaded. */
	get received() { return this.#received; }
	/** The picture has 1/2^reduce of each side of the image. */
	get reduce() { return Math.max(0, this.#halvings) >> 1; }

	/** Resolves when the picture is complete. */
	decode() {
		return new Promise((resolve, reject) => {
			const settle = () => {
				this.removeEventListener("load", settle);
				this.removeEventListener("error", settle);
				if (this.#loaded) resolve();
				else reject(new DOMException("The picture cannot be decoded.", "EncodingError"));
			};
			if (this.complete) return settle();
			this.addEventListener("load", settle);
			this.addEventListener("error", settle);
		});
	}

	connectedCallback() {
		resized.observe(this);
		this.#schedule();
	}

	disconnectedCallback() {
		resized.unobserve(this);
		near.unobserve(this);
		if (!this.#complete) this.#drop(); // <img> goes on, for whoever keeps it
		else this.#close();
	}

	attributeChangedCallback(name, before, value) {
		switch (name) {
			case "src":
				this.#drop();
				this.#schedule();
				break;
			case "alt":
				this.#internals.ariaLabel = value;
				this.#text.textContent = value ?? "";
				break;
			case "loading":
				this.#schedule();
				break;
			default:
				this.#measure();
		}
	}

	/** Attributes are set one after the other: what they say together counts. */
	#schedule() {
		if (this.#scheduled) return;
		this.#scheduled = true;
		queueMicrotask(() => {
			this.#scheduled = false;
			if (!this.hasAttribute("src") || this.#job || this.#complete) return;
			if (this.loading !== "lazy") this.#load();
			else if (this.isConnected) near.observe(this);
		});
	}

	[approach]() {
		near.unobserve(this);
		if (this.hasAttribute("src") && !this.#job && !this.#complete) this.#load();
	}

	/** Loads more, if the picture is shown larger than what is loaded allows. */
	[grow]() {
		if (this.#halvings > 0 && this.#job) {
			const halvings = this.#needed();
			if (halvings < this.#halvings) {
				this.#halvings = halvings;
				this.#open(this.#job.id);
			}
		}
	}

	#load() {
		this.#url = this.src;
		this.#open();
	}

	#open(again) {
		this.#complete = false;
		const init = { credentials: this.getAttribute("crossorigin") === "use-credentials" ? "include" : "same-origin" };
		const before = this.#job;
		const options = {
			url: this.#url, init, again, reduce: this.#halvings, timestep: -1, every: false, turns: true, converts: true,
			limit: -1, as: "bitmap", whole: false,
		};
		const job = open(options, (m) => {
			if (this.#job === job) this.#receive(m);
			else m.image?.close();
		});
		this.#job = job;
		before?.forget();
	}

	#receive(m) {
		if (m.received !== undefined) this.#received = m.received;
		switch (m.type) {
			case "header":
				this.#header = { width: m.width, height: m.height };
				this.#measure();
				if (this.#halvings < 0) {
					this.#halvings = this.#needed();
					this.#job.fit(this.#halvings);
				}
				break;
			case "picture":
				if (this.#at && m.at.timestep > this.#at.timestep) { // of a larger picture, the first levels are worse than what is shown
					m.image.close();
					break;
				}
				this.#context.transferFromImageBitmap(m.image);
				this.#at = m.at;
				this.dispatchEvent(new CustomEvent("refine", { detail: m.at }));
				break;
			case "done":
				this.#end(this.#at ? null : new DecodeError("cut", "too little of the file for a picture"));
				break;
			case "failed":
				this.#end(new DecodeError(m.kind, m.message));
		}
	}

	#end(error) {
		this.#complete = true;
		if (error && !this.#at) {
			this.#text.hidden = false;
			this.#canvas.hidden = true;
		}
		if (this.#loaded) return; // it is the same picture, only larger
		if (error) {
			this.dispatchEvent(new ErrorEvent("error", { message: error.message, error }));
		} else {
			this.#loaded = true;
			this.dispatchEvent(new Event("load"));
		}
		this[grow]();
	}

	/** How often the area of the picture may be halved until it has a pixel for every one of the screen. */
	#needed() {
		const box = this.isConnected ? this.getBoundingClientRect() : { width: 0, height: 0 };
		if (box.width === 0 || box.height === 0) return 0; // it is not shown, but somebody wants it
		const { width, height } = this.#header;
		const ratio = Math.min(width / box.width, height / box.height) / devicePixelRatio;
		return Math.max(0, Math.min(Math.floor(2 * Math.log2(ratio) + 0.01), 2 * MAX_REDUCE + 1));
	}

	/** Gives the element its size, as far as the page does not say. */
	#measure() {
		const attribute = (name) => (/^\s*\d/.test(this.getAttribute(name) ?? "") ? parseInt(this.getAttribute(name), 10) : null);
		const [w, h] = [attribute("width"), attribute("height")];
		const ratio = this.#header ? `${this.#header.width} / ${this.#header.height}` : w && h ? `${w} / ${h}` : "auto";
		const side = (name, v) => (v === null ? "" : `${name}: ${v}px;`);
		this.#layout.replaceSync(`:host { ${side("width", w)} ${side("height", h)} aspect-ratio: ${ratio}; } div { width: ${this.#header?.width ?? 0}px; }`);
	}

	#close() {
		this.#job?.close();
		this.#job = null;
	}

	/** Forgets the picture. */
	#drop() {
		this.#close();
		Object.assign(this.#text, { hidden: true });
		this.#canvas.hidden = false;
		this.#context.transferFromImageBitmap(null);
		this.#header = this.#at = null;
		this.#halvings = -1;
		this.#received = 0;
		this.#complete = this.#loaded = false;
		this.#url = "";
		this.#measure();
	}
}

customElements.define("ddpmz-img", DdpmzImg);
