import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import {
	AbortMultipartUploadCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListMultipartUploadsCommand,
	type ListMultipartUploadsCommandInput,
	type ListMultipartUploadsCommandOutput,
	type MultipartUpload,
	PutObjectCommand,
	paginateListObjectsV2,
	type S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { RetryPolicy } from "../jobs/failures.ts";
import { parseBucketAddress } from "./bucket-address.ts";
import { diskError, onDisk } from "./disk.ts";
import { fileHeaders } from "./file-headers.ts";
import {
	openClient,
	type Patience,
	STORE_RETRY,
	triesOf,
	tryAgain,
} from "./s3-client.ts";
import {
	explained,
	failureCode,
	failureStatus,
	isConflict,
	isMissingKey,
	isRefusedCondition,
	isUnavailable,
	UnreachableError,
} from "./s3-failures.ts";
import {
	ConflictError,
	MissingFileError,
	type Store,
	type StoredFile,
	StoreError,
} from "./store.ts";

/** Larger files travel in parts of at least so many bytes. */
const PART_BYTES = 8 * 2 ** 20;

/** S3 takes no more parts of a file. */
const MAX_PARTS = 10_000;

/** Parts of one file that travel, and lie in memory, at a time. */
const PARTS_AT_A_TIME = 3;

/** S3 removes no more files in one request. */
const REMOVED_AT_A_TIME = 1000;

/** Folder of the files on which a store's conditions are tried. */
const PROBES = ".probe/";

const DAY_MS = 86_400_000;

export interface S3Options {
	/** Address of a compatible store, null for Amazon's own. */
	readonly endpoint: string | null;
	/**
	 * Replace files also where the store keeps no condition at all, which is sound
	 * only while nobody else writes there.
	 */
	readonly isOnlyPublisher?: boolean;
	readonly policy?: RetryPolicy;
	/** The store did not answer rightly, and will be asked again. */
	onRetry?(reason: string, attempt: number): void;
	/**
	 * How long somebody who has taken a turn (see `numbered` of {@link Guard}) may
	 * take to use it, in milliseconds; 30,000 where left out.
	 */
	readonly turnMs?: number;
}

/** What is stored beside a file's bytes, where it is not what {@link fileHeaders} says. */
export interface UploadOptions {
	readonly contentType?: string;
	readonly contentEncoding?: string;
	/** Names in lower case, values in ASCII. */
	readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * How a file is replaced without losing what somebody else has put there:
 * - `quoted`, `bare`: by `If-Match` with the ETag as it comes or, for Ceph up to 16, without its quotes
 * - `numbered`: the store guards new files only, so whoever makes `catalog-<n>.json` has the turn to put `catalog.json`
 * - `none`: the store keeps no condition
 */
export type Guard = "quoted" | "bare" | "numbered" | "none";

type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: "*" };

const NEW_FILE: Condition = { IfNoneMatch: "*" };

interface ListedObject extends StoredFile {
	readonly tag: string;
}

/** A numbered file, which its maker made to have the turn. */
interface Turn {
	readonly number: number;
	readonly key: string;
	readonly tag: string;
}

/** A store in a bucket of S3 or of a compatible store, with the standard chain of credentials. */
export class S3Store implements Store {
	readonly address: string;
	readonly bucket: string;
	/** Null for Amazon's own. */
	readonly endpoint: string | null;
	/** Empty, or ends in a slash. */
	readonly #prefix: string;
	readonly #patience: Patience;
	readonly #turnMs: number;
	readonly #isOnlyPublisher: boolean;
	readonly #client: S3Client;
	#guard: Promise<Guard> | null = null;

	/** Throws a {@link StoreError} where the address is not `s3://bucket` or `s3://bucket/prefix`. */
	constructor(address: string, options: S3Options) {
		const { bucket, prefix } = parseBucketAddress(address);
		this.bucket = bucket;
		this.#prefix = prefix === "" ? "" : `${prefix}/`;
		this.address =
			prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
		this.endpoint = options.endpoint;
		this.#patience = {
			policy: options.policy ?? STORE_RETRY,
			onRetry: options.onRetry,
		};
		this.#turnMs = options.turnMs ?? 30_000;
		this.#isOnlyPublisher = options.isOnlyPublisher ?? false;
		this.#client = openClient(this.endpoint, this.#patience);
	}

	/** Throws a {@link StoreError} that says what to do where the bucket cannot be listed. */
	async check(): Promise<void> {
		for await (const _ of this.#objects("", 1)) return;
	}

	async fetch(key: string, to: string): Promise<string> {
		const part = `${to}.${randomBytes(6).toString("hex")}.unfinished`;
		await onDisk(to, () => mkdir(dirname(to), { recursive: true }));
		try {
			await this.#asking(key, () => this.#download(key, part));
			await rename(part, to);
			return to;
		} finally {
			await rm(part, { force: true });
		}
	}

	async read(key: string): Promise<Buffer | null> {
		return (await this.readTagged(key))?.bytes ?? null;
	}

	async put(file: string, key: string): Promise<void> {
		await this.upload(file, key);
	}

	async write(key: string, bytes: Uint8Array): Promise<void> {
		await this.upload(bytes, key);
	}

	/** Puts bytes, or the file at a path, with other headers than {@link fileHeaders} gives it. */
	async upload(
		from: string | Uint8Array,
		key: string,
		options: UploadOptions = {},
	): Promise<void> {
		await this.#asking(key, async () => {
			if (typeof from !== "string") return this.#putBytes(key, from, options);
			const { size } = await stat(from);
			if (size > PART_BYTES) return this.#putParts(key, from, size, options);
			return this.#putBytes(key, await readFile(from), options);
		});
	}

	async readTagged(
		key: string,
	): Promise<{ bytes: Buffer; tag: string } | null> {
		return this.#asking(key, () =>
			tryAgain(async () => {
				const answer = await orNull(
					this.#client.send(new GetObjectCommand(this.#object(key))),
				);
				if (answer === null) return null;
				const bytes = await bytesOf(key, answer.Body as Readable);
				if (bytes.length !== answer.ContentLength) throw cutOff(key);
				return { bytes, tag: answer.ETag ?? "" };
			}, this.#patience),
		);
	}

	async replace(
		key: string,
		bytes: Uint8Array,
		tag: string | null,
	): Promise<void> {
		await this.#asking(key, async () => {
			const guard = await this.guard();
			if (guard === "none") return this.#putUnguarded(key, bytes, tag);
			if (tag === null) return this.#putGuarded(key, bytes, NEW_FILE);
			if (guard === "numbered") return this.#putInTurn(key, bytes, tag);
			return this.#putGuarded(key, bytes, { IfMatch: etagFor(guard, tag) });
		});
	}

	/** What the store can do, tried once on a file of its own, which is removed. */
	guard(): Promise<Guard> {
		this.#guard ??= this.#tryGuards().catch((error) => {
			this.#guard = null;
			throw error;
		});
		return this.#guard;
	}

	async size(key: string): Promise<number | null> {
		return (await this.describe(key))?.bytes ?? null;
	}

	/** A file's size and what it was put with, null where there is none. */
	async describe(key: string): Promise<{
		bytes: number;
		metadata: Readonly<Record<string, string>>;
	} | null> {
		const head = await this.#asking(key, () =>
			orNull(this.#client.send(new HeadObjectCommand(this.#object(key)))),
		);
		return (
			head && { bytes: head.ContentLength ?? 0, metadata: head.Metadata ?? {} }
		);
	}

	async *list(prefix: string): AsyncIterable<StoredFile> {
		for await (const { key, bytes, modified } of this.#objects(prefix))
			yield { key, bytes, modified };
	}

	async remove(keys: readonly string[]): Promise<void> {
		for (let start = 0; start < keys.length; start += REMOVED_AT_A_TIME)
			await this.#removeSome(keys.slice(start, start + REMOVED_AT_A_TIME));
	}

	close(): void {
		this.#client.destroy();
	}

	/**
	 * As of any store, of longer ago than `minAgeMs`, a day where left out, since
	 * another machine may be writing: probes, and parts of files, which no list shows
	 * and which cost all the same.
	 */
	async sweep(minAgeMs = DAY_MS): Promise<void> {
		const before = Date.now() - minAgeMs;
		for await (const { Key, UploadId, Initiated } of this.#unfinished())
			if (Initiated !== undefined && Initiated.getTime() <= before)
				await this.#asking(null, () =>
					orNull(
						this.#client.send(
							new AbortMultipartUploadCommand({
								Bucket: this.bucket,
								Key,
								UploadId,
							}),
						),
					),
				);
		const probes: string[] = [];
		for await (const { key, modified } of this.#objects(PROBES))
			if (modified <= before) probes.push(key);
		await this.remove(probes);
	}

	#object(key: string): { Bucket: string; Key: string } {
		return { Bucket: this.bucket, Key: this.#prefix + key };
	}

	/** Asks about a key, or about the bucket; failures come out explained. */
	async #asking<T>(key: string | null, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			throw explained(error, {
				bucket: this.bucket,
				key: key === null ? null : this.#prefix + key,
				endpoint: this.endpoint,
			});
		}
	}

	/** Writes a file to the disk as it comes, and goes on where it broke off. */
	async #download(key: string, part: string): Promise<void> {
		let tag: string | undefined;
		await tryAgain(async () => {
			const have = tag === undefined ? 0 : await sizeOnDisk(part);
			const rest = { Range: `bytes=${have}-`, IfMatch: tag };
			const answer = await this.#client
				.send(
					new GetObjectCommand({
						...this.#object(key),
						...(have > 0 && rest),
					}),
				)
				.catch((error) => {
					if (isMissingKey(error))
						throw new MissingFileError(
							`there is no file ${this.address}/${key}`,
						);
					const status = failureStatus(error);
					if (status !== 412 && status !== 416) throw error;
					// It was replaced meanwhile: from the beginning.
					tag = undefined;
					throw cutOff(key);
				});
			tag = answer.ETag;
			// A store that knows no ranges sends the whole file again.
			const start = answer.ContentRange === undefined ? 0 : have;
			const total = start + (answer.ContentLength ?? 0);
			await receive(answer.Body as Readable, part, start).catch((error) => {
				throw diskError(part, error) ?? cutOff(key, error);
			});
			if ((await sizeOnDisk(part)) === total) return;
			tag = undefined;
			throw cutOff(key);
		}, this.#patience);
	}

	async #putBytes(
		key: string,
		bytes: Uint8Array,
		options: UploadOptions & { readonly condition?: Condition } = {},
	): Promise<string> {
		const { ETag } = await this.#client.send(
			new PutObjectCommand({
				...this.#object(key),
				...headersOf(key, options),
				...options.condition,
				Body: bytes,
			}),
		);
		return ETag ?? "";
	}

	async #putParts(
		key: string,
		file: string,
		size: number,
		options: UploadOptions,
	): Promise<void> {
		const upload = new Upload({
			client: this.#client,
			params: {
				...this.#object(key),
				...headersOf(key, options),
				Body: createReadStream(file),
			},
			partSize: Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS)),
			queueSize: PARTS_AT_A_TIME,
		});
		await upload.done().catch((error) => {
			// A completion whose answer was lost finds its upload gone: the length tells.
			if (failureCode(error) !== "NoSuchUpload") throw error;
		});
		const stored = await this.size(key);
		if (stored !== size)
			throw new UnreachableError(
				`${stored ?? "none"} of ${size} bytes of ${this.address}/${key} have arrived`,
			);
	}

	async #putGuarded(
		key: string,
		bytes: Uint8Array,
		condition: Condition,
	): Promise<void> {
		try {
			await this.#putBytes(key, bytes, { condition });
		} catch (error) {
			if (!isConflict(error) && !isMissingKey(error)) throw error;
			// It may be our own earlier try whose answer was lost that is in the way.
			if (triesOf(error) > 1 && (await this.#holds(key, bytes))) return;
			throw this.#conflict(key, error);
		}
	}

	/**
	 * Puts a file by taking the turn for it first. The newest numbered file always
	 * stays, so that no number is ever given twice, and holds what is to be in force:
	 * who was overtaken between taking a turn and using it sets that right again.
	 */
	async #putInTurn(key: string, bytes: Uint8Array, tag: string): Promise<void> {
		const last = await this.#freeTurn(key, tag);
		const mine = turnKey(key, (last?.number ?? 0) + 1);
		await this.#putGuarded(mine, bytes, NEW_FILE);
		if ((await this.#lastTurn(key))?.key !== mine) {
			await this.remove([mine]);
			throw this.#conflict(key);
		}
		await this.#putBytes(key, bytes);
		for (let put = mine; ; ) {
			const newest = await this.#lastTurn(key);
			if (newest === null || newest.key === put) {
				if (put !== mine) throw this.#conflict(key);
				break;
			}
			const winner = await this.read(newest.key);
			if (winner !== null) await this.#putBytes(key, winner);
			put = newest.key;
		}
		const old: string[] = [];
		for (const turn of await this.#turns(key))
			if (turn.key < mine) old.push(turn.key);
		await this.remove(old);
	}

	/** The last turn, once it has been used or its taker had the time to; null where there was none. */
	async #freeTurn(key: string, tag: string): Promise<Turn | null> {
		for (let waitedMs = 0; ; waitedMs += 1000) {
			const turn = await this.#lastTurn(key);
			const current = await this.readTagged(key);
			if (current?.tag !== tag) throw this.#conflict(key);
			if (turn === null || turn.tag === tag || waitedMs >= this.#turnMs)
				return turn;
			const taken = await this.read(turn.key);
			if (taken === null || taken.equals(current.bytes)) return turn;
			await sleep(Math.min(1000, this.#turnMs));
		}
	}

	async #lastTurn(key: string): Promise<Turn | null> {
		const turns = await this.#turns(key);
		return turns.at(-1) ?? null;
	}

	/** In the order of their numbers, which that of their names is. */
	async #turns(key: string): Promise<Turn[]> {
		const turns: Turn[] = [];
		const [start, ending] = aroundNumber(key);
		for await (const object of this.#objects(start)) {
			const number = object.key.slice(start.length, -ending.length);
			if (object.key.endsWith(ending) && /^\d+$/.test(number))
				turns.push({ ...object, number: Number(number) });
		}
		return turns.sort((a, b) => a.number - b.number);
	}

	async #putUnguarded(
		key: string,
		bytes: Uint8Array,
		tag: string | null,
	): Promise<void> {
		if (!this.#isOnlyPublisher)
			throw new StoreError(
				`${this.address} lets two publishers overwrite each other (it keeps neither If-Match nor If-None-Match): say that there is only one, or take another store`,
			);
		const current = await this.readTagged(key);
		if ((current?.tag ?? null) !== tag) throw this.#conflict(key);
		await this.#putBytes(key, bytes);
	}

	async #tryGuards(): Promise<Guard> {
		const key = `${PROBES}${randomBytes(6).toString("hex")}`;
		const bytes = Buffer.from("1");
		let tag = await this.#putBytes(key, bytes);
		/** Whether the condition keeps a put from the file, null where it is refused itself. */
		const keeps = async (condition: Condition) => {
			try {
				tag = await this.#putBytes(key, bytes, { condition });
				return false;
			} catch (error) {
				if (isConflict(error)) return true;
				if (isRefusedCondition(error)) return null;
				throw error;
			}
		};
		try {
			if ((await keeps(NEW_FILE)) !== true) return "none";
			for (const guard of ["quoted", "bare"] as const) {
				const other = `"${"0".repeat(32)}"`;
				if (
					(await keeps({ IfMatch: etagFor(guard, tag) })) === false &&
					(await keeps({ IfMatch: etagFor(guard, other) })) === true
				)
					return guard;
			}
			return "numbered";
		} finally {
			await this.remove([key]);
		}
	}

	async #holds(key: string, bytes: Uint8Array): Promise<boolean> {
		return (await this.read(key))?.equals(bytes) ?? false;
	}

	#conflict(key: string, cause?: unknown): ConflictError {
		return new ConflictError(
			`${this.address}/${key} was replaced by somebody else`,
			{ cause },
		);
	}

	async *#objects(
		prefix: string,
		pageSize?: number,
	): AsyncGenerator<ListedObject> {
		const pages = paginateListObjectsV2(
			{ client: this.#client, pageSize },
			{ Bucket: this.bucket, Prefix: this.#prefix + prefix },
		);
		for (;;) {
			const page = await this.#asking(null, () => pages.next());
			if (page.done) return;
			for (const { Key = "", Size = 0, LastModified, ETag = "" } of page.value
				.Contents ?? [])
				yield {
					key: Key.slice(this.#prefix.length),
					bytes: Size,
					modified: LastModified?.getTime() ?? 0,
					tag: ETag,
				};
		}
	}

	/** None where the store does not list them, or not for these keys. */
	async *#unfinished(): AsyncGenerator<MultipartUpload> {
		let after: Pick<
			ListMultipartUploadsCommandInput,
			"KeyMarker" | "UploadIdMarker"
		> = {};
		for (;;) {
			const question = new ListMultipartUploadsCommand({
				Bucket: this.bucket,
				Prefix: this.#prefix,
				...after,
			});
			const page: ListMultipartUploadsCommandOutput | null = await this.#asking(
				null,
				() =>
					this.#client.send(question).catch((error) => {
						if (isUnavailable(error)) return null;
						throw error;
					}),
			);
			if (page === null) return;
			yield* page.Uploads ?? [];
			if (!page.IsTruncated) return;
			after = {
				KeyMarker: page.NextKeyMarker,
				UploadIdMarker: page.NextUploadIdMarker,
			};
		}
	}

	async #removeSome(keys: readonly string[]): Promise<void> {
		await this.#asking(null, () =>
			tryAgain(async () => {
				const { Errors = [] } = await this.#client.send(
					new DeleteObjectsCommand({
						Bucket: this.bucket,
						Delete: {
							Quiet: true,
							Objects: keys.map((key) => ({ Key: this.#prefix + key })),
						},
					}),
				);
				const [first] = Errors;
				if (first === undefined) return;
				const what = `${Errors.length} of ${keys.length} files, ${this.bucket}/${first.Key} the first`;
				const error = new Error(`cannot remove ${what}: ${first.Code}`);
				throw Object.assign(error, { name: first.Code ?? error.name });
			}, this.#patience),
		);
	}
}

