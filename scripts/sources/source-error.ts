import {
	isRetriedStatus,
	LONGEST_ASKED_MS,
	NetworkError,
	retryAfterMs,
} from "../jobs/failures.ts";

/** A source cannot be fetched, now or on the next try; the message holds no secret and says what to do. */
export class SourceError extends Error {
	override readonly name = "SourceError";
}

/** What an answer means that brings nothing; `from` is its host and path without secrets. */
export function statusError(
	response: Response,
	from: string,
	variables: readonly string[],
): SourceError | NetworkError {
	const { status } = response;
	const said = `HTTP ${status} from ${from}`;
	if (!isRetriedStatus(status))
		return new SourceError(`${said}: ${remedy(status, variables)}`);
	const wait = retryAfterMs(response.headers.get("retry-after"));
	// Longer pauses are left to the next run.
	if (wait > LONGEST_ASKED_MS)
		return new SourceError(
			`${said}, which asks to be left alone until ${formatMinute(Date.now() + wait)}: run again then`,
		);
	return new NetworkError(said, wait);
}

/** `2024-05-01 12:30 UTC` of milliseconds since 1970. */
export function formatMinute(time: number): string {
	return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function remedy(status: number, variables: readonly string[]): string {
	if (status === 401 || status === 403)
		return variables.length > 0
			? `check that ${variables.join(", ")} may read it`
			: "it needs credentials: add headers or oauth2 to the source";
	if (status === 404 || status === 410)
		return "nothing is there: check the source's url";
	if (status >= 400 && status < 500)
		return "it does not take this request: check the source's url and headers";
	return "the source brings no data";
}
