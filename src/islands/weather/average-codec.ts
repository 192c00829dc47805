import type { Codec } from "../shared/url-state.ts";

const LONGEST_HOURS = 30 * 24;

/** A span of whole hours or days from `1h` to `30d`, in seconds. */
export const averageCodec: Codec<number> = {
	parse(text) {
		const [, amount, unit] = /^(\d{1,3})([hd])$/.exec(text) ?? [];
		const hours = Number(amount) * (unit === "d" ? 24 : 1);
		return hours >= 1 && hours <= LONGEST_HOURS ? hours * 3600 : undefined;
	},
	format: (seconds) =>
		seconds % 86_400 === 0 && seconds > 86_400
			? `${seconds / 86_400}d`
			: `${seconds / 3600}h`,
};
