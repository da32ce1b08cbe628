import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { signatureHeaders, signBodyOnly } from '@nexus/contracts';
import { freePort } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { alertVariables } from './alerts/alert-variables.ts';
import { finopsVariables } from './finops/finops-variables.ts';
import { llmVariables } from './llm/llm-variables.ts';
import { settingsVariables } from './settings.ts';
import {
  createSettingsKit,
  creatingBody as body,
  type Env,
  type StartedSupervisor as Started,
} from './testing/settings-kit.ts';
import { triageVariables } from './triage/triage-variables.ts';

/** Those about dead letters and alerts are proved in letter-settings.test.ts, those about models in llm-settings.test.ts, those about spending in finops-settings.test.ts. */
type Name = Exclude<
  keyof typeof settingsVariables,
  keyof typeof triageVariables | keyof typeof alertVariables | keyof typeof llmVariables | keyof typeof finopsVariables
>;

const kit = createSettingsKit();
const { read, start, create } = kit;

async function jobOptions(
  started: Started,
): Promise<{ attempts: number; backoff: { delays: number[]; jitterRatio?: number } }> {
  const id = await create(started);
  const options = await kit.connection().hget(`{nexus}:${started.env['TASK_QUEUE']}:${id}`, 'opts');
  return JSON.parse(options ?? '{}') as { attempts: number; backoff: { delays: number[]; jitterRatio?: number } };
}

/** Status of a callback for an unknown task: 404 when its signature is good. */
async function callback(
  { client }: Started,
  headersOf: (rawBody: string) => Record<string, string> = () => ({}),
): Promise<string> {
  const rawBody = JSON.stringify({ task_id: randomUUID(), status: 'running' });
  const answer = await client.agentCallback({ rawBody, extraHeaders: headersOf(rawBody) });
  return answer.ok ? 'accepted' : answer.code;
}

function signer(secret: string, over: { id?: string; idHeader?: string; age?: number; nonce?: string } = {}) {
  const { age = 0, nonce = randomUUID(), ...key } = over;
  return (rawBody: string) =>
    signatureHeaders({ timestamp: Math.floor(Date.now() / 1000) - age, nonce, body: rawBody }, { secret, ...key });
}

function statusWith(base: string, headers: Record<string, string>, path = '/tasks'): Promise<number> {
  return fetch(base + path, { headers }).then(async (response) => {
    await response.text();
    return response.status;
  });
}

