import { useRef, useState } from "preact/hooks";
import { copied } from "../../shared/files/clipboard.ts";
import { siteRoot } from "../../shared/lake/lake.ts";
import { pageAddress } from "../../shared/url-state.ts";
import { MapButton } from "../map/map-controls.tsx";
import { embedSnippet } from "./embed-snippet.ts";

/** Shows what to put into another page, to have this map there as it is now. */
export function EmbedButton() {
	const dialog = useRef<HTMLDialogElement>(null);
	const field = useRef<HTMLTextAreaElement>(null);
	const [status, setStatus] = useState("");
	const open = () => {
		setStatus("");
		dialog.current?.showModal();
		field.current?.select();
	};
	const copy = async () => {
		field.current?.select();
		setStatus(
			(await copied(field.current?.value ?? ""))
				? "Copied."
				: "The browser did not let it be copied: it is selected.",
		);
	};
	return (
		<>
			<MapButton label="Embed this map" onClick={open}>
				<path d="M9 7l-5 5 5 5M15 7l5 5-5 5" />
			</MapButton>
			<dialog class="rides-dialog" ref={dialog} aria-labelledby="embed-title">
				<h2 id="embed-title">Embed this map</h2>
				<p>This HTML shows the map in another page, with what it shows now.</p>
				<textarea
					ref={field}
					readOnly
					rows={5}
					spellcheck={false}
					aria-label="HTML to embed the map"
					value={embedSnippet(pageAddress.value, siteRoot())}
				/>
				<div class="rides-dialog-buttons">
					<span role="status">{status}</span>
					<button type="button" class="button" onClick={() => void copy()}>
						Copy
					</button>
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
