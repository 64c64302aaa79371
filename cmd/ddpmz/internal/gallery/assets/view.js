// The slider of a file's page.
const view = document.querySelector("#view");
const slider = document.querySelector("#slider");
const difference = document.querySelector("#difference");
const picture = document.querySelector("#picture");
const facts = document.querySelector("#facts");

const levels = JSON.parse(view.dataset.levels);
const size = Number(view.dataset.size);
const [width, height] = view.dataset.pixels.split(",").map(Number);
let controller = null;
let shown = "";

async function show() {
	controller?.abort();
	const own = (controller = new AbortController());
	const level = levels[slider.value];
	slider.setAttribute("aria-valuetext", `${level.steps} of 1000 steps`);
	picture.classList.add("waiting");
	try {
		const response = await fetch(`${view.dataset.address}&timestep=${level.timestep}${difference.checked ? "&difference=1" : ""}`, { signal: own.signal });
		if (!response.ok) throw new Error(await response.text());
		const address = URL.createObjectURL(await response.blob());
		if (own.signal.aborted) return URL.revokeObjectURL(address);
		picture.src = address;
		URL.revokeObjectURL(shown);
		shown = address;

		const bytes = Number(response.headers.get("Ddpmz-Bytes"));
		const steps = response.headers.get("Ddpmz-Steps");
		const psnr = response.headers.get("Ddpmz-PSNR");
		const quality = response.headers.get("Ddpmz-Exact") === "true" ? "the image, bit for bit" : psnr === null ? "" : psnr === "+Inf" ? "no pixel differs" : `PSNR ${psnr} dB`;
		facts.textContent = [
			`${steps} of 1000 steps`,
			`${bytes.toLocaleString("en")} bytes, ${((100 * bytes) / size).toFixed(1)}% of the file`,
			`${((8 * bytes) / width / height).toFixed(3)} bits a pixel`,
			quality,
		].filter((s) => s).join(" · ");
		picture.classList.remove("waiting");
	} catch (error) {
		if (!own.signal.aborted) facts.textContent = error.message;
	}
}

slider.addEventListener("input", show);
difference.addEventListener("change", show);
show();
