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
	/** "from-image", by default: pictures are turned as EXIF's orientation says; "none": they are not. Of a stream, or of a file that is decoded to
	 * its end, whose EXIF data come last since there are more than 4 KiB of metadata, only the last picture is turned, and onHeader is called again. */
	imageOrientation?: "from-image" | "none";
	/** "none", by default: samples are those of the file. "default": colours are those that the file's profile says, in the colour space that an ImageData
	 * names: sRGB, or Display P3 where the browser has that and the profile has colours that sRGB has not. ICC profiles of tables, and of CMYK,
	 * are taken for sRGB. Where the profile comes last in the file, see imageOrientation. */
	colorSpaceConversion?: "none" | "default";
	/** is called as soon as the size of the image is known, not reduced; again if it turns out to be turned */
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
