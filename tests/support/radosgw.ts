import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import {
	CreateBucketCommand,
	DeleteBucketCorsCommand,
	PutBucketCorsCommand,
	PutBucketPolicyCommand,
	PutObjectCommand,
	S3Client,
} from "@aws-sdk/client-s3";
import { AwsV4Signer } from "aws4fetch";
import { readingPolicy } from "../../scripts/storage/bucket-policy.ts";
import type { CorsRule } from "../../src/lib/hosts/cors.ts";
import { onFreePorts } from "./free-ports.ts";

const COMMANDS = [
	"radosgw",
	"radosgw-admin",
	"ceph",
	"ceph-authtool",
	"ceph-mon",
	"ceph-osd",
	"monmaptool",
];
/** What the server does not do within this time it does not do at all. */
const START_MILLISECONDS = 120_000;
const STOP_MILLISECONDS = 5000;

const run = promisify(execFile);

export interface ObjectStore {
	/** Without a slash at its end; buckets answer below it and as `bucket.localhost`. */
	readonly endpoint: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	/** Address of a bucket, ending in a slash. */
	bucketUrl(bucket: string): string;
	/** The same bucket by a host name of its own. */
	virtualHostUrl(bucket: string): string;
	/** Private, without a CORS configuration. */
	makeBucket(bucket: string): Promise<void>;
	put(bucket: string, key: string, body: Uint8Array | string): Promise<void>;
	/** No rules: the bucket has no CORS configuration any more. */
	setCors(bucket: string, rules: readonly CorsRule[]): Promise<void>;
	/** Lets anyone read the bucket's objects, all or those below a prefix such as `/maps`, and nobody list them. */
	allowReading(bucket: string, prefix?: string): Promise<void>;
	/** The keys of a further user, who owns nothing. */
	makeUser(name: string): Promise<{
		readonly accessKeyId: string;
		readonly secretAccessKey: string;
	}>;
	/** What a signed GET of an address answers. */
	get(url: string): Promise<string>;
	/** An address that lets whoever has it read the object, for so long. */
	presigned(bucket: string, key: string, seconds: number): Promise<string>;
	stop(): Promise<void>;
}

/** Whether Debian's packages `radosgw ceph-mon ceph-osd ceph-common` are here. */
export function hasRadosgw(): boolean {
	const folders = (process.env.PATH ?? "").split(delimiter);
	return COMMANDS.every((command) =>
		folders.some((folder) => existsSync(join(folder, command))),
	);
}

/**
 * Starts a real S3-compatible server on this machine: one monitor, one object
 * store in memory and Ceph's gateway, all of them below a temporary folder and on
 * free ports. Takes a second or two and 400 MB. Its processes end with `stop`,
 * and with this process.
 */
export function startRadosgw(): Promise<ObjectStore> {
	return onFreePorts(3, startOn);
}

async function startOn(
	monitor2 = 0,
	monitor1 = 0,
	gateway = 0,
): Promise<ObjectStore> {
	const folder = await mkdtemp(join(tmpdir(), "lakeside-radosgw-"));
	const monitors = `[v2:127.0.0.1:${monitor2}/0,v1:127.0.0.1:${monitor1}/0]`;
	const port = String(gateway);
	const fsid = randomUUID();
	const config = join(folder, "ceph.conf");
	const keyring = join(folder, "keyring");
	const daemons: ChildProcess[] = [];
	const killAll = () => {
		for (const daemon of daemons) daemon.kill("SIGKILL");
	};
	process.once("exit", killAll);
	const stop = async () => {
		// The gateway first: it waits for the others.
		for (const daemon of daemons.reverse()) await end(daemon);
		process.removeListener("exit", killAll);
		await rm(folder, { recursive: true, force: true });
	};

	const deadline = AbortSignal.timeout(START_MILLISECONDS);
	const ceph = async (command: string, ...args: string[]) => {
		const { stdout } = await run(command, ["-c", config, ...args], {
			signal: deadline,
		});
		return stdout;
	};
	const start = (command: string, ...args: string[]) => {
		const daemon = spawn(command, ["-c", config, ...args, "-f"], {
			stdio: "ignore",
		});
		daemons.push(daemon);
		return daemon;
	};

	try {
		await writeFile(config, configText({ folder, fsid, monitors, port }));
		await mkdir(join(folder, "osd"));
		await writeKeyring(keyring);
		await run("monmaptool", [
			...["--create", "--fsid", fsid, "--addv", "a", monitors],
			join(folder, "monmap"),
		]);
		await ceph(
			"ceph-mon",
			...["-i", "a", "--mkfs", "--monmap", join(folder, "monmap")],
			...["--keyring", keyring],
		);
		start("ceph-mon", "-i", "a");
		const osd = randomUUID();
		await ceph("ceph", "osd", "new", osd, "0");
		await ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd);
		start("ceph-osd", "-i", "0");
		const makeUser = async (name: string) => {
			const user = JSON.parse(
				await run("radosgw-admin", [
					...["-c", config, "user", "create"],
					...["--uid", name, "--display-name", name],
				]).then(({ stdout }) => stdout),
			) as RadosgwUser;
			const [keys] = user.keys;
			if (keys === undefined) throw new Error("radosgw made no keys");
			return {
				accessKeyId: keys.access_key,
				secretAccessKey: keys.secret_key,
			};
		};
		const keys = await makeUser("test");
		start(
			"radosgw",
			...["-n", "client.rgw", "--rgw-data", join(folder, "rgw")],
			...["--keyring", keyring],
		);
		const endpoint = `http://127.0.0.1:${port}`;
		await untilAnswers(endpoint, deadline);
		return store({ endpoint, ...keys, makeUser, stop });
	} catch (error) {
		const logs = await lastLines(folder);
		await stop();
		throw new Error(`radosgw did not start\n${logs}`, { cause: error });
	}
}

