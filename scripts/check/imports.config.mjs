const code = "[.](ts|tsx|mjs)$";
const test = "[.]test[.]tsx?$";

/** Folders and what of ours they may import: the data's way, one direction. */
const MAY_IMPORT = {
	"src/lib": [],
	"src/queries": ["src/lib"],
	"src/charts": ["src/lib"],
	"src/maps": ["src/lib"],
	"src/lake": ["src/lib", "workers/engine-api"],
	workers: ["src/lib", "src/lake"],
	"src/islands": [
		"src/lib",
		"src/queries",
		"src/charts",
		"src/maps",
		"src/lake",
		"src/styles",
		"workers",
	],
	"src/components": [
		"src/lib",
		"src/queries",
		"src/charts",
		"src/maps",
		"src/lake",
		"src/islands",
		"src/styles",
	],
	"src/layouts": [
		"src/lib",
		"src/lake",
		"src/components",
		"src/islands",
		"src/styles",
	],
	scripts: [
		"src/lib",
		"src/lake",
		"src/queries",
		"workers",
		"tests/browser",
		"tests/support/radosgw",
		"tests/support/redis",
	],
};

/** Rules for dependency-cruiser: https://github.com/sverweij/dependency-cruiser */
export default {
	forbidden: [
		{
			name: "no-cycles",
			severity: "error",
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{
			name: "nothing-imports-pages",
			severity: "error",
			from: { pathNot: "^tests/" },
			to: { path: "^src/pages/" },
		},
		{
			name: "resolvable",
			severity: "error",
			from: {},
			// What the build generates below .cache is not there on a fresh clone.
			to: { couldNotResolve: true, path: "^[.]", pathNot: "[.]cache/" },
		},
		...Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
			name: `${folder.replace("/", "-")}-imports-one-way`,
			severity: "error",
			from: { path: `^${folder}/.*${code}`, pathNot: test },
			to: {
				path: "^(src|workers|scripts|tests)/",
				pathNot: [folder, ...allowed].map((name) => `^${name}(/|[.])`),
			},
		})),
	],
	options: { doNotFollow: { path: "node_modules" } },
};
