import type { SqlValue } from "../../../workers/engine-api.ts";
import type { CatalogTable } from "../../lib/catalog/catalog.ts";
import { type Column, describedColumns } from "../described-columns.ts";
import { hasDied } from "../errors.ts";
import { amongGhosts } from "../plan/ghosts.ts";
import { type Token, tokenizeSql } from "../sql/tokenize.ts";
import { isSymbol } from "../sql/tokens.ts";
import type { Connection } from "../types.ts";
import { readBlock } from "./block.ts";
import { DoesNotAggregate, DoesNotSplit } from "./does-not-split.ts";
import type { Split, SplitDraft } from "./draft.ts";
import { type Functions, readFunctions } from "./functions.ts";
import { type InnerBlock, innerBlocks } from "./inner-blocks.ts";
import { dropParts, layParts } from "./part-table.ts";
import { byPartitions, partitionKeyOf } from "./partitions.ts";
import { byParts } from "./parts.ts";
import { explainTree, reads, requireSplitShape } from "./plan-shape.ts";
import { type Query, readQuery } from "./query.ts";
import { type BoundSql, type ParamsByToken, render } from "./tokens.ts";

export type { Split } from "./draft.ts";

export interface SplitOptions {
	/** As `planQuery` takes it: ghosts are laid. */
	readonly connection: Connection;
	readonly sql: string;
	readonly params: readonly SqlValue[];
	/** The table that is read in slices. */
	readonly table: CatalogTable;
}

/**
 * Splits a statement that aggregates rows of one table, itself or in a common table
 * or the query that its FROM begins with. Decided from its tokens, and checked: by
 * the plan of the partial statement, and by names and types of the merged answer.
 * Throws {@link DoesNotSplit} with the reason where it is not certain that the
 * merged answer is the statement's.
 */
export async function splitStatement(options: SplitOptions): Promise<Split> {
	const { connection, sql } = options;
	return amongGhosts(connection, async () => {
		const tokens = withoutEnd(tokenizeSql(sql));
		const params = paramsByToken(tokens, options.params);
		const splitting = {
			...options,
			params,
			functions: await readFunctions(connection, tokens),
			columns: await describeColumns(connection, render(tokens, params)),
		};
		const blocks = [{ tokens, before: [], after: [] }, ...innerBlocks(tokens)];
		let reason: unknown;
		for (const block of blocks)
			try {
				return await splitBlock(block, splitting);
			} catch (error) {
				if (!(error instanceof DoesNotSplit)) throw error;
				if (!(error instanceof DoesNotAggregate)) reason = error;
				reason ??= error;
			}
		throw reason;
	});
}

interface Splitting {
	readonly connection: Connection;
	readonly table: CatalogTable;
	readonly params: ParamsByToken;
	readonly functions: Functions;
	/** Of the whole statement's answer. */
	readonly columns: readonly Column[];
}

async function splitBlock(
	block: InnerBlock,
	splitting: Splitting,
): Promise<Split> {
	const { connection, table, params, functions } = splitting;
	const query = await readQuery({
		block: readBlock(block.tokens),
		columns: await describeColumns(connection, render(block.tokens, params)),
		functions,
		render: (some) => render(some, params),
		describeColumns: (statement) => describeColumns(connection, statement),
	});
	try {
		return await checked(await byParts(query), query, block, splitting);
	} catch (error) {
		const key = partitionKeyOf(query, table);
		if (!(error instanceof DoesNotSplit) || key === null) throw error;
		return await checked(byPartitions(query, key), query, block, splitting);
	}
}

/**
 * That one aggregation makes the partial answers, and that the merge gives an
 * answer of the right types: also with other names, so that none of its own
 * columns is taken for another.
 */
async function checked(
	{ merge: mergeNamed, ...draft }: SplitDraft,
	query: Query,
	{ before, after }: InnerBlock,
	{ connection, table, params, columns }: Splitting,
): Promise<Split> {
	const plan = await standing(() => explainTree(connection, draft.partial));
	requireSplitShape(plan, table.name);
	const merged = mergeNamed(query.columns.map(({ name }) => name));
	const anonymous = mergeNamed(
		query.columns.map((_, at) => `slice item ${at}`),
	);
	const merge = concatenated([
		render(before, params),
		merged,
		render(after, params),
	]);
	await standing(() => layParts(connection, draft.partial));
	try {
		requireSame(query.columns, await describeColumns(connection, merged));
		requireSame(
			query.columns.map(({ type }, at) => ({ name: `slice item ${at}`, type })),
			await describeColumns(connection, anonymous),
		);
		requireSame(columns, await describeColumns(connection, merge));
		const merging = await standing(() => explainTree(connection, merge));
		if (reads(merging, table.name))
			throw new DoesNotSplit(`it reads ${table.name} in several places`);
	} finally {
		await dropParts(connection);
	}
	return { ...draft, merge };
}

function requireSame(
	expected: readonly Column[],
	actual: readonly Column[],
): void {
	for (const [at, { name, type }] of expected.entries())
		if (actual[at]?.name !== name || actual[at]?.type !== type)
			throw new DoesNotSplit(
				`column ${name} of its answer would be of another type or name`,
			);
}

function concatenated(parts: readonly BoundSql[]): BoundSql {
	return {
		sql: parts.map(({ sql }) => sql).join(" "),
		params: parts.flatMap(({ params }) => params),
	};
}

/** Without the semicolons that end it. */
function withoutEnd(tokens: readonly Token[]): readonly Token[] {
	const last = tokens.findLastIndex((token) => !isSymbol(token, ";"));
	return tokens.slice(0, last + 1);
}

function describeColumns(
	connection: Connection,
	{ sql, params }: BoundSql,
): Promise<Column[]> {
	return standing(() => describedColumns(connection, sql, params));
}

/** Throws {@link DoesNotSplit} for what DuckDB refuses: the statement itself was planned before. */
async function standing<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (hasDied(error)) throw error;
		const message = error instanceof Error ? error.message : String(error);
		throw new DoesNotSplit(
			`a part of it does not stand alone (${message.split("\n")[0]})`,
		);
	}
}

/** Throws {@link DoesNotSplit} for parameters that are not told by their order. */
function paramsByToken(
	tokens: readonly Token[],
	params: readonly SqlValue[],
): ParamsByToken {
	const marks = tokens.filter((token) => isSymbol(token, "?"));
	const isNumbered = tokens.some(
		(token, at) =>
			token.kind === "number" &&
			isSymbol(tokens[at - 1], "?") &&
			tokens[at - 1]?.start === token.start - 1,
	);
	if (isNumbered || marks.length !== params.length)
		throw new DoesNotSplit("it has numbered or named parameters");
	return new Map(marks.map((mark, at) => [mark, params[at] ?? null]));
}