function headersOf(key: string, options: UploadOptions) {
	const { contentType, cacheControl } = fileHeaders(key);
	return {
		ContentType: options.contentType ?? contentType,
		CacheControl: cacheControl,
		ContentEncoding: options.contentEncoding,
		Metadata: options.metadata && { ...options.metadata },
	};
}

/** An ETag as a store takes it in a condition. */
function etagFor(guard: "quoted" | "bare", tag: string): string {
	return guard === "quoted" ? tag : tag.replaceAll('"', "");
}

/** Numbers have eight digits, so that a list gives them in order. */
function turnKey(key: string, number: number): string {
	const [start, ending] = aroundNumber(key);
	return `${start}${String(number).padStart(8, "0")}${ending}`;
}

/** What stands before and after the number of a turn: `catalog-` and `.json`. */
function aroundNumber(key: string): [start: string, ending: string] {
	const dot = key.lastIndexOf(".");
	return [`${key.slice(0, dot)}-`, key.slice(dot)];
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
	try {
		return await answer;
	} catch (error) {
		if (isMissingKey(error)) return null;
		throw error;
	}
}

async function bytesOf(key: string, body: Readable): Promise<Buffer> {
	const parts: Buffer[] = [];
	try {
		for await (const part of body) parts.push(part);
	} catch (error) {
		throw cutOff(key, error);
	}
	return Buffer.concat(parts);
}

async function receive(
	body: Readable,
	file: string,
	start: number,
): Promise<void> {
	await pipeline(
		body,
		createWriteStream(file, { flags: start > 0 ? "a" : "w" }),
	);
}

/** 0 where there is no such file. */
async function sizeOnDisk(file: string): Promise<number> {
	return (await stat(file).catch(() => null))?.size ?? 0;
}

function cutOff(key: string, cause?: unknown): UnreachableError {
	return new UnreachableError(`${key} broke off on its way`, { cause });
}
