import type { BasemapTrouble } from "../../../maps/basemap/basemap-requests.ts";
import { TryAgain } from "../../shared/states.tsx";

const SENTENCES: Readonly<Record<BasemapTrouble, string>> = {
	offline:
		"Offline: what is missing of the publisher's basemap comes with the network. Until then land and borders show.",
	failed:
		"Parts of the publisher's basemap did not come. Land and borders show instead.",
};

/** What is amiss with the publisher's basemap, beside the map, which works without. */
export function BasemapNotice(props: {
	readonly trouble: BasemapTrouble | null;
	readonly onRetry: () => void;
}) {
	const { trouble, onRetry } = props;
	return (
		<div class="rides-basemap-trouble" role="status">
			{trouble !== null && (
				<div>
					<p>{SENTENCES[trouble]}</p>
					{trouble === "failed" && <TryAgain onPress={onRetry} />}
				</div>
			)}
		</div>
	);
}
