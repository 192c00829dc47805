/** Pixels of a PNG for each CSS pixel, for sharp screens. */
const PNG_RATIO = 2;

/**
 * A PNG of an SVG, whose size is in CSS pixels. `paintBelow` draws in CSS pixels what
 * lies under it. Rejects where the browser cannot draw it.
 */
export async function pngOfSvg(
	svg: {
		readonly text: string;
		readonly width: number;
		readonly height: number;
	},
	paintBelow: (context: CanvasRenderingContext2D) => void = () => {},
): Promise<Blob> {
	const { text, width, height } = svg;
	const address = URL.createObjectURL(
		new Blob([text], { type: "image/svg+xml" }),
	);
	try {
		const image = new Image();
		image.src = address;
		await image.decode();
		const canvas = document.createElement("canvas");
		canvas.width = width * PNG_RATIO;
		canvas.height = height * PNG_RATIO;
		const context = canvas.getContext("2d");
		if (context === null) throw new Error("the browser gives no canvas");
		context.scale(PNG_RATIO, PNG_RATIO);
		paintBelow(context);
		context.drawImage(image, 0, 0, width, height);
		return await new Promise((resolve, reject) =>
			canvas.toBlob(
				(blob) =>
					blob === null
						? reject(new Error("the browser makes no PNG of it"))
						: resolve(blob),
				"image/png",
			),
		);
	} finally {
		URL.revokeObjectURL(address);
	}
}
