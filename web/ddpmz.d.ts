/** How good a picture is, and what it took. */
export interface Refinement {
	/** counts down to 0, the image */
	level: number;
	/** t of the state x_t: 1000 is noise, 0 the image */
	timestep: number;
	/** reverse steps applied, 1000 - timestep */
	steps: number;
	/** of the file, that the picture needs */
	bytes: number;
	/** the picture is the image, bit for bit */
	exact: boolean;
	/** bytes that had come when the picture was made */
	received: number;
}

export interface Options<As extends "data" | "bitmap"> {
	/** 1/2^reduce of each side, 0 to 6. Of a URL, only the parts are fetched that this needs. */
	reduce?: number;
	/** stop after so many bytes of the file */
	bytes?: number;
	/** stop at the last level whose noise is not below that of x_timestep; 0: at the end */
	timestep?: number;
	/** what pictures are: ImageData by default, or ImageBitmap */
	as?: As;
	/** is called as soon as the size of the image is known, not reduced */
	onHeader?: (size: { width: number; height: number }) => void;
	/** is called with every level's picture, as soon as its bytes have come, and the last time with the result */
	onRefinement?: (picture: Picture<As>, at: Refinement) => void;
	/** stops decoding, and the requests */
	signal?: AbortSignal;
}

export type Picture<As> = As extends "bitmap" ? ImageBitmap : ImageData;

export type Source = ArrayBuffer | ArrayBufferView | Blob | Response | ReadableStream<Uint8Array> | URL | string;

/**
 * Decodes a file; of one that is cut, the best picture of what is there. All pictures have 8 bits a sample and straight alpha.
 * Work is done in a worker that all calls share.
 *
 * Rejects with a DecodeError, or with the signal's reason.
 */
export function decode<As extends "data" | "bitmap" = "data">(source: Source, options?: Options<As>): Promise<Picture<As>>;

export class DecodeError extends Error {
	kind: "network" | "format" | "unsupported" | "limit" | "cut" | "damaged" | "crashed";
}
