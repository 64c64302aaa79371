// The page on which pictures are dropped.
const target = document.querySelector("#target");
const file = document.querySelector("#file");
const message = document.querySelector("#message");

async function send(picture) {
	message.textContent = `${picture.name} is being encoded: ${picture.size.toLocaleString("en")} bytes.`;
	try {
		const response = await fetch(`/drop?name=${encodeURIComponent(picture.name)}`, { method: "POST", body: picture });
		if (!response.ok) throw new Error(await response.text());
		const { view, bytes } = await response.json();
		message.textContent = `${picture.size.toLocaleString("en")} bytes became ${bytes.toLocaleString("en")}: `;
		const link = document.createElement("a");
		link.href = view;
		link.textContent = "see it";
		message.append(link);
		location.href = view;
	} catch (error) {
		message.textContent = error.message;
	}
}

for (const type of ["dragenter", "dragover"]) {
	target.addEventListener(type, (event) => {
		event.preventDefault();
		target.classList.add("over");
	});
}
target.addEventListener("dragleave", () => target.classList.remove("over"));
target.addEventListener("drop", (event) => {
	event.preventDefault();
	target.classList.remove("over");
	if (event.dataTransfer.files.length > 0) send(event.dataTransfer.files[0]);
});
file.addEventListener("change", () => file.files.length > 0 && send(file.files[0]));
