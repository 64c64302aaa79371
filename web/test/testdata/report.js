// Does what /files/wishes says, without a driver of the browser, and sends what came of it to /report.
import "./page.js";

const report = async () => {
	const { list, address } = await (await fetch("/files/wishes")).json();
	const conform = await api.conform(list);
	const [shown] = await api.show([address], { width: "160" });
	const colours = await decodeColours();
	return { agent: navigator.userAgent, conform, shown, ...colours };
};

/** The spaces of a picture in Display P3, and its first pixel on a canvas of sRGB, as decode has it. */
async function decodeColours() {
	const { space, decoded } = await api.colours("/files/wide", "/files/wide.png", "srgb");
	return { space, pixel: decoded.slice(0, 4) };
}

const body = JSON.stringify(await report().catch((error) => ({ failure: `${error}\n${error.stack}` })));
await fetch("/report", { method: "POST", body });
