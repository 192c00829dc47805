import { defineConfig } from "vitest/config";
import { ByTurns } from "./tests/support/by-turns.ts";

export default defineConfig({
	test: {
		// For a machine that does much else.
		expect: { poll: { timeout: 30_000 } },
		// What differs is said whole: of a failure on another machine nothing else is left.
		chaiConfig: { truncateThreshold: 0 },
		sequence: { sequencer: ByTurns },
		// One more than the cores of a small machine: what waits for browsers, processes
		// and servers takes less than a core.
		maxWorkers: 3,
		projects: [
			{
				extends: true,
				test: {
					name: "unit",
					include: ["{src,workers,scripts}/**/*.test.{ts,tsx}"],
					testTimeout: 120_000,
					hookTimeout: 120_000,
				},
			},
			{
				extends: true,
				test: {
					name: "pipeline",
					include: [
						"tests/{pipeline,queue,storage,faults-pipeline}/**/*.test.ts",
					],
					testTimeout: 180_000,
					// Moments of real processes; what is broken fails twice.
					retry: 1,
					hookTimeout: 600_000,
				},
			},
			{
				extends: true,
				test: {
					name: "system",
					include: ["tests/**/*.test.ts"],
					exclude: [
						"tests/differential/**",
						"tests/{pipeline,queue,storage,faults-pipeline}/**",
					],
					testTimeout: 180_000,
					// A busy machine may starve a browser; what is broken fails twice.
					retry: 1,
					hookTimeout: 600_000,
					globalSetup: ["tests/site/build-site.ts"],
				},
			},
			{
				extends: true,
				test: {
					name: "differential",
					include: ["tests/differential/**/*.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 600_000,
				},
			},
		],
	},
});
