/**
 * Bundles one app into `<app>/dist/main.js`: one ES module file that runs on Node 20 and later without node_modules.
 * Usage: node tools/bundle.mjs apps/supervisor
 *
 * The text of a bundle stays in memory as long as its process (docs/decisions/door-memory.md): white space goes, names
 * stay, for the stacks in logs.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Files of dependencies that the product never runs and a bundler cannot tell: what stands for them instead. A file that
 * an update renames is bundled whole again, which costs memory and nothing else.
 */
const REPLACED = [
  // The doors use a pool; the index also has fetch, WebSocket, caches, mocks and proxies.
  [/[\\/]undici[\\/]index\.js$/, "module.exports = { Pool: require('./lib/dispatcher/pool.js') };"],
  // HTTP/2 is switched off, and loading Node's takes 5 MB.
  [
    /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/,
    'module.exports = () => { throw new Error("HTTP/2 is off"); };',
  ],
  // Nobody changes the language of validation messages.
  [/[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/, "export { default as en } from './en.js';"],
  // Metrics are scraped, from each process by itself.
  [/[\\/]prom-client[\\/]lib[\\/](cluster|pushgateway)\.js$/, 'module.exports = class {};'],
  // Tasks are run by functions, not by files in processes of their own.
  [/[\\/]bullmq[\\/]dist[\\/]\w+[\\/]classes[\\/]child\.js$/, 'exports.Child = class {};'],
  // The queue is in Redis, asked by ioredis.
  [
    /[\\/]bullmq[\\/]dist[\\/]\w+[\\/](postgres[\\/]index|classes[\\/]valkey-glide-client)\.js$/,
    'module.exports = {};',
  ],
  // Loops run by intervals. Cron expressions bring a library of dates and time zones with them.
  [
    /[\\/]cron-parser[\\/]dist[\\/]index\.js$/,
    "exports.CronExpressionParser = { parse() { throw new Error('Cron expressions are not in this bundle: tools/bundle.mjs'); } };",
  ],
  // An HTTP parser that undici tries out when an option says so.
  [/[\\/]undici[\\/]lib[\\/]milo[\\/](no-)?simd\.js$/, "module.exports = '';"],
];

const app = process.argv[2];
const outdir = join(app, 'dist');
const { outputFiles } = await build({
  entryPoints: [join(app, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['@nexus/source'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  // CommonJS dependencies call require() for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
  // BullMQ's optional back ends, loaded only when asked for.
  external: ['pg', '@valkey/valkey-glide'],
  plugins: [
    {
      name: 'replaced',
      setup(on) {
        for (const [filter, contents] of REPLACED) on.onLoad({ filter }, () => ({ contents, loader: 'js' }));
        // An import of node:http reads its every member, and with one of them Node loads a second undici: 13 MB.
        on.onResolve({ filter: /^(node:)?https?$/ }, ({ kind, path }) =>
          kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
        );
        on.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
          contents: `module.exports = require(${JSON.stringify(path)});`,
          loader: 'js',
        }));
      },
    },
  ],
  logLevel: 'warning',
});
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
for (const { path, text } of outputFiles) writeFileSync(path, asAscii(text));

/**
 * One letter above Latin-1 makes V8 keep all the text in two bytes a letter. esbuild escapes strings; what is left stands
 * in regular expressions, where the escape means the same.
 * @param {string} text
 */
function asAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