/** The part of `radosgw-admin user create` that is read here. */
interface RadosgwUser {
	readonly keys: readonly {
		readonly access_key: string;
		readonly secret_key: string;
	}[];
}

function store(server: {
	readonly endpoint: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	makeUser: ObjectStore["makeUser"];
	stop(): Promise<void>;
}): ObjectStore {
	const { endpoint, accessKeyId, secretAccessKey, makeUser } = server;
	// Of an address without a region of its own; radosgw takes any.
	const region = "us-east-1";
	const client = new S3Client({
		endpoint,
		region,
		credentials: { accessKeyId, secretAccessKey },
		forcePathStyle: true,
		// Ceph 16 does not know the checksums that the client adds by itself.
		requestChecksumCalculation: "WHEN_REQUIRED",
		responseChecksumValidation: "WHEN_REQUIRED",
	});
	return {
		endpoint,
		region,
		accessKeyId,
		secretAccessKey,
		bucketUrl: (bucket) => `${endpoint}/${bucket}/`,
		virtualHostUrl: (bucket) =>
			`http://${bucket}.localhost:${new URL(endpoint).port}/`,
		async makeBucket(bucket) {
			await client.send(new CreateBucketCommand({ Bucket: bucket }));
		},
		async put(bucket, key, body) {
			await client.send(
				new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }),
			);
		},
		async setCors(bucket, rules) {
			if (rules.length === 0) {
				await client.send(new DeleteBucketCorsCommand({ Bucket: bucket }));
				return;
			}
			await client.send(
				new PutBucketCorsCommand({
					Bucket: bucket,
					CORSConfiguration: {
						CORSRules: rules.map((rule) => ({
							AllowedOrigins: [...rule.AllowedOrigins],
							AllowedMethods: [...rule.AllowedMethods],
							AllowedHeaders: [...rule.AllowedHeaders],
							ExposeHeaders: [...rule.ExposeHeaders],
							MaxAgeSeconds: rule.MaxAgeSeconds,
						})),
					},
				}),
			);
		},
		async allowReading(bucket, prefix = "") {
			await client.send(
				new PutBucketPolicyCommand({
					Bucket: bucket,
					Policy: JSON.stringify(readingPolicy(`s3://${bucket}${prefix}`)),
				}),
			);
		},
		makeUser,
		async get(url) {
			const signed = await new AwsV4Signer({
				url,
				accessKeyId,
				secretAccessKey,
				region,
				service: "s3",
			}).sign();
			const { headers } = signed;
			return (await fetch(signed.url, { headers })).text();
		},
		async presigned(bucket, key, seconds) {
			const { url } = await new AwsV4Signer({
				url: `${endpoint}/${bucket}/${encodeURI(key)}?X-Amz-Expires=${seconds}`,
				accessKeyId,
				secretAccessKey,
				region,
				service: "s3",
				signQuery: true,
			}).sign();
			return url.href;
		},
		async stop() {
			client.destroy();
			await server.stop();
		},
	};
}

function configText(options: {
	readonly folder: string;
	readonly fsid: string;
	readonly monitors: string;
	readonly port: string;
}): string {
	const { folder, fsid, monitors, port } = options;
	return `[global]
fsid = ${fsid}
mon host = ${monitors}
public addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
# Seconds that the monitor gathers changes for, of which a start takes a dozen.
paxos propose interval = 0.05
osd objectstore = memstore
memstore device bytes = 4294967296
osd data = ${folder}/osd
mon data = ${folder}/mon
run dir = ${folder}
keyring = ${folder}/keyring
log file = ${folder}/$name.log
pid file = ${folder}/$name.pid
admin socket = ${folder}/$name.asok
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw dns name = localhost
`;
}

/** Keys of all that take part; the monitor learns them when it is made. */
async function writeKeyring(keyring: string): Promise<void> {
	const entities: Readonly<Record<string, Readonly<Record<string, string>>>> = {
		"mon.": { mon: "allow *" },
		"client.admin": { mon: "allow *", osd: "allow *", mgr: "allow *" },
		"osd.0": { mon: "allow profile osd", osd: "allow *" },
		"client.rgw": { mon: "allow rw", osd: "allow rwx" },
	};
	await writeFile(keyring, "");
	for (const [name, rights] of Object.entries(entities))
		await run("ceph-authtool", [
			...[keyring, "--gen-key", "-n", name],
			...Object.entries(rights).flatMap(([service, right]) => [
				"--cap",
				service,
				right,
			]),
		]);
}

async function untilAnswers(url: string, deadline: AbortSignal): Promise<void> {
	for (;;) {
		deadline.throwIfAborted();
		try {
			await fetch(url, { signal: deadline });
			return;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}

async function end(daemon: ChildProcess): Promise<void> {
	if (daemon.exitCode !== null || daemon.signalCode !== null) return;
	const ended = new Promise((resolve) => daemon.once("exit", resolve));
	daemon.kill("SIGTERM");
	const timer = setTimeout(() => daemon.kill("SIGKILL"), STOP_MILLISECONDS);
	await ended;
	clearTimeout(timer);
}

/** What the daemons wrote last, for the error that tells of them. */
async function lastLines(folder: string): Promise<string> {
	const texts = await Promise.all(
		["mon.a", "osd.0", "client.rgw"].map(async (name) => {
			const file = join(folder, `${name}.log`);
			if (!existsSync(file)) return `${name}: no log`;
			const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
			return lines
				.slice(-5)
				.map((line) => `${name}: ${line}`)
				.join("\n");
		}),
	);
	return texts.join("\n");
}
