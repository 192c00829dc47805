import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		// For a machine that does much else.
		expect: { poll: { timeout: 30_000 } },
		projects: [
			{
				extends: true,
				test: {
					name: "unit",
					include: ["{src,workers,scripts}/**/*.test.{ts,tsx}"],
					testTimeout: 120_000,
					hookTimeout: 120_000,
					maxWorkers: 2,
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
					// They wait for processes and servers more than they work, so they run apart.
					maxWorkers: 3,
					sequence: { groupOrder: 1 },
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
					maxWorkers: 2,
				},
			},
			{
				extends: true,
				test: {
					name: "differential",
					include: ["tests/differential/**/*.test.ts"],
					testTimeout: 180_000,
					hookTimeout: 600_000,
					maxWorkers: 2,
				},
			},
		],
	},
});
