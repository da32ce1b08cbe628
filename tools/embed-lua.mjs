/**
 * Embeds a library's Lua scripts into a generated module, so that bundles are one file and scripts are still read as
 * Lua. `lua/<verb>-<number of keys>.lua` becomes `scripts.<verb>`; `--@include name` pulls in `lua/include/name.lua`;
 * `--@bullmq name` wraps that script of the installed BullMQ into a function of KEYS and ARGV.
 * Usage: node tools/embed-lua.mjs libs/task-queue [--check]
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const library = process.argv[2];
const check = process.argv.includes('--check');
const directory = join(library, 'lua');
const target = join(library, 'src/lua.generated.ts');

function expand(source) {
  return source
    .replaceAll(/^--@include (\S+)\n/gm, (_line, name) =>
      readFileSync(join(directory, 'include', `${name}.lua`), 'utf8'),
    )
    .replaceAll(
      /^--@bullmq (\S+)\n/gm,
      (_line, name) => `local function ${name}(KEYS, ARGV)\n${fromBullmq(name)}\nend\n`,
    );
}

/** The text of one of BullMQ's scripts without its comments and blank lines. */
function fromBullmq(name) {
  const scripts = createRequire(join(process.cwd(), 'package.json'))('bullmq/dist/cjs/scripts');
  const script = Object.values(scripts).find((each) => each.name === name);
  if (script === undefined) throw new Error(`BullMQ has no script ${name}`);
  // Called from Lua, its packed arguments need no packing: they are passed as the tables they would become.
  return script.content
    .replace('cmsgpack.unpack(ARGV[1])', 'ARGV[1]')
    .replace('cmsgpack.unpack(ARGV[3])', 'ARGV[3]')
    .replaceAll(/--\[\[[\s\S]*?\]\]/g, '')
    .replaceAll(/^\s*--.*$/gm, '')
    .replaceAll(/\n\s*\n/g, '\n')
    .trim();
}

const entries = readdirSync(directory)
  .filter((file) => file.endsWith('.lua'))
  .sort()
  .map((file) => {
    const [, verb, keys] = /^([a-z-]+)-(\d+)\.lua$/.exec(file);
    const name = verb.replaceAll(/-(\w)/g, (_dash, letter) => letter.toUpperCase());
    return `  ${name}: {\n    keys: ${keys},\n    lua: ${JSON.stringify(expand(readFileSync(join(directory, file), 'utf8')))},\n  },\n`;
  });
const text = `// Generated from ${library}/lua by tools/embed-lua.mjs. Do not edit.\nexport const scripts = {\n${entries.join('')}} as const;\n`;
let current = '';
try {
  current = readFileSync(target, 'utf8');
} catch {
  // First run: there is nothing to compare with.
}
if (current === text) process.exit(0);
if (check) {
  console.error(`${target} is out of date. Run: npm run generate`);
  process.exit(1);
}
writeFileSync(target, text);
console.log(`wrote ${target}`);
