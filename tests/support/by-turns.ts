import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files of all projects by turns, those of a project in Vitest's own order: beside what
 * waits for browsers and servers runs what computes, and at the end there are small files
 * for whoever is free.
 */
export class ByTurns extends BaseSequencer {
	override async sort(
		files: TestSpecification[],
	): Promise<TestSpecification[]> {
		const projects = Map.groupBy(
			await super.sort(files),
			({ project }) => project.name,
		);
		return [...projects.values()]
			.flatMap((own) =>
				own.map((file, at) => ({ file, turn: at / own.length })),
			)
			.sort((one, other) => one.turn - other.turn)
			.map(({ file }) => file);
	}
}
