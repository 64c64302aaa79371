// A file that is fetched in the parts that decoding needs.

const FIRST = 16 << 10; // bytes of the first request: the header, and the first levels
const MORE = 64 << 10; // bytes of a request while it is not known what is needed
const GAP = 4 << 10; // bytes that are fetched although nothing needs them, rather than by one more request

export class RemoteFile {
	/**
	 * @param {string} url
	 * @param {RequestInit} init
	 * @param {boolean} whole all of the file will be needed
	 */
	constructor(url, init, whole) {
		Object.assign(this, { url, init, whole });
		this.parts = []; // what has come: {from, bytes}
		this.size = -1; // of the file, once it is known
		this.ranges = true; // the server knows ranges, as far as we know
		this.listener = null;
		this.wanted = []; // [from, to, from, to, ...]
		this.waiting = false; // the listener needs more
		this.running = false;
		this.ended = false; // nothing more will come
		this.received = 0;
	}

	/** Any part can be had before others, as far as we know. */
	get seeks() { return this.ranges && !this.whole; }

	/** read sends all parts to a listener, {size, part, end, failed}, until stop. There is one listener at a time. */
	read(listener) {
		this.stop();
		this.listener = listener;
		if (this.size >= 0) listener.size(this.size);
		for (const p of this.parts) listener.part(p.from, p.bytes);
		if (this.parts.length === 0) this.want([]);
		else if (this.ended) listener.end();
	}

	/** want says which ranges are needed; none: that is not known yet, but there is a need for more than has come. */
	want(ranges) {
		this.wanted = ranges;
		this.waiting = true;
		if (this.listener && !this.running) this.run(); // without one, the first parts are yet to be sent
	}

	/** stop ends the requests, and the listener hears no more. */
	stop() {
		this.listener = null;
		this.controller?.abort();
	}

	/** next returns the range to be fetched next, or null if all that is wanted is there. */
	next() {
		if (this.parts.length === 0) return this.whole ? [0, Infinity] : [0, FIRST];
		const have = this.parts.map((p) => [p.from, p.from + p.bytes.length]).sort((a, b) => a[0] - b[0]);
		const end = this.size < 0 ? Infinity : this.size;
		const wanted = this.wanted.length > 0 ? this.wanted : [0, have[0][1] + MORE];
		let next = null;
		for (let i = 0; i < wanted.length; i += 2) {
			let from = wanted[i];
			const to = Math.min(wanted[i + 1], end);
			while (from < to) {
				const cover = have.find((h) => h[0] <= from && from < h[1]);
				if (cover) {
					from = cover[1];
					continue;
				}
				const stop = Math.min(to, ...have.map((h) => h[0]).filter((h) => h > from));
				if (!next) next = [from, stop];
				else if (from - next[1] < GAP && !have.some((h) => h[0] >= next[1] && h[0] < from)) next[1] = stop;
				else return next;
				from = stop;
			}
		}
		return next;
	}

	async run() {
		const listener = this.listener;
		this.running = true;
		try {
			while (this.listener === listener && this.waiting && !this.ended) {
				const range = this.next();
				if (!range) {
					this.waiting = false;
					// All that is needed is there, and yet there is a need for more: the file is shorter than it says.
					if (this.wanted.length > 0 || this.size >= 0) listener.end();
					break;
				}
				await this.fetch(range, listener);
			}
		} catch (error) {
			if (this.listener === listener) listener.failed(String(error?.message ?? error));
		} finally {
			this.running = false;
			if (this.listener && this.listener !== listener && this.waiting) this.run();
		}
	}

	async fetch([from, to], listener) {
		const controller = new AbortController();
		this.controller = controller;
		const headers = new Headers(this.init.headers);
		const asked = this.ranges && to !== Infinity;
		if (asked) headers.set("Range", `bytes=${from}-${to - 1}`);
		const response = await fetch(this.url, { ...this.init, headers, signal: controller.signal });
		if (asked && response.status === 416 && this.parts.length === 0) { // an empty file, or a server that has its own mind
			this.ranges = false;
			return;
		}
		if (!response.ok) throw new Error(`status ${response.status}`);
		if (response.status === 206) {
			const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "") ?? [];
			if (first === undefined && from > 0) throw new Error("a part of the file without its place"); // Content-Range may be hidden from other origins
			if (first !== undefined && Number(first) !== from) throw new Error("another part of the file than was asked for");
			const tag = response.headers.get("ETag") ?? "";
			if (this.parts.length > 0 && ((size !== undefined && Number(size) !== this.size) || tag !== this.tag)) throw new Error("the file has changed meanwhile");
			this.tag = tag;
			if (size !== undefined) this.setSize(Number(size), listener);
			else {
				this.ranges = false; // where parts begin and end cannot be known
				this.parts = [];
				await response.body?.cancel();
				return;
			}
		} else {
			this.ranges = false;
			this.whole = true;
			this.parts = [];
			from = 0;
		}
		const part = { from, bytes: new Uint8Array(0) };
		const reader = response.body.getReader();
		const whole = response.status !== 206;
		const chunks = [];
		let at = from;
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) break;
				this.received += value.length;
				chunks.push(value);
				this.waiting = false; // unless the listener calls want, at once or later
				if (this.listener === listener) listener.part(at, value);
				at += value.length;
			}
		} finally {
			part.bytes = concat(chunks);
			if (part.bytes.length > 0) this.parts.push(part);
		}
		if (whole || (this.size >= 0 && at >= this.size && this.wanted.length === 0)) {
			this.ended = whole;
			if (whole && this.listener === listener) {
				this.setSize(at, listener);
				listener.end();
			}
		} else if (at < to && at < this.size) {
			throw new Error("the connection ended early");
		}
	}

	setSize(size, listener) {
		if (this.size === size) return;
		this.size = size;
		if (this.listener === listener) listener.size(size);
	}
}

function concat(chunks) {
	const all = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
	let at = 0;
	for (const c of chunks) {
		all.set(c, at);
		at += c.length;
	}
	return all;
}

/** A file whose bytes the page sends, front to back. */
export class SentFile {
	constructor() {
		this.seeks = false;
		this.chunks = [];
		this.received = 0;
		this.ended = false;
		this.listener = null;
	}

	read(listener) {
		this.listener = listener;
		let at = 0;
		for (const c of this.chunks) {
			listener.part(at, c);
			at += c.length;
		}
		this.chunks = [];
		if (this.ended) listener.end();
	}

	push(bytes) {
		if (this.listener) this.listener.part(this.received, bytes);
		else this.chunks.push(bytes);
		this.received += bytes.length;
	}

	end() {
		this.ended = true;
		this.listener?.end();
	}

	want() {}

	stop() {
		this.listener = null;
		this.chunks = [];
	}
}
