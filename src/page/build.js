// Bundles the page, and what starts GraphiQL, into dist/page; part of `npm run build`. Names carry a hash of the content,
// so that browsers keep the files for good, except for index.html and graphiql.html, which name the others.
import { readFile, readdir, rm, writeFile, mkdir, copyFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as graphiql from '@graphql-yoga/render-graphiql/graphiql';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = here('../../dist/page/');
/** Where the gateway serves the files: server/page.ts. */
const PUBLIC_PATH = '/page/';

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });

/** Writes a file under a name with its hash; returns its URL. */
async function writeHashed(plainName, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase();
  const name = plainName.replace(/(\.\w+)$/, `-${hash}$1`);
  await writeFile(`${OUT}${name}`, content);
  return PUBLIC_PATH + name;
}
const copyHashed = async (path) => writeHashed(basename(path), await readFile(path));

const manifest = here('generated/persisted-documents.json');
const documents = await copyHashed(manifest);
const icons = await Promise.all(
  ['icon.svg', 'icon-192.png', 'icon-512.png'].map((icon) => copyHashed(here(icon))),
);
// By the labels that the editor asks for them with.
const workers = {
  editorWorkerService: await writeHashed('editor-worker.js', graphiql.editorWorkerService),
  graphql: await writeHashed('graphql-worker.js', graphiql.graphqlWorker),
  json: await writeHashed('json-worker.js', graphiql.jsonWorker),
};

// Browsers of the last three years.
const target = ['chrome111', 'firefox115', 'safari16.4'];

const { metafile } = await build({
  entryPoints: [here('main.tsx'), here('graphiql/start-graphiql.ts')],
  outdir: OUT,
  publicPath: PUBLIC_PATH,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target,
  minify: true,
  sourcemap: true,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.woff2': 'file' },
  define: { DOCUMENTS_URL: JSON.stringify(documents), GRAPHIQL_WORKERS: JSON.stringify(workers) },
  tsconfig: here('tsconfig.json'),
  logLevel: 'warning',
});

