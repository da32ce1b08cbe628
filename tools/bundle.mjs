/**
 * Bundles one app into `<app>/dist/main.js`: one ES module file that runs on Node 20 and later without node_modules.
 * Usage: node tools/bundle.mjs apps/supervisor
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const app = process.argv[2];
const outdir = join(app, 'dist');
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(app, 'src/main.ts')],
  outfile: join(outdir, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['@nexus/source'],
  minifySyntax: true,
  // CommonJS dependencies call require() for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
  // BullMQ's optional back ends, loaded only when asked for.
  external: ['pg', '@valkey/valkey-glide'],
  logLevel: 'warning',
});