/** For each variable, the behaviour that it changes. */
const proofs: Record<Name, () => Promise<void>> = {
  async NODE_ENV() {
    const env = { REDIS_URL: kit.redis().url, NODE_ENV: 'production' };
    expect(read(env)).toMatchObject({ ok: false, problems: [{ name: 'NEXUS_API_KEY' }, { name: 'ADMIN_API_KEY' }] });
    expect(read({ ...env, NODE_ENV: 'development' }).ok).toBe(true);
  },
  async NEXUS_API_KEY() {
    const { base } = await start({ NEXUS_API_KEY: 'own' });
    expect(await statusWith(base, { 'x-api-key': 'own' })).toBe(200);
    expect(await statusWith(base, { 'x-api-key': 'dev-key' })).toBe(401);
    expect(
      read({ REDIS_URL: kit.redis().url, NODE_ENV: 'production', NEXUS_API_KEY: 'own', ADMIN_API_KEY: 'admin-key' }),
    ).toMatchObject({
      problems: [{ name: 'ADMIN_API_KEY' }],
    });
  },
  async ADMIN_API_KEY() {
    const { base } = await start({ ADMIN_API_KEY: 'own-admin' });
    expect(await statusWith(base, { 'x-admin-key': 'own-admin' })).toBe(200);
    expect(await statusWith(base, { 'x-admin-key': 'admin-key' })).toBe(401);
  },
  async AGENT_API_KEY() {
    const shared = await start();
    expect(await callback(shared)).toBe('NOT_FOUND');
    const separate = await start({ AGENT_API_KEY: 'agent' });
    expect(await callback(separate)).toBe('FORBIDDEN');
    expect(await callback(separate, () => ({ 'x-api-key': 'agent' }))).toBe('NOT_FOUND');
  },
  async NEXUS_HOST() {
    // An address of documentation (RFC 5737) is never one of this machine.
    await expect(start({ NEXUS_HOST: '192.0.2.1' })).rejects.toThrow(/EADDRNOTAVAIL|192\.0\.2\.1/);
  },
  async NEXUS_PORT() {
    const port = await freePort();
    expect((await start({ NEXUS_PORT: String(port) })).port).toBe(port);
    const other = await freePort();
    expect((await start({ NEXUS_PORT: '', PORT: String(other) })).port).toBe(other);
  },
  async NEXUS_DATA_DIR() {
    const started = await start({ NEXUS_DATA_DIR: 'relative-data' });
    await started.client.uploadFile({ body: 'x', headers: { 'x-file-name': 'a' } });
    await access(join(kit.directory(), 'relative-data', 'files', 'contents'));
  },
  async LOG_LEVEL() {
    const quiet = await start({ LOG_LEVEL: 'ERROR' });
    await create(quiet);
    expect(quiet.lines).toEqual([]);
    const chatty = await start({ LOG_LEVEL: 'debug' });
    await create(chatty);
    expect(chatty.lines.join('')).toContain('HTTP_REQUEST');
  },
  async REDIS_URL() {
    expect(read({})).toMatchObject({ ok: false, problems: [{ name: 'REDIS_URL' }] });
    const other = connectRedis({
      url: kit.redis().url.replace(/\/0$/, '/1'),
      purpose: 'request',
      name: 'other',
      onError: () => undefined,
    });
    const id = await create(await start({ REDIS_URL: kit.redis().url.replace(/\/0$/, '/1'), TASK_QUEUE: 'elsewhere' }));
    expect(await other.exists(`{nexus}:elsewhere:${id}`)).toBe(1);
    expect(await kit.connection().exists(`{nexus}:elsewhere:${id}`)).toBe(0);
    other.disconnect();
  },
  async TASK_TTL_SECONDS() {
    await kit.connection().flushall();
    const { client } = await start({ TASK_TTL_SECONDS: '1234' });
    await client.createTask({ body, headers: { 'idempotency-key': 'k' } });
    const [key] = await kit.connection().keys('{nexus}:idempotency:*');
    const left = await kit.connection().ttl(key ?? '');
    expect(left).toBeGreaterThan(1200);
    expect(left).toBeLessThanOrEqual(1234);
  },
  async TASK_QUEUE() {
    const started = await start({ TASK_QUEUE: 'named-queue' });
    expect(await kit.connection().exists(`{nexus}:named-queue:${await create(started)}`)).toBe(1);
  },
  async MAX_RETRIES() {
    expect(await jobOptions(await start())).toMatchObject({ attempts: 4 });
    expect(await jobOptions(await start({ MAX_RETRIES: '0' }))).toMatchObject({ attempts: 1 });
  },
  async RETRY_DELAYS_SECONDS() {
    const started = await start({ RETRY_DELAYS_SECONDS: '0,7' });
    expect(await jobOptions(started)).toMatchObject({ backoff: { delays: [0, 7] } });
    const error = { code: 'UNKNOWN', message: 'no' };
    await started.client.agentCallback({
      body: { task_id: await create(started), status: 'failed', will_retry: true, error },
    });
    const scrape = await started.client.metrics();
    expect(scrape.ok && scrape.body).toContain('nexus_retries_total{task_type="excel_kakao",delay="0s"} 1');
  },
  async RETRY_JITTER_ENABLED() {
    expect((await jobOptions(await start())).backoff.jitterRatio ?? 0).toBe(0);
    expect(await jobOptions(await start({ RETRY_JITTER_ENABLED: 'yes' }))).toMatchObject({
      backoff: { jitterRatio: 0.1 },
    });
  },
  async TASK_LOCK_TTL_SECONDS() {
    const lockAfterFailure = async (over: Env) => {
      await kit.connection().flushall();
      const started = await start({ MAX_RETRIES: '0', ...over });
      const task_id = await create(started);
      await started.client.agentCallback({
        body: { task_id, status: 'failed', error: { code: 'UNKNOWN', message: 'no' } },
      });
      const [key] = (await kit.connection().keys('*lock*')).filter((name) => name.includes(task_id));
      await started.stop();
      return key === undefined ? undefined : kit.connection().ttl(key);
    };
    expect(await lockAfterFailure({ TASK_LOCK_TTL_SECONDS: '77' })).toBeGreaterThan(70);
    expect(await lockAfterFailure({ TASK_LOCK_TTL_SECONDS: '0' })).toBeUndefined();
  },
  async CALLBACK_SIGNATURE_SECRET() {
    expect(await callback(await start())).toBe('NOT_FOUND');
    const started = await start({ CALLBACK_SIGNATURE_SECRET: 's' });
    expect(await callback(started)).toBe('BAD_SIGNATURE');
    expect(await callback(started, signer('s'))).toBe('NOT_FOUND');
  },
  async CALLBACK_SIGNATURE_SECRETS_JSON() {
    const list = JSON.stringify({ keys: [{ id: 'a', secret: 'in-list' }] });
    const started = await start({ CALLBACK_SIGNATURE_SECRETS_JSON: list, CALLBACK_SIGNATURE_SECRET: 'single' });
    expect(await callback(started, signer('in-list', { id: 'a' }))).toBe('NOT_FOUND');
    expect(await callback(started, signer('single'))).toBe('BAD_SIGNATURE');
    const broken = read({ REDIS_URL: kit.redis().url, CALLBACK_SIGNATURE_SECRETS_JSON: '[{"id":"a","secret":""}]' });
    expect(broken).toMatchObject({ ok: false, problems: [{ name: 'CALLBACK_SIGNATURE_SECRETS_JSON' }] });
  },
  async CALLBACK_SIGNATURE_SECRETS_PATH() {
    const path = join(kit.directory(), `${randomUUID()}.json`);
    await writeFile(path, JSON.stringify([{ id: 'a', secret: 'in-file' }]));
    const started = await start({ CALLBACK_SECRET_ROTATION_SOURCE: 'file', CALLBACK_SIGNATURE_SECRETS_PATH: path });
    expect(await callback(started, signer('in-file'))).toBe('NOT_FOUND');
    const missing = { CALLBACK_SECRET_ROTATION_SOURCE: 'file', CALLBACK_SIGNATURE_SECRETS_PATH: `${path}.gone` };
    await expect(start(missing)).rejects.toThrow('cannot be used');
    await writeFile(`${path}.gone`, '[]');
    await expect(start(missing)).rejects.toThrow('it holds no key');
  },
  async CALLBACK_SECRET_ROTATION_SOURCE() {
    expect(read({ REDIS_URL: kit.redis().url, CALLBACK_SECRET_ROTATION_SOURCE: 'file' })).toMatchObject({
      ok: false,
      problems: [{ name: 'CALLBACK_SIGNATURE_SECRETS_PATH' }],
    });
    const path = join(kit.directory(), `${randomUUID()}.json`);
    await writeFile(path, JSON.stringify([{ id: 'a', secret: 'in-file' }]));
    const unread = await start({ CALLBACK_SECRET_ROTATION_SOURCE: 'env', CALLBACK_SIGNATURE_SECRETS_PATH: path });
    expect(await callback(unread)).toBe('NOT_FOUND');
  },
  async CALLBACK_SIGNATURE_KEY_ID_HEADER() {
    const list = JSON.stringify([{ id: 'a', secret: 's' }]);
    const started = await start({
      CALLBACK_SIGNATURE_SECRETS_JSON: list,
      CALLBACK_SIGNATURE_KEY_ID_HEADER: 'X-Signer',
    });
    expect(await callback(started, signer('s', { id: 'wrong', idHeader: 'x-signer' }))).toBe('BAD_SIGNATURE');
    expect(await callback(started, signer('s', { id: 'wrong', idHeader: 'x-key-id' }))).toBe('NOT_FOUND');
  },
  async CALLBACK_REPLAY_PROTECTION_ENABLED() {
    const twice = async (over: Env) => {
      const started = await start({ CALLBACK_SIGNATURE_SECRET: 's', ...over });
      const sign = signer('s', { nonce: 'nonce-12345', age: 9999 });
      return [await callback(started, sign), await callback(started, sign)];
    };
    expect(await twice({})).toEqual(['BAD_TIMESTAMP', 'BAD_TIMESTAMP']);
    expect(await twice({ CALLBACK_REPLAY_PROTECTION_ENABLED: 'off' })).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  },
  async CALLBACK_MAX_SKEW_SECONDS() {
    const started = await start({ CALLBACK_SIGNATURE_SECRET: 's', CALLBACK_MAX_SKEW_SECONDS: '1000' });
    expect(await callback(started, signer('s', { age: 900 }))).toBe('NOT_FOUND');
    expect(await callback(started, signer('s', { age: 1100 }))).toBe('BAD_TIMESTAMP');
  },
  async CALLBACK_NONCE_TTL_SECONDS() {
    const ttlOf = async (over: Env) => {
      const nonce = randomUUID();
      await callback(await start({ CALLBACK_SIGNATURE_SECRET: 's', ...over }), signer('s', { nonce }));
      return kit.connection().ttl(`{nexus}:nonce:default:${nonce}`);
    };
    expect(await ttlOf({ CALLBACK_NONCE_TTL_SECONDS: '5000' })).toBeGreaterThan(4900);
    // Never shorter than twice the allowed skew.
    expect(await ttlOf({ CALLBACK_NONCE_TTL_SECONDS: '1' })).toBeGreaterThan(590);
  },
  async CALLBACK_SIGNATURE_ALLOW_LEGACY_BODY_ONLY() {
    const bodyOnly = (rawBody: string) => ({ 'x-signature': signBodyOnly('s', rawBody) });
    expect(await callback(await start({ CALLBACK_SIGNATURE_SECRET: 's' }), bodyOnly)).toBe('BAD_TIMESTAMP');
    const legacy = await start({ CALLBACK_SIGNATURE_SECRET: 's', CALLBACK_SIGNATURE_ALLOW_LEGACY_BODY_ONLY: '1' });
    expect(await callback(legacy, bodyOnly)).toBe('NOT_FOUND');
    expect(legacy.lines.join('')).toContain('CALLBACK_BODY_ONLY_ALLOWED');
  },
  async FILE_MAX_BYTES() {
    const { client } = await start({ FILE_MAX_BYTES: '3' });
    expect(await client.uploadFile({ body: 'abc', headers: { 'x-file-name': 'a' } })).toMatchObject({ status: 201 });
    expect(await client.uploadFile({ body: 'abcd', headers: { 'x-file-name': 'a' } })).toMatchObject({ status: 413 });
  },
  async FILE_TTL_SECONDS() {
    const found = async (over: Env) => {
      const { client } = await start(over);
      const file = await client.uploadFile({ body: 'abc', headers: { 'x-file-name': 'a' } });
      if (!file.ok) throw new Error(file.message);
      return (await client.downloadFile({ params: { file_id: file.body.file_id } })).status;
    };
    expect(await found({})).toBe(200);
    expect(await found({ FILE_TTL_SECONDS: '0' })).toBe(404);
  },
  async EVENT_STREAMS_MAX() {
    const started = await start({ EVENT_STREAMS_MAX: '0' });
    expect(await started.client.watchTask({ params: { task_id: await create(started) } })).toMatchObject({
      code: 'TOO_MANY_STREAMS',
    });
  },
  async SHUTDOWN_DRAIN_SECONDS() {
    const started = await start({ SHUTDOWN_DRAIN_SECONDS: '1' });
    const stopped = started.stop();
    expect(await started.client.ready()).toMatchObject({ status: 503, body: { checks: { shutdown: { ok: false } } } });
    await stopped;
    expect(await started.client.ready()).toMatchObject({ ok: false, code: 'NETWORK_ERROR' });
  },
  async SHUTDOWN_GRACE_SECONDS() {
    const started = await start({ SHUTDOWN_GRACE_SECONDS: '0' });
    const socket = connect(started.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    socket.write(
      'POST /files HTTP/1.1\r\nHost: x\r\nX-API-Key: dev-key\r\nX-File-Name: a\r\nContent-Length: 100\r\n\r\nhalf',
    );
    await started.client.live();
    await started.stop();
    await closed;
    expect(started.lines.join('')).not.toContain('HTTP_FAULT');
  },
};

describe('every declared variable changes behaviour', () => {
  test('those of letters, alerts, models and spending, and these, are all there are', () => {
    const proved = [proofs, triageVariables, alertVariables, llmVariables, finopsVariables];
    const names = proved.flatMap((each) => Object.keys(each));
    expect(names.toSorted()).toEqual(Object.keys(settingsVariables).toSorted());
  });

  test.each(Object.keys(proofs) as Name[])('%s', async (name) => proofs[name]());
});

test('the defaults start, apart from Redis', () => {
  expect(read({ REDIS_URL: kit.redis().url })).toMatchObject({ ok: true, warnings: [] });
});

test('every problem is told at once and no secret is shown', () => {
  const result = read({
    NEXUS_PORT: 'x',
    MAX_RETRIES: '-1',
    CALLBACK_SIGNATURE_SECRETS_JSON: 'geheim',
    REDIS_URL: 'http://user:geheim@x',
  });
  expect(result.ok).toBe(false);
  expect(JSON.stringify(result)).not.toContain('geheim');
  expect(result).toMatchObject({
    problems: [
      { name: 'REDIS_URL' },
      { name: 'NEXUS_PORT' },
      { name: 'MAX_RETRIES' },
      { name: 'CALLBACK_SIGNATURE_SECRETS_JSON' },
    ],
  });
});
