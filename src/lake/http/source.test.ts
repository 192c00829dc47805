import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { HttpSource } from "./source.ts";

const FILE = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
const signal = new AbortController().signal;

let close = () => {};
afterEach(() => close());

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A host that answers each request by the next of `answers`, and the last one from then on. */
const host = (...answers: Answer[]) => stallingHost(30_000, ...answers);

/** The same, which counts as stalled after so many milliseconds. */
async function stallingHost(stallMilliseconds: number, ...answers: Answer[]) {
	const ranges: (string | undefined)[] = [];
	const server = createServer((request, response) => {
		ranges.push(request.headers.range);
		const answer = answers[Math.min(ranges.length, answers.length) - 1];
		answer?.(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	close = () => {
		server.closeAllConnections();
		server.close();
	};
	const { port } = server.address() as AddressInfo;
	const source = new HttpSource(`http://127.0.0.1:${port}/lake/`, {
		backoffMilliseconds: 5,
		stallMilliseconds,
	});
	return { source, ranges };
}

const right: Answer = (request, response) => {
	const [, first, last] = /bytes=(\d+)-(\d+)/.exec(
		request.headers.range ?? "",
	) as RegExpExecArray;
	response.writeHead(206, {
		"Content-Range": `bytes ${first}-${last}/${FILE.length}`,
	});
	response.end(FILE.subarray(Number(first), Number(last) + 1));
};
const status =
	(code: number, headers: Record<string, string> = {}): Answer =>
	(_, response) =>
		response.writeHead(code, headers).end("no");
const whole: Answer = (_, response) => response.writeHead(200).end(FILE);
/** Promises the range and hangs up after so many bytes. */
const cutAfter =
	(bytes: number): Answer =>
	(request, response) => {
		const [, first, last] = /bytes=(\d+)-(\d+)/.exec(
			request.headers.range ?? "",
		) as RegExpExecArray;
		response.writeHead(206, {
			"Content-Range": `bytes ${first}-${last}/${FILE.length}`,
			"Content-Length": Number(last) + 1 - Number(first),
		});
		response.write(FILE.subarray(Number(first), Number(first) + bytes), () =>
			response.destroy(),
		);
	};

test("reads exactly the range", async () => {
	const { source, ranges } = await host(right);
	expect(await source.read("a.parquet", 10, 70_000, signal)).toEqual(
		FILE.slice(10, 70_000),
	);
	expect(ranges).toEqual(["bytes=10-69999"]);
});

test("an empty range takes no request", async () => {
	const { source, ranges } = await host(right);
	expect(await source.read("a.parquet", 10, 10, signal)).toHaveLength(0);
	expect(ranges).toEqual([]);
});

test("a cut connection goes on from where it was cut", async () => {
	const { source, ranges } = await host(cutAfter(3000), cutAfter(500), right);
	expect(await source.read("a.parquet", 100, 60_000, signal)).toEqual(
		FILE.slice(100, 60_000),
	);
	expect(ranges).toEqual([
		"bytes=100-59999",
		"bytes=3100-59999",
		"bytes=3600-59999",
	]);
});

test("a host that ignores Range is read up to the range's end", async () => {
	const { source } = await host(whole);
	expect(await source.read("a.parquet", 50_000, 50_100, signal)).toEqual(
		FILE.slice(50_000, 50_100),
	);
	expect(await source.read("a.parquet", 99_999, 100_000, signal)).toEqual(
		FILE.slice(99_999),
	);
});

test("server faults are tried again, and Retry-After is kept to", async () => {
	const { source, ranges } = await host(
		status(500),
		status(503, { "Retry-After": "1" }),
		right,
	);
	const started = performance.now();
	await source.read("a.parquet", 0, 10, signal);
	expect(performance.now() - started).toBeGreaterThan(950);
	expect(ranges).toHaveLength(3);
});

test("a fault that stays ends with the file and the cause", async () => {
	const { source, ranges } = await host(status(500));
	await expect(source.read("t/a.parquet", 0, 10, signal)).rejects.toMatchObject(
		{
			name: "FetchError",
			message: expect.stringMatching(/t\/a\.parquet.*500/),
		},
	);
	expect(ranges).toHaveLength(5);
});

test("what retrying cannot help is not retried", async () => {
	for (const [answer, name, cause] of [
		[status(404), "GoneError", /a\.parquet.*404.*newer lake/],
		[status(410), "GoneError", /a\.parquet.*410.*newer lake/],
		[status(403), "ForbiddenError", /a\.parquet.*403.*enter keys/],
		[status(400), "FetchError", /a\.parquet.*400/],
		[status(416), "FetchError", /a\.parquet.*shorter than the catalog says/],
	] as const) {
		const { source, ranges } = await host(answer);
		await expect(source.read("a.parquet", 0, 10, signal)).rejects.toMatchObject(
			{ name, message: expect.stringMatching(cause) },
		);
		expect(ranges.filter((range) => range !== undefined)).toHaveLength(1);
		close();
	}
});

test("another range than the one asked for is refused", async () => {
	const wrong: Answer = (_, response) =>
		response
			.writeHead(206, { "Content-Range": `bytes 0-9/${FILE.length}` })
			.end(FILE.subarray(0, 10));
	const { source } = await host(wrong);
	await expect(source.read("a.parquet", 20, 30, signal)).rejects.toThrow(
		"asked for bytes 20-29, got Content-Range bytes 0-9/100000",
	);
	const { source: again } = await host(wrong, right);
	expect(await again.read("a.parquet", 20, 30, signal)).toEqual(
		FILE.slice(20, 30),
	);
});

test("more bytes than the range shows that something changed them on the way", async () => {
	const packed = gzipSync(FILE);
	const { source } = await host((_, response) =>
		response
			.writeHead(206, { "Content-Range": "bytes 0-9/100000" })
			.end(packed),
	);
	await expect(source.read("a.parquet", 0, 10, signal)).rejects.toThrow(
		/more than the range/,
	);
});

test("a host that stalls, before its answer or within, is asked again", async () => {
	const silent: Answer = () => {};
	const halfway: Answer = (request, response) => {
		const end = Number(/-(\d+)$/.exec(request.headers.range ?? "")?.[1]);
		response.writeHead(206, {
			"Content-Range": `bytes 0-${end}/${FILE.length}`,
			"Content-Length": end + 1,
		});
		response.write(FILE.subarray(0, 100));
	};
	const { source, ranges } = await stallingHost(1000, silent, halfway, right);
	expect(await source.read("a.parquet", 0, 60_000, signal)).toEqual(
		FILE.slice(0, 60_000),
	);
	expect(ranges).toEqual(["bytes=0-59999", "bytes=0-59999", "bytes=100-59999"]);
	const { source: never } = await stallingHost(200, silent);
	await expect(never.read("a.parquet", 0, 10, signal)).rejects.toThrow(
		"a.parquet: the host sent nothing for 0.2 s",
	);
});

test("a stall within the catalog, or within a refusal, is not waited for", async () => {
	const begun =
		(code: number): Answer =>
		(_, response) =>
			response.writeHead(code).write("{");
	const patience = 2000;
	const { source, ranges } = await stallingHost(
		patience,
		begun(200),
		(_, response) => response.end("{}"),
	);
	expect(await source.catalogText(signal)).toBe("{}");
	expect(ranges).toHaveLength(2);
	const { source: refusing } = await stallingHost(patience, begun(401));
	await expect(refusing.catalogText(signal)).rejects.toMatchObject({
		name: "ForbiddenError",
	});
});

test("a host without a lake is told from one that is not there", async () => {
	for (const code of [404, 410]) {
		const { source } = await host(status(code));
		await expect(source.catalogText(signal)).rejects.toMatchObject({
			name: "GoneError",
			message: expect.stringContaining("there is no lake at http://127.0.0.1"),
		});
		close();
	}
});

test("a host that is not there is named with its cause", async () => {
	const { source } = await host(right);
	close();
	await expect(source.catalogText(signal)).rejects.toMatchObject({
		name: "FetchError",
		message: expect.stringContaining("catalog.json: the network failed"),
	});
});

test("cancelling ends a request, a wait and a queue at once", async () => {
	const { source, ranges } = await host(
		() => {},
		status(503, { "Retry-After": "20" }),
	);
	const controller = new AbortController();
	const reads = Array.from({ length: 10 }, (_, index) =>
		source.read("a.parquet", index, index + 1, controller.signal),
	);
	// All that go at once have been sent.
	await expect.poll(() => ranges.length).toBeGreaterThan(5);
	controller.abort();
	const started = performance.now();
	for (const result of await Promise.allSettled(reads))
		expect(result).toMatchObject({ reason: { name: "CancelledError" } });
	expect(performance.now() - started).toBeLessThan(10_000);
});
