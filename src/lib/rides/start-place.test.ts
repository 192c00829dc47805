import { expect, test } from "vitest";
import { startPlaceOf } from "./start-place.ts";

const OPEN = { zones: [], dropTimesOfDay: false };
const START = { latitude: 47.5, longitude: 9 };

/** A place so many metres north of the start. */
const at = (name: string, meters: number) => ({
	name,
	latitude: START.latitude + meters / 111_195,
	longitude: START.longitude,
});

test("the nearest within 250 m names the start, the owner's before any waypoint", () => {
	const waypoints = [at("Bakery", 200), at("Station", 40), at("Pass", 251)];
	expect(startPlaceOf(START, [], waypoints, OPEN)).toBe("Station");
	expect(startPlaceOf(START, [at("Club", 240)], waypoints, OPEN)).toBe("Club");
	expect(startPlaceOf(START, [at("Club", 260)], waypoints, OPEN)).toBe(
		"Station",
	);
	expect(startPlaceOf(START, [], [at("Pass", 251)], OPEN)).toBeNull();
});

test("of two at one spot the first by code point wins, in whatever order they come", () => {
	// UTF-16 would put the harp before the ligature.
	const names = ["\u{1f3b5} harp", "\ufb01sh", "a", "ab", "Z"];
	for (const [index, name] of ["Z", "a", "ab", "\ufb01sh"].entries()) {
		const left = ["Z", "a", "ab", "\ufb01sh", "\u{1f3b5} harp"].slice(index);
		const places = names
			.filter((one) => left.includes(one))
			.map((one) => at(one, 9));
		expect(startPlaceOf(START, [], places, OPEN)).toBe(name);
		expect(startPlaceOf(START, [], places.toReversed(), OPEN)).toBe(name);
	}
});

test("names are one line that turns nothing around, and stories are none", () => {
	const named = (name: string) => startPlaceOf(START, [], [at(name, 1)], OPEN);
	expect(named("  Old\n\t bridge\u0000 ")).toBe("Old bridge");
	expect(named("\u202eegdirb\u2066")).toBe("egdirb");
	expect(named("<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
	expect(named("👩‍🌾 farm")).toBe("👩‍🌾 farm");
	expect(named("x".repeat(81))).toBeNull();
	expect(named(" \u202e ")).toBeNull();
	expect(named("a \u0001 b")).toBe("a b");
	expect(named("\u200fPier\u200e\u061c\u2060\ufeff")).toBe("Pier");
	const flag = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
	expect(named(`${flag} bay`)).toBe(`${flag} bay`);
	expect(named("می\u200cخواهم")).toBe("می\u200cخواهم");
	for (const seen of ["7", "❤️", "→", "湖"]) expect(named(seen)).toBe(seen);
	for (const unseen of [
		"\u200b",
		"\u200d",
		"\u3164",
		"\u2800",
		"...",
		"\u0301",
	])
		expect(named(unseen)).toBeNull();
});

test("what lies in a zone has no name, and none tells a time of day that is to go", () => {
	const zone = { ...at("", 200), radiusMeters: 60 };
	const privacy = { zones: [zone], dropTimesOfDay: true };
	const places = [at("Home", 200)];
	expect(startPlaceOf(START, places, places, OPEN)).toBe("Home");
	expect(startPlaceOf(START, places, places, privacy)).toBeNull();
	const timed = [at("Start 07:12", 10), at("Mill", 20)];
	expect(startPlaceOf(START, [], timed, OPEN)).toBe("Start 07:12");
	expect(startPlaceOf(START, [], timed, privacy)).toBe("Mill");
});

test("a place across the antimeridian is near", () => {
	const fiji = { latitude: -16.8, longitude: 179.9999 };
	const pier = { name: "Pier", latitude: -16.8, longitude: -179.9999 };
	expect(startPlaceOf(fiji, [], [pier], OPEN)).toBe("Pier");
});
