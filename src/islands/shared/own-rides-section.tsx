import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { eraseKept, keptBytes } from "../../lake/own-rides/kept-rides.ts";
import { formatBytes } from "../../lib/format.ts";
import { sentenceOf } from "./error-sentence.ts";

/** The visitor's own rides, where some are kept: how much, and a way to erase them. */
export function OwnRidesSection(props: { readonly onErased: () => void }) {
	/** Null until it is known. */
	const bytes = useSignal<number | null>(null);
	const fault = useSignal<unknown>(null);
	const refresh = async () => {
		bytes.value = await keptBytes();
	};
	const told = (error: unknown) => {
		fault.value = error;
	};
	useEffect(() => void refresh().catch(told), []);
	const erase = async () => {
		fault.value = null;
		await eraseKept();
		await refresh();
		props.onErased();
	};
	if ((bytes.value ?? 0) === 0 && fault.value === null) return null;
	return (
		<section aria-labelledby="settings-rides">
			<h3 id="settings-rides">Your own rides</h3>
			<p>
				Rides that you have added on the page of rides and asked to be kept:{" "}
				{formatBytes(bytes.value ?? 0)}, on this device and nowhere else.
			</p>
			{fault.value !== null && <p role="alert">{sentenceOf(fault.value)}</p>}
			<button
				type="button"
				class="button"
				onClick={() => void erase().catch(told)}
			>
				Erase
			</button>
		</section>
	);
}
