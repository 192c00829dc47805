import { afterEach, expect, test, vi } from "vitest";
import { BasemapRequests } from "./basemap-requests.ts";
import { GuardedSource } from "./guarded-source.ts";

afterEach(() => vi.unstubAllGlobals());

test("the host of an archive that is in trouble is left alone, one that lacks it is not", async () => {
	for (const [status, asked, trouble] of [
		[503, 1, ["failed"]],
		[429, 1, ["failed"]],
		[404, 2, []],
	] as const) {
		const fetching = vi.fn(async () => new Response("", { status }));
		vi.stubGlobal("fetch", fetching);
		const told: unknown[] = [];
		const requests = new BasemapRequests((now) => told.push(now), {
			isOnline: () => true,
			now: () => 0,
		});
		const source = new GuardedSource(
			"https://tiles.example/a.pmtiles",
			requests,
		);
		for (let time = 0; time < 2; time++)
			await expect(source.getBytes(0, 16)).rejects.toMatchObject({
				name: "BasemapRequestError",
			});
		expect(fetching, `${status}`).toHaveBeenCalledTimes(asked);
		expect(told, `${status}`).toEqual(trouble);
	}
});
