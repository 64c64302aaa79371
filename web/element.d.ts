import type { Refinement } from "./ddpmz.js";

/** Beside the events of <img>, load and error (an ErrorEvent, whose error is a DecodeError), "refine" tells of every picture shown. */
export class DdpmzImg extends HTMLElement {
	src: string;
	alt: string;
	loading: "eager" | "lazy";
	width: number;
	height: number;
	readonly currentSrc: string;
	readonly naturalWidth: number;
	readonly naturalHeight: number;
	readonly complete: boolean;
	readonly refinement: Refinement | null;
	readonly received: number;
	readonly reduce: number;
	decode(): Promise<void>;
}

declare global {
	interface HTMLElementTagNameMap {
		"ddpmz-img": DdpmzImg;
	}
	interface HTMLElementEventMap {
		refine: CustomEvent<Refinement>;
	}
}
