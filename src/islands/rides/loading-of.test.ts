import { afterEach, expect, test } from "vitest";
import { engineState } from "../shared/engine/engine.ts";
import { LakeRides } from "./lake-rides.ts";
import { loadingOf } from "./loading-of.ts";

afterEach(() => {
	engineState.value = { kind: "idle" };
});

test("only rides of the lake wait for the engine", () => {
	const lake = new LakeRides({});
	const rides = { bytes: 7, totalBytes: 9 };
	engineState.value = { kind: "loading", bytes: 3, totalBytes: 8 };
	expect(loadingOf(lake, rides)).toEqual({
		...{ what: "the engine", bytes: 3, totalBytes: 8 },
	});
	expect(loadingOf({ isOwn: true }, rides)).toEqual({
		what: "rides",
		...rides,
	});
	engineState.value = { kind: "ready", version: "" };
	expect(loadingOf(lake, rides)).toEqual({ what: "rides", ...rides });
});
