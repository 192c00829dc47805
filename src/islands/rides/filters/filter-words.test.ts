import { expect, test } from "vitest";
import { ANY_RIDE, type RideFilter } from "../../../lib/rides/filter.ts";
import { wordsOf } from "./filter-words.ts";

const say = (filter: Partial<RideFilter>) =>
	wordsOf({ ...ANY_RIDE, ...filter }).map(({ words }) => words);

test("says what each filter asks for", () => {
	expect(say({})).toEqual([]);
	expect(say({ kinds: ["cycling", null] })).toEqual([
		"cycling or Kind not stated",
	]);
	expect(say({ distanceMeters: { from: 10_000, to: null } })).toEqual([
		"10 km or more",
	]);
	expect(say({ distanceMeters: { from: null, to: 50_500 } })).toEqual([
		"Up to 50.5 km",
	]);
	expect(say({ distanceMeters: { from: 0, to: 5000 } })).toEqual([
		"0 km to 5 km",
	]);
	expect(say({ weekdays: [6, 7] })).toEqual(["Sat, Sun"]);
	expect(say({ weekdays: [1, 2, 3, 4, 5] })).toEqual(["Mon to Fri"]);
	expect(say({ weekdays: [1, 2, 5] })).toEqual(["Mon, Tue, Fri"]);
	expect(say({ hours: { from: 22, to: 5 }, text: "alp" })).toEqual([
		"Starts 22:00 to 05:00",
		"Named “alp”",
	]);
});

test("a kind that is written the other way turns no words around it", () => {
	expect(say({ kinds: ["cycling", "ריצה"] })).toEqual([
		"cycling or \u2068ריצה\u2069",
	]);
});

test("days have controls of their own", () => {
	expect(say({ days: { from: new Date(0), to: null } })).toEqual([]);
});
