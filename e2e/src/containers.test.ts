import { describe, expect, test } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const docker = join(root, 'docker');
const composeText = readFileSync(join(docker, 'compose.yaml'), 'utf8');
const dockerfiles = readdirSync(docker).filter((name) => name.endsWith('.Dockerfile'));

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly healthcheck?: unknown;
}
const compose = parse(composeText, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
};
const services = Object.entries(compose.services);

/** The instructions of a Dockerfile as `[NAME, rest]`, continued lines joined, comments left out. */
function instructions(text: string): (readonly [string, string])[] {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines
    .filter((line) => /^[A-Z]+\s/.test(line))
    .map((line) => [line.split(/\s/, 1)[0] ?? '', line.replace(/^\S+\s+/, '').trim()] as const);
}

interface ProcessOptions {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What the app's own file says; `npm start` and the benchmarks read the same. */
function processOptionsOf(app: string): ProcessOptions {
  const file = join(root, 'apps', app, 'process-options.json');
  if (!existsSync(file)) return { flags: [], environment: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as ProcessOptions;
}

/** Tags that always mean the same software: three numbers. */
const PINNED = /^[\w./-]+:\d+\.\d+\.\d+(-[\w.]+)?$/;

test('every app has its Dockerfile, and compose builds exactly these', () => {
  const apps = readdirSync(join(root, 'apps'));
  expect(dockerfiles.map((name) => name.replace('.Dockerfile', '')).sort()).toEqual(
    apps.filter((app) => app !== 'console').sort(),
  );
  const built = services.flatMap(([, { build }]) => (build === undefined ? [] : [build.dockerfile])).sort();
  expect(built).toEqual(dockerfiles.map((name) => `docker/${name}`).sort());
});

describe.each(dockerfiles)('%s', (name) => {
  const text = readFileSync(join(docker, name), 'utf8');
  const all = instructions(text);
  const last = all.slice(all.findLastIndex(([word]) => word === 'FROM'));
  const values = (word: string): string[] => last.filter(([found]) => found === word).map(([, rest]) => rest);

  test('is a valid Dockerfile', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace('COPY', 'COPYY'))).not.toEqual([]);
  });

  test('starts from pinned images only', () => {
    const images = all.filter(([word]) => word === 'FROM').map(([, rest]) => rest.split(/\s/)[0]);
    expect(images.filter((image) => !PINNED.test(image ?? ''))).toEqual([]);
  });

  test('ends with one file, without root, with a health check, and takes signals itself', () => {
    const app = name.replace('.Dockerfile', '');
    expect(values('COPY')).toEqual([`--from=build /src/apps/${app}/dist/main.js ./main.js`]);
    expect(values('USER').at(-1)).toMatch(/^(?!root|0)/);
    expect(values('HEALTHCHECK')).toEqual([expect.stringContaining('/health/')]);
    expect(values('ENV').join(' ')).toMatch(/NODE_ENV=production NEXUS_HOST=0\.0\.0\.0/);
  });

  test('starts Node as the app asks for', () => {
    const { flags, environment } = processOptionsOf(name.replace('.Dockerfile', ''));
    expect(values('CMD').map((command) => JSON.parse(command) as unknown)).toEqual([['node', ...flags, 'main.js']]);
    const set = values('ENV').flatMap((line) => line.split(' '));
    expect(set.filter((assignment) => /^(MALLOC_|NODE_OPTIONS=)/.test(assignment))).toEqual(
      Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
    );
    expect(spawnSync(process.execPath, [...flags, '-e', '0'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  test('holds no secret', () => {
    expect(
      all.filter(([word, rest]) => ['ENV', 'ARG'].includes(word) && /KEY|SECRET|TOKEN|PASSWORD/.test(rest)),
    ).toEqual([]);
  });

  test('its health check runs: status 1 where nobody answers', () => {
    const [, command = '[]'] = /CMD (\[.*\])$/.exec(values('HEALTHCHECK')[0] ?? '') ?? [];
    const [, ...args] = JSON.parse(command) as string[];
    const port = /process\.env\.(\w+)/.exec(command)?.[1] ?? '';
    expect(last.join(' ')).toContain(`${port}=`);
    expect(spawnSync(process.execPath, args, { env: { [port]: '9' } }).status).toBe(1);
  });
});

describe('compose.yaml', () => {
  test('follows the Compose schema and rules', () => {
    expect(lint(composeText)).toEqual([]);
    expect(lint(composeText.replace('ports:', 'prots:'))).not.toEqual([]);
  });

  test('Redis keeps everything, is not reachable from outside and has a pinned image', () => {
    const { redis } = compose.services;
    expect(redis?.command?.join(' ')).toContain('--appendonly yes --appendfsync everysec');
    expect(redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
    expect(redis?.ports).toBeUndefined();
    expect(redis?.volumes).toEqual(['redis-data:/data']);
    expect(redis?.healthcheck).toBeDefined();
    expect(redis?.image).toMatch(PINNED);
    expect(redis?.networks?.map((network) => compose.networks[network]?.internal)).toEqual([true]);
  });

  test('only the supervisor is published, and only on this machine', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['supervisor 127.0.0.1:${NEXUS_PORT:-8000}:8000']);
  });

  test.each(services)('%s can do no more than it must', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });

  test('every key is asked for and none has a default', () => {
    const keys = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([name]) => /KEY|SECRET|TOKEN|PASSWORD/.test(name)),
    );
    expect(keys.length).toBeGreaterThan(0);
    for (const [name, value] of keys) expect(value).toMatch(new RegExp(`^\\$\\{${name}:\\?[^}]+\\}$`));
  });

  test('every variable is one that the app reads', async () => {
    for (const [name, { build, environment = {} }] of services) {
      if (build === undefined) continue;
      const { settingsVariables } = (await import(join(root, `apps/${name}/src/settings.ts`))) as {
        settingsVariables: Record<string, unknown>;
      };
      expect(Object.keys(environment).filter((variable) => settingsVariables[variable] === undefined)).toEqual([]);
    }
    const used = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, variable]) => variable);
    const documented = readFileSync(join(root, '.env.example'), 'utf8');
    expect(used.filter((variable) => !new RegExp(`^#? ?${variable}=`, 'm').test(documented))).toEqual([]);
  });
});

/** The messages of dclint about a compose file; the order of keys is ours. */
function lint(text: string): unknown[] {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-compose-'));
  const own = { 'service-keys-order': 0, 'top-level-properties-order': 0, 'require-quotes-in-ports': 0 };
  try {
    cpSync(docker, directory, { recursive: true });
    writeFileSync(join(directory, 'compose.yaml'), text);
    writeFileSync(join(directory, '.dclintrc.json'), JSON.stringify({ rules: own }));
    const program = join(createRequire(import.meta.url).resolve('dclint/package.json'), '../bin/dclint.cjs');
    const { stdout } = spawnSync(process.execPath, [program, '-f', 'json', '-c', '.dclintrc.json', '.'], {
      cwd: directory,
      encoding: 'utf8',
    });
    return (JSON.parse(stdout) as { messages: unknown[] }[]).flatMap(({ messages }) => messages);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
