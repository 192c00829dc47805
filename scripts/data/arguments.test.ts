import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { readCommand, UsageError } from "./arguments.ts";

test("without arguments the demo is built once, by what is usual", async () => {
	expect(await readCommand([])).toMatchObject({
		name: "build",
		input: null,
		build: { out: expect.stringMatching(/public.lake$/), withRejects: true },
		isDryRun: false,
		watch: null,
		onFailure: null,
	});
});

test("options come in the units that the build takes", async () => {
	const command = await readCommand([
		...["--input", tmpdir(), "--out", "s3://bucket/lake", "--keep", "3"],
		...["--endpoint", "https://store.example", "--max-rejected", "12.5%"],
		...["--rejects", "no", "--processes", "2", "--on-failure", "mail me"],
		...["--watch", "--quiet-period", "1.5", "--look-every", "2"],
	]);
	expect(command).toMatchObject({
		input: tmpdir(),
		build: {
			out: "s3://bucket/lake",
			endpoint: "https://store.example",
			keep: 3,
			maxRejected: 0.125,
			withRejects: false,
			processes: 2,
		},
		watch: { quietMs: 90_000, lookMs: 2000 },
		onFailure: "mail me",
	});
});

test("the other commands have a word and places of their own", async () => {
	expect(await readCommand(["explain"])).toMatchObject({ dataset: null });
	expect(await readCommand(["explain", "rides", "--json"])).toMatchObject({
		dataset: { name: "rides" },
		isJson: true,
	});
	expect(await readCommand(["log", "read rides", "--work", "w"])).toMatchObject(
		{
			text: "read rides",
			places: { work: "w" },
		},
	);
	expect(await readCommand(["status", "--queue", "redis://h:1"])).toEqual({
		name: "status",
		queue: "redis://h:1",
		isJson: false,
	});
	expect(await readCommand(["log", "--help"])).toEqual({ name: "help" });
});

test.each([
	["--inptu x", /^there is no option --inptu: is --input meant\?$/],
	["--max-rejcted 5%", /is --max-rejected meant/],
	["--dryrun", /is --dry-run meant/],
	["--nothing-like-it", /nothing-like-it/],
	["explian rides", /^there is no command explian: is explain meant\?$/],
	["stray", /^stray belongs to no option; the commands are explain, log, st/],
	[tmpdir(), `a folder goes behind its option: --input ${tmpdir()}`],
	["--input /not/there", /there is no folder/],
	["--max-gap-seconds soon", /above 0, not soon/],
	["--processes 0", /whole number above 0, not 0/],
	["--processes 1.5", /whole number/],
	["--keep none", /whole number/],
	["--max-rejected 0.2", /from 0% to 100%, not 0\.2/],
	["--max-rejected 120%", /from 0% to 100%/],
	["--rejects yes", /no or publish, not yes/],
	["--out ftp://host/lake", /s3:\/\/bucket\/prefix/],
	["--out s3://", /s3:\/\/bucket\/prefix/],
	["--out s3:/bucket/lake", /s3:\/\/bucket\/prefix/],
	["--work ftp://host/work", /--work must be a folder or s3/],
	["--endpoint store.example", /such as https/],
	["--queue host:6379", /redis:\/\/host:6379/],
	["--queue redis://h:1 --processes 2", /workers have their own/],
	["--quiet-period 5", /goes with --watch/],
	["--watch", /needs an --input/],
	[`--watch --dry-run --input ${tmpdir()}`, /does nothing/],
	[`--watch --quiet-period 0 --input ${tmpdir()}`, /above 0/],
	["explain whether", /no dataset whether; there are rides/],
	["explain rides posts", /one word is enough/],
	["log --input x", /input/],
	["status", /needs the --queue/],
])("%s is refused", async (line, message) => {
	const read = readCommand(line.split(" "));
	await expect(read).rejects.toThrow(UsageError);
	await expect(read).rejects.toThrow(message);
});

test("what is said of a queue's address holds no password", async () => {
	const read = readCommand(["--queue", "http://:secret@host"]);
	await expect(read).rejects.toThrow(/^--queue must be/);
	await expect(read).rejects.not.toThrow(/secret/);
});
