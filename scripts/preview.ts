import { existsSync } from "node:fs";
import { commandOptions, portOf } from "./site/command-options.ts";
import { serveSite } from "./site/serve.ts";

const USAGE = `npm run preview [-- --dir DIR] [--port N] [--host NAME]

Serves a site that is built.

  --dir DIR    default: dist
  --port N     default: 4321 or the next that is free
  --host NAME  default: localhost`;

const {
	host,
	dir = "dist",
	...values
} = commandOptions(USAGE, ["port", "host", "dir"]);
const port = portOf(USAGE, values.port);

if (!existsSync(`${dir}/index.html`)) {
	console.error(`There is no site in ${dir}: npm run build makes one.`);
	process.exitCode = 1;
} else {
	const { url } = await serveSite({ folder: dir, host, port });
	console.log(`Lakeside is at ${url}`);
}
