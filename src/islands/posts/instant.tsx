import { useContext } from "preact/hooks";
import { formatInstant } from "../../charts/format.ts";
import { ChartHtml } from "../charts/chart-html.ts";

const local = new Intl.DateTimeFormat("en-GB", {
	day: "numeric",
	month: "short",
	year: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	hourCycle: "h23",
	timeZoneName: "short",
});

/** A time as the visitor's own clocks show it, with UTC on hover; in UTC at build time. */
export function Instant({ at }: { readonly at: Date }) {
	const isBaked = useContext(ChartHtml) !== null;
	const utc = `${formatInstant(at)} UTC`;
	return (
		<time dateTime={at.toISOString()} title={utc}>
			{isBaked ? utc : local.format(at)}
		</time>
	);
}

/** The visitor's time zone by its name: `Europe/Berlin`. */
export function zoneName(): string {
	return local.resolvedOptions().timeZone;
}
