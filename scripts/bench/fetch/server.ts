import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

export interface ServerAnswer {
	readonly url: string;
}

/** Readings that repeat soon, so that they take little room once they are compressed. */
const ROWS = Buffer.from(
	Array.from(
		{ length: 400 },
		(_, row) => `2024-05-01T12:00:00Z,roof,temperature,${row / 10}\n`,
	)
		.join("")
		.repeat(8),
);

const bytes = Number(process.argv[2]);

function* answer(): Generator<Buffer> {
	for (let left = bytes; left > 0; left -= ROWS.length)
		yield ROWS.subarray(0, Math.min(left, ROWS.length));
}

/** Sends as many bytes of CSV as its argument says, and its address to the parent. */
const server = createServer((_request, response) => {
	response.writeHead(200, { "Content-Length": bytes, ETag: '"1"' });
	Readable.from(answer()).pipe(response);
});
server.listen(0, "127.0.0.1", () => {
	const { port } = server.address() as AddressInfo;
	process.send?.({
		url: `http://127.0.0.1:${port}/readings.csv`,
	} satisfies ServerAnswer);
});
