/** The publisher's own words beside the input: what to fetch, what to say, and where pages open. */
export const SETTINGS_FILE = "lakeside.json";

/** The file says something that cannot be meant; the message names the place. */
export class SettingsError extends Error {
	override readonly name = "SettingsError";
}

export function within(
	value: unknown,
	low: number,
	high: number,
	place: string,
): number {
	if (typeof value !== "number" || !(value >= low && value <= high))
		throw wrong(place, `a number from ${low} to ${high}`, value);
	return value;
}

export function record(
	value: unknown,
	place: string,
	known: readonly string[],
): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw wrong(place, "an object", value);
	for (const name of Object.keys(value))
		if (!known.includes(name))
			throw new SettingsError(
				`${SETTINGS_FILE}: ${place} has no member ${JSON.stringify(name)}; it may have ${known.join(", ")}`,
			);
	return value as Record<string, unknown>;
}

export function optional<T>(
	entry: Record<string, unknown>,
	name: string,
	place: string,
	read: (value: unknown, place: string) => T,
): T | undefined {
	return name in entry ? read(entry[name], `${place}.${name}`) : undefined;
}

export function flag(value: unknown, place: string): boolean {
	if (typeof value !== "boolean") throw wrong(place, "true or false", value);
	return value;
}

export function sentence(value: unknown, place: string): string {
	if (typeof value !== "string" || value.trim() === "")
		throw wrong(place, "a text", value);
	return value;
}

export function wrong(
	place: string,
	wanted: string,
	value: unknown,
): SettingsError {
	return new SettingsError(
		`${SETTINGS_FILE}: ${place} must be ${wanted}, not ${JSON.stringify(value)}`,
	);
}
