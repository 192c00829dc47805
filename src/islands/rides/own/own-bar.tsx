import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { formatBytes, formatCounted } from "../../../lib/text/format.ts";
import { problemSentence } from "./own-panel.tsx";
import { keepRides, type OwnRides, ownProblem, trips } from "./own-rides.ts";
import { tripsSentence } from "./words.ts";

/** What stands over the visitor's own rides: where they are, and what can be done with them. */
export function OwnBar(props: {
	readonly own: OwnRides;
	readonly addButton: RefObject<HTMLButtonElement | null>;
	readonly onAdd: () => void;
	readonly onErase: () => void;
}) {
	const { rides, counted, leftOut, isKept, bytes } = props.own;
	const isBusy = useSignal(false);
	const keep = async () => {
		isBusy.value = true;
		await keepRides();
		isBusy.value = false;
	};
	return (
		<div class="own-bar">
			<div role="status">
				{ownProblem.value !== null
					? problemSentence(ownProblem.value)
					: isKept
						? `${formatCounted(rides, "ride")} of your own, kept on this device (${formatBytes(bytes)}) and nowhere else.`
						: `${formatCounted(rides, "ride")} of your own, on this device until you leave the page, and nowhere else.`}
			</div>
			<div class="own-bar-trips">
				<label>
					<input
						type="checkbox"
						checked={trips.value === "once"}
						onChange={({ currentTarget }) => {
							trips.value = currentTarget.checked ? "once" : "all";
						}}
					/>
					Count trips once
				</label>
				<span class="muted" role="status">
					{trips.value === counted
						? tripsSentence(counted, leftOut)
						: ownProblem.value === null && "Counting …"}
				</span>
			</div>
			<div class="own-bar-buttons">
				<button
					ref={props.addButton}
					type="button"
					class="button"
					onClick={props.onAdd}
				>
					Add files
				</button>
				{!isKept && (
					<button
						type="button"
						class="button"
						disabled={isBusy.value}
						onClick={() => void keep()}
					>
						Keep on this device
					</button>
				)}
				<button type="button" class="button" onClick={props.onErase}>
					Erase
				</button>
			</div>
		</div>
	);
}
