import { expect, test } from "vitest";
import { randomFrom } from "../random.ts";
import { FileError } from "./file-error.ts";
import { PlainXml } from "./plain-xml.ts";
import { type PlainReader, readXml } from "./xml.ts";

type Random = () => number;

const FORMAT = { name: "GPX", root: "gpx" };

/** Leaves all to the parser that knows the whole of XML. */
const NOTHING_PLAIN: PlainReader = { newlines: 0, read: () => null };

/** All that a handler gets, and how the reading ended. */
async function read(
	bytes: Uint8Array,
	chunkBytes: number,
	plain?: PlainReader,
): Promise<string[]> {
	async function* chunks() {
		for (let at = 0; at < bytes.length; at += chunkBytes)
			yield bytes.subarray(at, at + chunkBytes);
	}
	const seen: string[] = [];
	const handler = {
		open: (
			name: string,
			attributes: object,
			path: readonly string[],
			line: number,
		) => {
			seen.push(
				`open ${[...path, name].join("/")} ${JSON.stringify(attributes)} in line ${line}`,
			);
		},
		text: (text: string) => {
			seen.push(`text ${JSON.stringify(text)}`);
		},
		close: (name: string) => {
			seen.push(`close ${name}`);
		},
	};
	try {
		await readXml(chunks(), FORMAT, handler, async () => undefined, plain);
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		seen.push(`${error.message}, line ${error.line}: ${error.sample}`);
	}
	return seen;
}

function oneOf<T>(random: Random, values: readonly T[]): T {
	return values[Math.floor(random() * values.length)] as T;
}

function several(
	random: Random,
	most: number,
	make: () => string,
): readonly string[] {
	return Array.from({ length: Math.floor(random() * (most + 1)) }, make);
}

const USUAL_TEXTS = ["47.1", "-0.5", "2024-05-01T08:00:00Z", "", " ", "12"];
const ODD_TEXTS = [
	"a &amp; b",
	"&#65;&#x42;",
	"&nope;",
	"&",
	"&;",
	"<![CDATA[ <x> & ]]>",
	"<![CDATA[]]>",
	"<!-- <ele>1</ele> -->",
	"<!-- a -- b -->",
	"<?go on?>",
	"<!DOCTYPE gpx>",
	"a]]>b",
	"]",
	"]>",
	'it\'s "so"',
	"a > b",
	"Zürich 渋谷 🚲",
	"\u0001",
	"\u007f",
	"\u0085\u2028",
	"\t",
	"one\ntwo",
	"one\rtwo",
	"one\r\ntwo",
	"x".repeat(3000),
	"<",
	"< ele>",
	"</>",
	"</ele >",
	"<1/>",
	"<b>1</b>",
	"<b/>",
	"<constructor toString='1'/>",
];
const USUAL_ATTRIBUTES = [' lat="47.1"', ' lon="8.5"', ' lat=""', " id='7'"];
const ODD_ATTRIBUTES = [
	' lat = "1"',
	' lat="1"lon="2"',
	"  \n lat='1'",
	' lat="a\tb\nc"',
	' lat="&lt;"',
	' lat="a<b"',
	' lat="a>b"',
	' lat="it\'s"',
	' lat="ü"',
	" lat=1",
	" lat",
	' lat="1',
	' 1lat="1"',
	' __proto__="1"',
	' constructor="1"',
	' x:lat="1" xmlns:x="y"',
	" /",
	"/",
	" ",
];
const NAMES = ["ele", "time", "x:hr", "extensions", "trkpt", "a.b-c_d"];

/** An element as files have it, and now and then not. */
function element(random: Random, oddness: number, depth: number): string {
	const isOdd = () => random() < oddness;
	const name = oneOf(random, NAMES);
	const attributes = several(random, 2, () =>
		oneOf(random, isOdd() ? ODD_ATTRIBUTES : USUAL_ATTRIBUTES),
	).join("");
	if (random() < 0.1) return `<${name}${attributes}/>`;
	const inner =
		depth > 0 && random() < 0.6
			? several(random, 3, () => element(random, oddness, depth - 1)).join(
					oneOf(random, ["", " ", "\n  ", "\r\n", "\r"]),
				)
			: oneOf(random, isOdd() ? ODD_TEXTS : USUAL_TEXTS);
	const end = isOdd() ? oneOf(random, ["", "</b>", "</gpx>"]) : `</${name}>`;
	return `<${name}${attributes}>${inner}${end}`;
}

