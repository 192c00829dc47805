import { useRef, useState } from "preact/hooks";
import { sentenceOf as errorSentence } from "../../shared/error-sentence.ts";
import { download } from "../../shared/files/download.ts";
import { MapButton } from "../map/map-controls.tsx";
import type { RidesModel } from "../model.ts";
import type { RidesState, View } from "../state.ts";
import { cellsCsv, exportName, ridesCsv } from "./export-files.ts";
import { type ExportedMap, pngOf, svgOf } from "./export-map.ts";

/** Takes the map along: as a picture, or as the cells or the rides that it shows. */
export function ExportButton(props: {
	readonly state: RidesState;
	readonly model: RidesModel;
	/** Null until the map shows something. */
	readonly exported: () => ExportedMap | null;
}) {
	const { state, model, exported } = props;
	const dialog = useRef<HTMLDialogElement>(null);
	const [status, setStatus] = useState("");
	const open = () => {
		setStatus("");
		dialog.current?.showModal();
	};
	const take = async (
		what: Parameters<typeof exportName>[0],
		ending: string,
		make: (shown: ExportedMap) => Blob | Promise<Blob>,
	) => {
		const shown = exported();
		if (shown === null) return;
		const { lng, lat } = shown.map.getCenter().wrap();
		const view: View = {
			longitude: lng,
			latitude: lat,
			zoom: shown.map.getZoom(),
		};
		const name = `${exportName(what, state.filter.peek(), view)}.${ending}`;
		try {
			download(await make(shown), name);
			setStatus(`${name} is made.`);
		} catch (error) {
			setStatus(`${name} could not be made: ${errorSentence(error)}`);
		}
	};
	const takePicture = (
		ending: string,
		make: (shown: ExportedMap) => Blob | Promise<Blob>,
	) =>
		void take(
			exported()?.lines.tracks.peek() === null ? "map" : "lines",
			ending,
			make,
		);
	const list = model.list.value;
	const rides = model.picture.value?.rides ?? null;
	return (
		<>
			<MapButton
				label="Export this map"
				isDisabled={model.picture.value === null}
				onClick={open}
			>
				<path d="M12 4v11M7 10l5 5 5-5M5 20h14" />
			</MapButton>
			<dialog class="rides-dialog" ref={dialog} aria-labelledby="export-title">
				<h2 id="export-title">Export this map</h2>
				<p>What the map shows now, as a file.</p>
				<ul class="rides-exports">
					<li>
						<button
							type="button"
							class="button"
							onClick={() => takePicture("png", pngOf)}
						>
							Picture (PNG)
						</button>
						<span>With title, legend and sources</span>
					</li>
					<li>
						<button
							type="button"
							class="button"
							onClick={() => takePicture("svg", svgOf)}
						>
							Drawing (SVG)
						</button>
						<span>The same in shapes that can be edited and scaled</span>
					</li>
					<li>
						<button
							type="button"
							class="button"
							onClick={() =>
								void take("cells", "csv", ({ picture }) =>
									csv(cellsCsv(picture)),
								)
							}
						>
							Cells (CSV)
						</button>
						<span>Each cell in view with its rides</span>
					</li>
					<li>
						<button
							type="button"
							class="button"
							disabled={list === null || rides === null}
							onClick={() =>
								list !== null &&
								rides !== null &&
								void take("list", "csv", () => csv(ridesCsv(list, rides)))
							}
						>
							Rides (CSV)
						</button>
						<span>The rides in view, the latest first</span>
					</li>
				</ul>
				<div class="rides-dialog-buttons">
					<span role="status">{status}</span>
					<button
						type="button"
						class="button button-primary"
						onClick={() => dialog.current?.close()}
					>
						Done
					</button>
				</div>
			</dialog>
		</>
	);
}

function csv(text: string): Blob {
	return new Blob([text], { type: "text/csv;charset=utf-8" });
}
