import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { FileError } from "../../src/lib/formats/file-error.ts";
import { NoPosts } from "../../src/lib/formats/no-posts.ts";
import type { Post } from "../../src/lib/formats/post.ts";
import { type PostsFile, readPosts } from "../../src/lib/formats/posts.ts";
import { mayHoldPosts } from "../../src/lib/formats/posts-names.ts";
import { isTar } from "../../src/lib/formats/tar.ts";
import { formatCounted } from "../../src/lib/text/format.ts";
import type { ParseOutput, SourceFile } from "../datasets/dataset.ts";
import { type ArchivedFile, NothingOfKind } from "./archives/archived-file.ts";
import { tarFiles } from "./archives/tar.ts";
import { isZip, zipEntries } from "./archives/zip.ts";
import { entryBytes, fileBytes, plainName } from "./bytes.ts";
import { cellsOf, csvRows } from "./csv.ts";
import { scratchPath } from "./declared/format.ts";

/** `entry` names the file within an archive, null where there is none. */
export type TakePost = (post: Post, line: number, entry: string | null) => void;

type ArchiveFile = Pick<SourceFile, "path" | "absolutePath" | "bytes">;

/** A file that is read, and who takes what it holds. */
interface Reading {
	readonly out: ParseOutput;
	readonly take: TakePost;
	/** Its name within the archive that it lies in; null where it lies in none. */
	readonly entry: string | null;
}

/**
 * Reads the posts of a file of any of the formats, also packed with gzip, or of a zip
 * or tar archive of such files, and of archives within it. A file within an archive that
 * holds no posts, or cannot be used, is told and the others stay; throws a FileError
 * where it breaks off after some of its posts.
 */
export async function readPostsFile(
	file: SourceFile,
	out: ParseOutput,
	take: TakePost,
): Promise<void> {
	const reading = { out, take, entry: null };
	if (isArchive(file.path)) await readArchive(file, reading);
	else
		await readPlain(
			{
				name: plainName(file.path),
				bytes: fileBytes(file),
				isOfExport: false,
			},
			reading,
		);
}

function isArchive(path: string): boolean {
	return isZip(path) || isTar(path);
}

async function readArchive(
	file: ArchiveFile,
	{ out, take, entry: archive }: Reading,
): Promise<void> {
	const accepts = (name: string) => mayHoldPosts(name) || isArchive(name);
	const files = isZip(file.path)
		? zipEntries(file, accepts, out.note)
		: tarFiles(file, accepts, out.note);
	/** Of the entries before, whose counts are in the report already. */
	let taken = 0;
	const withoutPosts: string[] = [];
	try {
		for await (const entry of files) {
			const name = archive === null ? entry.name : `${archive}/${entry.name}`;
			let own = 0;
			const reading: Reading = {
				out,
				entry: name,
				take: (...post) => {
					own += 1;
					take(...post);
				},
			};
			try {
				if (!isArchive(name))
					await readPlain(
						{
							name: plainName(name),
							bytes: entryBytes(entry),
							isOfExport: true,
						},
						reading,
					);
				else if (archive === null) await readInner(entry, reading);
				else
					throw new FileError(
						"an archive in an archive in an archive: unpack it first",
					);
				taken += own;
			} catch (error) {
				if (!(error instanceof FileError) || own > 0 || entry.hasEnded())
					throw error;
				if (error instanceof NothingOfKind)
					out.note("left out of the archive: archives that hold no posts");
				else if (error instanceof NoPosts) withoutPosts.push(entry.name);
				else out.reject(error.line, error.message, error.sample, name);
			}
		}
	} catch (error) {
		out.count("posts of rejected files", taken);
		throw error;
	}
	if (withoutPosts.length > 0)
		out.note(
			`left out of the archive: ${formatCounted(withoutPosts.length, "file")} without posts, such as ${withoutPosts[0]}`,
		);
}

/** Reads an archive within an archive, which is unpacked whole before. */
async function readInner(entry: ArchivedFile, reading: Reading): Promise<void> {
	const absolutePath = scratchPath(reading.out);
	try {
		const written = createWriteStream(absolutePath);
		await pipeline(entry.bytes, written);
		const bytes = written.bytesWritten;
		await readArchive({ path: entry.name, absolutePath, bytes }, reading);
	} finally {
		await rm(absolutePath, { force: true });
	}
}

async function readPlain(
	file: PostsFile,
	{ out, entry, take }: Reading,
): Promise<void> {
	try {
		await readPosts(
			file,
			{ rows: csvRows, cells: cellsOf },
			{
				reject: (line, reason, sample) =>
					out.reject(line, reason, sample, entry ?? undefined),
				count: (name, by) => out.count(name, by),
				note: (text) => out.note(entry === null ? text : `${entry} ${text}`),
				drain: () => out.drain(),
			},
			(post, line) => take(post, line, entry),
		);
	} finally {
		// What holds no posts is not read to its end.
		await file.bytes.return(undefined);
	}
}