/** A point such as a device writes many of. */
function point(random: Random, newline: string): string {
	const [open, close] = oneOf(random, [
		["<trkpt lat='1' lon='2'>", "</trkpt>"],
		['<trkpt lon="8.51" lat="47.25">', "</trkpt>"],
		['<g:trkpt lat="-1" lon="2" id="3">', "</g:trkpt>"],
	] as const);
	const parts = ["<ele>", "<time>", "<g:hr>"].flatMap((tag) =>
		random() < 0.8
			? [`${tag}${oneOf(random, USUAL_TEXTS)}${tag.replace("<", "</")}`]
			: [],
	);
	return [open, ...parts, close].join(newline);
}

function documentOf(random: Random): string {
	const oddness = oneOf(random, [0, 0.02, 0.2]);
	const newline = oneOf(random, ["\n", "\r\n", "\r", "", "\n\t"]);
	const prolog = oneOf(random, [
		"",
		"\ufeff",
		"\n\n",
		'<?xml version="1.0" encoding="UTF-8"?>\n',
		'<?xml version="1.1"?>',
		"<!DOCTYPE gpx>",
		"<!-- before -->",
	]);
	const items = Array.from({ length: 30 }, () =>
		random() < 0.7 ? point(random, newline) : element(random, oddness, 4),
	);
	const deep = oneOf(random, [0, 0, 10, 70]);
	return `${prolog}<gpx xmlns:g="g">${newline}<trk><name>A ride</name><trkseg>${items.join(newline)}${"<d>".repeat(deep)}${"</d>".repeat(deep)}</trkseg></trk>${newline}</gpx>${newline}`;
}

/** As it may lie on a disk: whole, cut off, or with a byte that is not its own. */
function bytesOf(random: Random, text: string): Uint8Array {
	const kind = random();
	const bytes =
		kind < 0.05
			? Buffer.from(`\ufeff${text}`, "utf16le")
			: kind < 0.1
				? Buffer.from(`\ufeff${text}`, "utf16le").swap16()
				: Buffer.from(text);
	const at = Math.floor(random() * bytes.length);
	const change = random();
	if (change < 0.3) return bytes.subarray(0, at);
	if (change < 0.5) bytes[at] = Math.floor(random() * 256);
	else if (change < 0.6) bytes.set(Buffer.from("<>&\"'/=]"), at % 100);
	return bytes;
}

test.each(Array.from({ length: 24 }, (_, index) => index))(
	"plain elements give what the parser of all XML gives, in documents %i",
	async (seed) => {
		const random = randomFrom(seed);
		for (let count = 0; count < 10; count++) {
			const bytes = bytesOf(random, documentOf(random));
			for (const chunkBytes of [
				bytes.length,
				1 + Math.floor(random() * 700),
				1,
			])
				expect(await read(bytes, chunkBytes)).toEqual(
					await read(bytes, chunkBytes, NOTHING_PLAIN),
				);
		}
	},
);

test("a document may be cut off at any byte, between chunks or for good", async () => {
	const random = randomFrom(1);
	const points = Array.from({ length: 4 }, () => point(random, "\r\n"));
	const bytes = Buffer.from(
		`<gpx>\r\n<trk><trkseg>\r\n${points.join("\r\n")}\r\n</trkseg></trk></gpx>`,
	);
	const expected = await read(bytes, bytes.length, NOTHING_PLAIN);
	for (let at = 1; at < bytes.length; at++) {
		expect(await read(bytes, at)).toEqual(expected);
		const cut = bytes.subarray(0, at);
		expect(await read(cut, at)).toEqual(await read(cut, at, NOTHING_PLAIN));
	}
});

test("nearly all of a file of points is plain", async () => {
	const random = randomFrom(2);
	const points = Array.from({ length: 2000 }, () => point(random, "\n"));
	const bytes = Buffer.from(
		`<gpx><trk><trkseg>${points.join("\n")}</trkseg></trk></gpx>`,
	);
	const plain = new PlainXml();
	let units = 0;
	await read(bytes, 2 ** 16, {
		get newlines() {
			return plain.newlines;
		},
		read: (text, from, sink) => {
			const end = plain.read(text, from, sink);
			units += (end ?? from) - from;
			return end;
		},
	});
	expect(units).toBeGreaterThan(0.95 * bytes.length);
});
