import { expect, test } from "vitest";
import { randomFrom } from "../../../src/lib/random.ts";
import { greatCircle } from "../../../src/lib/rides/course.ts";
import { parsePrivacy, ridePrivacyOf } from "./privacy.ts";

const SECRET = "correct horse battery";

test("a zone holds the circle that was asked for, around another centre that the secret decides", () => {
	const random = randomFrom(9);
	const shifts: number[] = [];
	for (let round = 0; round < 500; round++) {
		const asked = {
			latitude: 160 * (random() - 0.5),
			longitude: round % 5 === 0 ? 180 : 360 * (random() - 0.5),
			radiusMeters: 50 + 5000 * random(),
		};
		const settings = { zones: [asked], secret: SECRET, dropTimesOfDay: false };
		const privacy = ridePrivacyOf(settings);
		const [zone] = privacy?.zones ?? [];
		if (zone === undefined) throw new Error("no zone");
		const shift = greatCircle(asked, zone);
		expect(zone.radiusMeters).toBe(1.5 * asked.radiusMeters);
		expect(shift).toBeLessThan(0.501 * asked.radiusMeters);
		expect(Math.abs(zone.longitude)).toBeLessThanOrEqual(180);
		expect(ridePrivacyOf(settings)).toEqual(privacy);
		expect(
			ridePrivacyOf({ ...settings, secret: "another secret" }),
		).not.toEqual(privacy);
		shifts.push(shift / asked.radiusMeters);
	}
	// Half of all centres lie in the outer half of the disk's area.
	const far = shifts.filter((shift) => shift > 0.5 * Math.SQRT1_2).length;
	expect(far / shifts.length).toBeGreaterThan(0.42);
	expect(far / shifts.length).toBeLessThan(0.58);
});

test("what cannot be meant is refused with its place, and the secret is not repeated", () => {
	const zone = { latitude: 47, longitude: 8, radiusMeters: 500 };
	const cases: [value: unknown, message: string][] = [
		[{ zones: [zone] }, "privacy.secret must be a text of 12 characters"],
		[{ zones: [zone], secret: "hunter2" }, "privacy.secret must be a text"],
		[{ secret: 7 }, "privacy.secret must be a text"],
		[{ zones: zone }, "privacy.zones must be a list"],
		[
			{ zones: [{ ...zone, radiusMeters: 5 }], secret: SECRET },
			"privacy.zones[0].radiusMeters must be a number from 50 to 20000",
		],
		[
			{ zones: [{ ...zone, radius: 5 }], secret: SECRET },
			'privacy.zones[0] has no member "radius"',
		],
		[{ dropTimesOfDay: "yes" }, "privacy.dropTimesOfDay must be true or false"],
		[
			{ dropWaypointNames: 1 },
			"privacy.dropWaypointNames must be true or false",
		],
	];
	for (const [value, message] of cases)
		expect(() => parsePrivacy(value, "privacy"), message).toThrow(message);
	expect(() =>
		parsePrivacy({ zones: [zone], secret: "hunter2" }, "privacy"),
	).not.toThrow("hunter2");
	const plain = { zones: [], secret: null, dropTimesOfDay: false };
	expect(parsePrivacy({}, "privacy")).toEqual(plain);
	// Settings that say nothing new are no others, or a build would forget those before.
	expect(parsePrivacy({ dropWaypointNames: false }, "privacy")).toEqual(plain);
	expect(parsePrivacy({ dropWaypointNames: true }, "privacy")).toEqual({
		...plain,
		dropWaypointNames: true,
	});
});
