import { engineState } from "../shared/engine/engine.ts";
import type { RideSource } from "./ride-source.ts";

/** What is on its way; 0 where the bytes are not known. */
export interface OnItsWay {
	/** As it stands in a sentence. */
	readonly what: string;
	readonly bytes: number;
	readonly totalBytes: number;
}

/** What a read of rides waits for now: the engine, where it answers for them, else the rides. */
export function loadingOf(
	{ isOwn }: Pick<RideSource, "isOwn">,
	rides: Omit<OnItsWay, "what"> = { bytes: 0, totalBytes: 0 },
): OnItsWay {
	const engine = engineState.value;
	return !isOwn && engine.kind === "loading"
		? {
				what: "the engine",
				bytes: engine.bytes,
				totalBytes: engine.totalBytes,
			}
		: { what: "rides", ...rides };
}
