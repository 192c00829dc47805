import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { serveSite } from "./site/serve.ts";

const { values } = parseArgs({
	options: {
		port: { type: "string" },
		host: { type: "string", default: "localhost" },
		dir: { type: "string", default: "dist" },
	},
});

if (!existsSync(`${values.dir}/index.html`)) {
	console.error(`There is no site in ${values.dir}: npm run build makes one.`);
	process.exitCode = 1;
} else {
	const { url } = await serveSite({
		folder: values.dir,
		host: values.host,
		port: values.port === undefined ? null : Number(values.port),
	});
	console.log(`Lakeside is at ${url}`);
}
