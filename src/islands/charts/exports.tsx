import { useContext, useRef, useState } from "preact/hooks";
import { download } from "../shared/files/download.ts";
import { pngOfSvg } from "../shared/files/png.ts";
import { ChartHtml } from "./chart-html.ts";
import { standaloneSvg } from "./standalone-svg.ts";

/** Takes the picture around it along: drawn as PNG and SVG, and its rows as CSV. */
export function Exports(props: {
	/** Of the files, without an ending. */
	readonly name: string;
	readonly csv: () => string;
}) {
	const { name, csv } = props;
	const isBaked = useContext(ChartHtml) !== null;
	const group = useRef<HTMLFieldSetElement>(null);
	const [said, say] = useState("");
	const file = `lakeside-${name}`;
	const take = async (ending: string, make: () => Promise<Blob> | Blob) => {
		try {
			download(await make(), `${file}.${ending}`);
			say(`${file}.${ending} is made.`);
		} catch (error) {
			say(
				`${file}.${ending} could not be made: ${error instanceof Error ? error.message : error}`,
			);
		}
	};
	const svg = () => {
		const figure = group.current?.closest("figure");
		if (!figure) throw new Error("there is no picture");
		return standaloneSvg(figure);
	};
	const button = (
		label: string,
		ending: string,
		make: () => Promise<Blob> | Blob,
	) => (
		<button
			type="button"
			class="exports-button"
			disabled={isBaked}
			onClick={() => void take(ending, make)}
		>
			{label}
		</button>
	);
	return (
		<fieldset class="exports" ref={group}>
			<legend class="visually-hidden">Save this picture</legend>
			{button("PNG", "png", () => pngOfSvg(svg()))}
			{button(
				"SVG",
				"svg",
				() => new Blob([svg().text], { type: "image/svg+xml" }),
			)}
			{button(
				"CSV",
				"csv",
				() => new Blob([csv()], { type: "text/csv;charset=utf-8" }),
			)}
			<span class="exports-said" role="status">
				{said}
			</span>
		</fieldset>
	);
}
