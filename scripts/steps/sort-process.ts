import { join } from "node:path";
import { tableContract } from "../../src/lib/tables.ts";
import { type Database, openDatabase } from "../storage/duckdb.ts";
import { peakBytes } from "./memory.ts";
import type { SortAnswer, SortQuestion } from "./sort-messages.ts";
import { serveQuestions } from "./worker-process.ts";
import { writePiece } from "./write.ts";

let bench: { readonly database: Database; readonly scratch: string } | null =
	null;

serveQuestions<SortQuestion, SortAnswer>(
	async (question) => {
		if (question.kind === "setup") {
			const { scratch } = question;
			const database = await openDatabase({
				memoryLimit: "320MB",
				temporaryFolder: join(scratch, "spill"),
			});
			bench = { database, scratch };
			return { kind: "ready" };
		}
		if (bench === null) throw new Error("a sorting process was not set up");
		if (question.kind === "finish") {
			bench.database.close();
			return { kind: "finished", peakBytes: peakBytes() };
		}
		const { files, rows } = await writePiece(
			bench.database.connection,
			tableContract(question.table),
			question.definition,
			question.piece,
			{ lake: question.lake, scratch: join(bench.scratch, "sorted") },
		);
		return {
			kind: "written",
			files,
			rows,
			residentBytes: process.memoryUsage.rss(),
		};
	},
	(answer) => answer.kind === "finished",
);
