import { createHmac } from "node:crypto";
import type { RidePrivacy, Zone } from "../../../src/lib/rides/privacy.ts";
import {
	flag,
	optional,
	record,
	SETTINGS_FILE,
	SettingsError,
	within,
	wrong,
} from "./settings-checks.ts";

const MIN_SECRET = 12;

/** The centre of a zone moves by up to this share of its radius, and the zone grows by it. */
const SHIFT = 0.5;

/** Metres of a degree of latitude. */
const DEGREE_METERS = 111_195;

/** What the publisher keeps to himself, as the settings say it. */
export interface PrivacySettings {
	/** Where he lives and works, say; degrees and metres. */
	readonly zones: readonly Zone[];
	/** Moves the centres of zones; null without zones. */
	readonly secret: string | null;
	readonly dropTimesOfDay: boolean;
	/** Left out where it is false: settings from before it are no others. */
	readonly dropWaypointNames?: true;
}

/** Checks every member; throws a {@link SettingsError} that does not repeat the secret. */
export function parsePrivacy(value: unknown, place: string): PrivacySettings {
	const entry = record(value, place, [
		"zones",
		"secret",
		"dropTimesOfDay",
		"dropWaypointNames",
	]);
	const zones = optional(entry, "zones", place, parseZones) ?? [];
	const { secret = null } = entry;
	if (secret !== null && typeof secret !== "string")
		throw wrong(`${place}.secret`, "a text", typeof secret);
	if (zones.length > 0 && (secret ?? "").length < MIN_SECRET)
		throw new SettingsError(
			`${SETTINGS_FILE}: ${place}.secret must be a text of ${MIN_SECRET} characters or more that nobody can guess: it moves the centres of the zones, which would give the places away`,
		);
	return {
		zones,
		secret,
		dropTimesOfDay: optional(entry, "dropTimesOfDay", place, flag) ?? false,
		...(optional(entry, "dropWaypointNames", place, flag) && {
			dropWaypointNames: true,
		}),
	};
}

function parseZones(value: unknown, place: string): Zone[] {
	if (!Array.isArray(value)) throw wrong(place, "a list", value);
	return value.map((entry, index) => zone(entry, `${place}[${index}]`));
}

function zone(value: unknown, place: string): Zone {
	const entry = record(value, place, ["latitude", "longitude", "radiusMeters"]);
	return {
		latitude: within(entry.latitude, -85, 85, `${place}.latitude`),
		longitude: within(entry.longitude, -180, 180, `${place}.longitude`),
		radiusMeters: within(
			entry.radiusMeters,
			50,
			20_000,
			`${place}.radiusMeters`,
		),
	};
}

/**
 * What is cut from rides. From the edges of a circle its centre is easily found, so each
 * zone is a larger circle around another centre, which holds the one that was asked for:
 * it is one and a half times as wide, and moved by up to half of the radius, the same
 * way each time. The way follows from the secret by HMAC-SHA-256; who does not know it
 * learns no more than that the place is somewhere in the middle third.
 */
export function ridePrivacyOf(
	settings: PrivacySettings | undefined,
): RidePrivacy | undefined {
	if (settings === undefined) return undefined;
	const { zones, secret, ...dropped } = settings;
	return {
		...dropped,
		zones: zones.map((entry) => shifted(entry, secret ?? "")),
	};
}

function shifted(zone: Zone, secret: string): Zone {
	const { latitude, longitude, radiusMeters } = zone;
	const bits = createHmac("sha256", secret)
		.update(JSON.stringify([latitude, longitude, radiusMeters]))
		.digest();
	const [far, around] = [bits.readUInt32BE(0), bits.readUInt32BE(4)].map(
		(number) => number / 2 ** 32,
	) as [number, number];
	// Evenly over the area.
	const meters = SHIFT * radiusMeters * Math.sqrt(far);
	const [north, east] = [
		meters * Math.cos(2 * Math.PI * around),
		meters * Math.sin(2 * Math.PI * around),
	];
	const turned =
		longitude + east / (DEGREE_METERS * Math.cos((latitude * Math.PI) / 180));
	return {
		latitude: latitude + north / DEGREE_METERS,
		longitude: turned - 360 * Math.round(turned / 360),
		radiusMeters: radiusMeters * (1 + SHIFT),
	};
}
