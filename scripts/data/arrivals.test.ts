import { describe, expect, test } from "vitest";
import { randomFrom } from "../../src/lib/random.ts";
import { Arrivals } from "./arrivals.ts";

/** An inbox whose files say which keys they touch, and a clock. */
class Inbox {
	now = 0;
	readonly files = new Map<string, { status: string; keys: string[] }>();
	readonly builds: { at: number; paths: string[]; keys: string[] }[] = [];
	readonly arrivals: Arrivals;

	constructor(quiet: number, there: Record<string, string[]> = {}) {
		for (const [path, keys] of Object.entries(there)) this.put(path, keys);
		this.arrivals = new Arrivals(quiet, this.#statuses());
	}

	put(path: string, keys: string[], status = "0"): void {
		this.files.set(path, { status, keys });
	}

	/** Looks once a tick. */
	pass(ticks: number): void {
		for (let tick = 0; tick < ticks; tick++) {
			this.now++;
			for (const path of this.arrivals.look(this.now, this.#statuses()))
				this.arrivals.know(path, this.files.get(path)?.keys ?? []);
			const due = this.arrivals.due(this.now);
			if (due === null) continue;
			this.arrivals.take(due);
			this.builds.push({
				at: this.now,
				paths: [...due.paths],
				keys: [...due.keys],
			});
		}
	}

	#statuses() {
		return new Map([...this.files].map(([path, { status }]) => [path, status]));
	}
}

describe("new files", () => {
	test("of one key that come one after another cost one rebuild, after the last has been quiet", () => {
		const inbox = new Inbox(10);
		for (let file = 0; file < 5; file++) {
			inbox.put(`${file}`, ["january"]);
			inbox.pass(6);
		}
		inbox.pass(50);
		expect(inbox.builds).toEqual([
			{ at: 35, paths: ["0", "1", "2", "3", "4"], keys: ["january"] },
		]);
	});

	test("of two keys do not wait for each other", () => {
		const inbox = new Inbox(10);
		inbox.put("a", ["january"]);
		inbox.pass(5);
		inbox.put("b", ["february"]);
		inbox.pass(50);
		expect(inbox.builds.map(({ keys }) => keys)).toEqual([
			["january"],
			["february"],
		]);
		expect(inbox.arrivals.waiting).toBe(0);
	});

	test("that touch two keys wait until both are quiet", () => {
		const inbox = new Inbox(10);
		inbox.put("both", ["january", "february"]);
		inbox.pass(8);
		inbox.put("late", ["february"]);
		inbox.pass(50);
		expect(inbox.builds).toEqual([
			{ at: 19, paths: ["both", "late"], keys: ["february", "january"] },
		]);
	});

	test("are not looked into while they grow", () => {
		const inbox = new Inbox(3);
		for (let size = 0; size < 20; size++) {
			inbox.put("large", [], `${size}`);
			inbox.pass(1);
		}
		expect(inbox.builds).toEqual([]);
		inbox.pass(10);
		expect(inbox.builds).toEqual([
			{ at: 23, paths: ["large"], keys: ["large"] },
		]);
	});

	test("that nobody has looked into are waited for, but not for ever", () => {
		const inbox = new Inbox(5);
		inbox.put("a", ["january"]);
		inbox.pass(5);
		inbox.put("b", ["january"]);
		inbox.pass(7);
		expect(inbox.builds.map(({ paths }) => paths)).toEqual([["a", "b"]]);
		inbox.put("c", ["january"]);
		for (let size = 0; size < 20; size++) {
			inbox.put("large", [], `${size}`);
			inbox.pass(1);
		}
		expect(inbox.builds.at(-1)).toEqual({
			at: 23,
			paths: ["c"],
			keys: ["january"],
		});
	});

	test("that vanish again are forgotten", () => {
		const inbox = new Inbox(3);
		inbox.put("gone", ["january"]);
		inbox.pass(2);
		inbox.files.delete("gone");
		inbox.pass(20);
		expect(inbox.builds).toEqual([]);
		expect(inbox.arrivals.waiting).toBe(0);
	});
});

describe("files that the lake holds", () => {
	test("are arrivals for the keys of both their states when they change, and when they go", () => {
		const inbox = new Inbox(5);
		inbox.put("a", ["january"]);
		inbox.pass(10);
		inbox.put("a", ["march"], "1");
		inbox.pass(10);
		inbox.files.delete("a");
		inbox.pass(10);
		expect(inbox.builds.map(({ keys }) => keys)).toEqual([
			["january"],
			["january", "march"],
			["march"],
		]);
	});

	test("make the others wait while they change, but not for ever", () => {
		const inbox = new Inbox(10, { log: ["today"] });
		inbox.put("new", ["january"]);
		for (let line = 1; line <= 40; line++) {
			inbox.put("log", ["today"], `${line}`);
			inbox.pass(1);
		}
		expect(inbox.builds.map(({ at, paths }) => ({ at, paths }))).toEqual([
			{ at: 21, paths: ["log", "new"] },
		]);
		inbox.pass(20);
		expect(inbox.builds.at(-1)?.paths).toEqual(["log"]);
	});
});

test("whatever comes, all is taken in the end, and no key is rebuilt while it is not quiet", () => {
	for (let seed = 0; seed < 200; seed++) {
		const random = randomFrom(seed);
		const inbox = new Inbox(7);
		const came: { key: string; at: number }[] = [];
		for (let tick = 0; tick < 80; tick++) {
			if (random() < 0.3) {
				const key = `k${Math.floor(random() * 3)}`;
				inbox.put(`${tick}`, [key]);
				came.push({ key, at: inbox.now + 1 });
			}
			inbox.pass(1);
		}
		inbox.pass(20);
		for (const { at, keys } of inbox.builds)
			for (const key of keys) {
				const before = came.filter((file) => file.key === key && file.at <= at);
				expect(at - (before.at(-1)?.at ?? 0)).toBeGreaterThanOrEqual(7);
			}
		expect(inbox.arrivals.waiting).toBe(0);
		expect(inbox.builds.flatMap(({ paths }) => paths).sort()).toEqual(
			[...inbox.files.keys()].sort(),
		);
	}
});
