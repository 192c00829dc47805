import { computed, type Signal, signal } from "@preact/signals";
import type { DroppedFile } from "../../../workers/engine-api.ts";
import type { KeptChange } from "../../lake/own-data/kept-files.ts";
import {
	FILES_OF_KIND,
	type OwnKind,
	ownKindsIn,
} from "../../lib/sql/own-files.ts";

/** What the visitor's own tables need of the page and its engine. */
export interface OwnTablesWorld {
	/** All files that SQL can name, the visitor's other ones too. */
	readonly files: Signal<readonly DroppedFile[]>;
	/** Lets SQL name a file, by its name or another where that is taken. */
	addFile(file: File): Promise<DroppedFile>;
	removeFile(name: string): Promise<void>;
	/** The tables of what is kept, by the names of their files; null where nothing is. */
	read(kind: OwnKind): Promise<Readonly<Record<string, Blob>> | null>;
}

const KINDS: readonly OwnKind[] = ["rides", "posts"];

/**
 * The visitor's own data as files that SQL can name, made of what is kept on the device.
 * What is erased is out of the engine, however far its opening was. Where the visitor has
 * dropped a file of such a name, that one is meant, and its kind is left alone.
 */
export class OwnTables {
	/** Kinds that are on their way into the engine. */
	readonly opening: Signal<readonly OwnKind[]> = signal([]);
	/** Kinds that SQL can name files of now. */
	readonly open = computed<readonly OwnKind[]>(() =>
		KINDS.filter((kind) => this.#filesOf(kind) === FILES_OF_KIND[kind].length),
	);
	/** Files that the visitor gave by themselves. */
	readonly others = computed<readonly DroppedFile[]>(() =>
		this.#world.files.value.filter((file) => !this.#added.value.includes(file)),
	);
	readonly #world: OwnTablesWorld;
	/** Those that came from here. */
	readonly #added: Signal<readonly DroppedFile[]> = signal([]);
	readonly #tasks = new Map<OwnKind, Promise<void>>();
	/** How often what is kept has changed. */
	readonly #changes = { rides: 0, posts: 0 };
	/** Kinds whose rows the engine has had since the page was opened. */
	readonly #seen = new Set<OwnKind>();

	constructor(world: OwnTablesWorld) {
		this.#world = world;
	}

	/** Whether a kind is still to be opened before SQL can name it. */
	isMissing(kind: OwnKind): boolean {
		return !this.open.value.includes(kind) && !this.#isOthers(kind);
	}

	/** Kinds that some SQL names and that are still to be opened for it. */
	missingIn(sql: string): OwnKind[] {
		return ownKindsIn(sql).filter((kind) => this.isMissing(kind));
	}

	/**
	 * Lets the engine have the data that some SQL names. Rejects with an
	 * `UnsupportedError` where they are not kept, and as `addFile` does.
	 */
	async openIn(sql: string): Promise<void> {
		for (const kind of this.missingIn(sql)) await this.openKind(kind);
	}

	/** The same for one kind. Does nothing where it is open. */
	openKind(kind: OwnKind): Promise<void> {
		if (this.open.peek().includes(kind)) return Promise.resolve();
		const known = this.#tasks.get(kind);
		if (known !== undefined) return known;
		this.opening.value = [...this.opening.peek(), kind];
		const task = this.#open(kind).finally(() => {
			this.#tasks.delete(kind);
			this.opening.value = this.opening
				.peek()
				.filter((other) => other !== kind);
		});
		this.#tasks.set(kind, task);
		return task;
	}

	/**
	 * Takes a kind from the engine after what is kept has changed: it has other numbers
	 * now, or none, and is read once more when SQL names it. Tells whether rows of it that
	 * are erased may still show.
	 */
	follow(kind: OwnKind, change: KeptChange): boolean {
		this.#changes[kind] += 1;
		// An engine that is lost holds them no more.
		this.#close(kind).catch(() => {});
		return change === "erased" && this.#seen.has(kind);
	}

	/** Begins anew whenever what is kept changes meanwhile. */
	async #open(kind: OwnKind): Promise<void> {
		let change: number;
		do {
			change = this.#changes[kind];
			const tables = await this.#world.read(kind);
			if (change !== this.#changes[kind]) continue;
			if (tables === null) {
				const error = new Error(`your own ${kind} are not kept on this device`);
				error.name = "UnsupportedError";
				throw error;
			}
			await this.#close(kind);
			for (const [name, blob] of Object.entries(tables)) {
				if (change !== this.#changes[kind] || this.#isOthers(kind)) break;
				this.#seen.add(kind);
				await this.#add(new File([blob], name));
			}
			if (change !== this.#changes[kind] || this.#isOthers(kind))
				await this.#close(kind);
		} while (change !== this.#changes[kind]);
	}

	async #add(file: File): Promise<void> {
		const added = await this.#world.addFile(file);
		if (added.name === file.name)
			this.#added.value = [...this.#added.peek(), added];
		// The visitor dropped one of that name meanwhile.
		else await this.#world.removeFile(added.name);
	}

	async #close(kind: OwnKind): Promise<void> {
		const present = this.#world.files.peek();
		const own = this.#added
			.peek()
			.filter(({ name }) => FILES_OF_KIND[kind].includes(name));
		this.#added.value = this.#added
			.peek()
			.filter((file) => !own.includes(file));
		// At once: the engine may be busy, and others of these names come meanwhile.
		await Promise.all(
			own
				.filter((file) => present.includes(file))
				.map(({ name }) => this.#world.removeFile(name)),
		);
	}

	/** How many of its files are here. */
	#filesOf(kind: OwnKind): number {
		const files = this.#world.files.value;
		return this.#added.value.filter(
			(file) => FILES_OF_KIND[kind].includes(file.name) && files.includes(file),
		).length;
	}

	/** Whether the visitor's own file has one of its names. */
	#isOthers(kind: OwnKind): boolean {
		return this.others.value.some(({ name }) =>
			FILES_OF_KIND[kind].includes(name),
		);
	}
}
