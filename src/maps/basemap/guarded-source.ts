import { EtagMismatch, FetchSource, type RangeResponse } from "pmtiles";
import {
	BasemapRequestError,
	type BasemapRequests,
} from "./basemap-requests.ts";

/** As pmtiles says it, which has the status nowhere else. */
const BAD_RESPONSE = /^Bad response code: (\d+)$/;

/** A PMTiles archive at an absolute address, asked for by {@link BasemapRequests}. */
export class GuardedSource extends FetchSource {
	readonly #requests: BasemapRequests;

	constructor(address: string, requests: BasemapRequests) {
		super(address);
		this.#requests = requests;
	}

	/** Rejects as {@link BasemapRequests.fetch} does, and with an `EtagMismatch` where the archive was replaced. */
	override async getBytes(
		...asked: Parameters<FetchSource["getBytes"]>
	): Promise<RangeResponse> {
		const answer = await this.#requests.guard(this.url, async () => {
			try {
				return await super.getBytes(...asked);
			} catch (error) {
				// The archive was replaced: its reader begins anew.
				if (error instanceof EtagMismatch) return error;
				throw withStatus(error, this.url);
			}
		});
		if (answer instanceof EtagMismatch) throw answer;
		return answer;
	}
}

function withStatus(error: unknown, address: string): unknown {
	const [, status] =
		BAD_RESPONSE.exec(error instanceof Error ? error.message : "") ?? [];
	if (status === undefined) return error;
	return new BasemapRequestError(
		`${address} answered ${status}`,
		Number(status),
		{ cause: error },
	);
}
