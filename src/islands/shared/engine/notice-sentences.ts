import type { Notice } from "../../../../workers/engine-api.ts";

/** What happened to a session, for people. */
export function noticeSentences({
	reason,
	lost,
	restored,
}: Notice): readonly string[] {
	const what = `The engine was replaced: ${reason.replace(/[.!]$/, "")}.`;
	const made =
		restored === 0
			? "The lake's tables are read again from what is kept on this device."
			: `${restored === 1 ? "What you made is" : `All ${restored} things of yours that are listed are`} there again.`;
	if (lost.length === 0) return [`${what} ${made}`];
	return [
		what,
		`Lost: ${lost.join(", ")}. Run what made ${lost.length === 1 ? "it" : "them"} again.`,
	];
}
