import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { eraseKept, keptBytes } from "../../lake/own-rides/kept-rides.ts";
import { formatBytes } from "../../lib/format.ts";

/** The visitor's own rides, where some are kept: how much, and a way to erase them. */
export function OwnRidesSection(props: { readonly onErased: () => void }) {
	/** Null until it is known. */
	const bytes = useSignal<number | null>(null);
	const refresh = async () => {
		bytes.value = await keptBytes();
	};
	useEffect(() => void refresh(), []);
	const erase = async () => {
		await eraseKept();
		await refresh();
		props.onErased();
	};
	if (bytes.value === null || bytes.value === 0) return null;
	return (
		<section aria-labelledby="settings-rides">
			<h3 id="settings-rides">Your own rides</h3>
			<p>
				Rides that you have added on the page of rides and asked to be kept:{" "}
				{formatBytes(bytes.value)}, on this device and nowhere else.
			</p>
			<button type="button" class="button" onClick={() => void erase()}>
				Erase
			</button>
		</section>
	);
}