const names = Object.keys(metafile.outputs).map((path) => basename(path));
const named = (pattern) => PUBLIC_PATH + names.find((name) => pattern.test(name));
const webManifest = JSON.stringify({
  name: 'Vitrine',
  short_name: 'Vitrine',
  start_url: '/',
  display: 'standalone',
  background_color: '#ffffff',
  theme_color: '#ffffff',
  icons: [
    { src: icons[0], sizes: 'any', type: 'image/svg+xml' },
    { src: icons[1], sizes: '192x192', type: 'image/png' },
    { src: icons[2], sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
  ],
});
await writeFile(`${OUT}page.webmanifest`, webManifest);

/** What a file imports at once, and what those import: otherwise a browser would find one after the other. */
function importedBy(path, seen = new Set()) {
  for (const { path: next, kind } of metafile.outputs[path].imports) {
    if (kind !== 'import-statement' || seen.has(next)) continue;
    seen.add(next);
    importedBy(next, seen);
  }
  return [...seen];
}
const main = Object.keys(metafile.outputs).find((path) => /main-\w+\.js$/.test(path));
const preloads = importedBy(main).map(
  (path) => `<link rel="modulepreload" href="${PUBLIC_PATH}${basename(path)}" />`,
);

const html = (await readFile(here('index.html'), 'utf8'))
  .replace('{script}', named(/^main-\w+\.js$/))
  .replace('{style}', named(/^main-\w+\.css$/))
  .replace('{preloads}', preloads.join('\n    '))
  .replace('{icon}', icons[0])
  .replace('{touchIcon}', icons[1])
  .replace('{manifest}', `${PUBLIC_PATH}page.webmanifest`)
  .replace('{sans}', named(/^instrument-sans-latin-wght-normal-\w+\.woff2$/))
  .replace('{serif}', named(/^instrument-serif-latin-400-normal-\w+\.woff2$/));
await writeFile(`${OUT}index.html`, html);

const graphiqlHtml = (await readFile(here('graphiql/graphiql.html'), 'utf8'))
  .replace('{icon}', icons[0])
  .replace('{graphiqlStyle}', await writeHashed('graphiql.css', graphiql.css))
  .replace('{graphiqlScript}', await writeHashed('graphiql.js', graphiql.js))
  .replace('{style}', named(/^start-graphiql-\w+\.css$/))
  .replace('{script}', named(/^start-graphiql-\w+\.js$/));
// Not one of the files: the gateway adds the sample operations (server/graphql/graphiql.ts).
await writeFile(here('../../dist/graphiql.html'), graphiqlHtml);

// The worker changes with each version, as browsers compare it byte by byte. It keeps the page under a name with a hash,
// so that the files of two versions never mix.
const shellDocument = await writeHashed('index.html', html);
const shellFiles = [
  shellDocument,
  ...icons,
  `${PUBLIC_PATH}page.webmanifest`,
  ...names.filter((name) => !/^start-graphiql-|\.map$/.test(name)).map((name) => PUBLIC_PATH + name),
];
await build({
  entryPoints: [here('worker/service-worker.ts')],
  outdir: OUT,
  bundle: true,
  format: 'iife',
  target,
  minify: true,
  define: { SHELL_DOCUMENT: JSON.stringify(shellDocument), SHELL_FILES: JSON.stringify(shellFiles) },
  tsconfig: here('worker/tsconfig.json'),
  logLevel: 'warning',
});
// The gateway trusts these: server/page.ts.
await copyFile(manifest, `${OUT}documents.json`);

/** What the page asks first, as api/send.ts sends it: browsers ask for it while they load the script. */
const texts = Object.entries(JSON.parse(await readFile(manifest, 'utf8')));
const [arrive] = texts.find(([, text]) => /\bquery Arrive\b/.test(text));
const askedFirst = (isHome) =>
  `/graphql?documentId=${encodeURIComponent(arrive)}&variables=${encodeURIComponent(JSON.stringify({ isHome }))}`;
await writeFile(
  `${OUT}preloads.json`,
  JSON.stringify({ home: askedFirst(true), elsewhere: askedFirst(false) }),
);

/** The license of a package as it says it; its own words where it has no such file. */
async function licenseOf(name) {
  const folder = here(`../../node_modules/${name}/`);
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e(?:\.\w+)?$/i.test(entry));
  if (file !== undefined) return readFile(folder + file, 'utf8');
  const { license, repository } = JSON.parse(await readFile(`${folder}package.json`, 'utf8'));
  return `${license}; see ${repository.url}`;
}
// The licenses ask for it: bundles have no comments, and images of containers no packages of development.
const packages = new Set([
  '@graphql-yoga/render-graphiql',
  ...Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  ),
]);
const licenses = await Promise.all(
  [...packages].sort().map(async (name) => `${name}\n\n${(await licenseOf(name)).trim()}\n`),
);
await writeFile(`${OUT}LICENSES.txt`, licenses.join(`\n${'-'.repeat(80)}\n\n`));

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
/** At the highest quality, the parts of GraphiQL, which are larger than this, would take half a minute. */
const LARGE_BYTES = 500_000;
/** Already compressed; or source maps, which are large and rarely requested. */
const SENT_AS_THEY_ARE = /\.(?:png|woff2|map)$/;

// Here rather than in each gateway, where the first visitor would wait for it.
for (const name of await readdir(OUT)) {
  if (SENT_AS_THEY_ARE.test(name)) continue;
  const bytes = await readFile(OUT + name);
  const quality = bytes.length < LARGE_BYTES ? 11 : 6;
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: quality };
  await writeFile(`${OUT}${name}.br`, await brotli(bytes, { params }));
  await writeFile(`${OUT}${name}.gz`, await gzip(bytes, { level: 9 }));
}
