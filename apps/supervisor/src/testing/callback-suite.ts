import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { signatureHeaders, signBodyOnly, signStandardWebhook, type CandidateKey } from '@nexus/contracts';
import { problemOf, send, type SuiteKit } from './suite-kit.ts';
import { testKeys, type TestSupervisor } from './test-supervisor.ts';

/** What agents report, signed and unsigned. */
export function describeCallbacks({ start, create, now }: SuiteKit): void {
  describe('callbacks', () => {
    test('running, then succeeded: the task follows, is counted once and its duration recorded', async () => {
      const supervisor = await start();
      const { agent, client } = supervisor;
      const task_id = await create(supervisor);
      expect(await agent.agentCallback({ body: { task_id, status: 'running', attempt: 1 } })).toMatchObject({
        ok: true,
        body: { ok: true, task_id, status: 'running' },
      });
      const final = {
        task_id,
        status: 'succeeded',
        attempt: 1,
        result: { rows: 3 },
        metrics: { duration_ms: 1500 },
        event: 'x',
      } as const;
      expect(await agent.agentCallback({ body: final })).toMatchObject({ body: { status: 'succeeded' } });
      expect(await agent.agentCallback({ body: final })).toMatchObject({
        body: { status: 'succeeded', duplicate: true },
      });
      const late = await agent.agentCallback({ body: { task_id, status: 'running', attempt: 2 } });
      expect(late).toMatchObject({ body: { status: 'succeeded', ignored: true } });
      expect(await client.getTask({ params: { task_id } })).toMatchObject({
        body: { status: 'succeeded', result: { rows: 3 } },
      });
      expect(await supervisor.metric('nexus_callback_total{status="succeeded"}')).toBe(1);
      expect(await supervisor.metric('nexus_callback_total{status="running"}')).toBe(1);
      expect(await supervisor.metric('nexus_task_status_total{task_type="excel_kakao",status="succeeded"}')).toBe(1);
      expect(await supervisor.metric('nexus_task_duration_seconds_count{task_type="excel_kakao"}')).toBe(1);
      expect(await supervisor.metric('nexus_task_duration_seconds_sum{task_type="excel_kakao"}')).toBe(1.5);
      const updates = supervisor.logs().filter((line) => line['event'] === 'TASK_UPDATE');
      expect(updates).toMatchObject([
        { task_id, status: 'running' },
        { task_id, status: 'succeeded', duration_ms: 1500, callback: { result: { rows: 3 } } },
      ]);
    });

    test('a failure that is retried and a final one are counted as such', async () => {
      const supervisor = await start();
      const { agent, client } = supervisor;
      const task_id = await create(supervisor);
      const error = { code: 'PROVIDER_TIMEOUT', message: 'call 010-1234-5678' };
      await agent.agentCallback({ body: { task_id, status: 'failed', attempt: 1, will_retry: true, error } });
      expect(await supervisor.metric('nexus_retries_total{task_type="excel_kakao",delay="5s"}')).toBe(1);
      expect(await supervisor.metric('nexus_dlq_total{task_type="excel_kakao",failure_code="PROVIDER_TIMEOUT"}')).toBe(
        0,
      );
      expect(await client.getTask({ params: { task_id } })).toMatchObject({
        body: { status: 'queued', last_error: { code: error.code } },
      });
      const final = await agent.agentCallback({ body: { task_id, status: 'failed', attempt: 2, error } });
      expect(final).toMatchObject({ body: { status: 'failed' } });
      expect(await supervisor.metric('nexus_dlq_total{task_type="excel_kakao",failure_code="PROVIDER_TIMEOUT"}')).toBe(
        1,
      );
      expect(
        await supervisor.metric('nexus_agent_fail_total{task_type="excel_kakao",failure_code="PROVIDER_TIMEOUT"}'),
      ).toBe(2);
      expect(await supervisor.metric('nexus_parked_tasks{park="dlq"}')).toBe(1);
      expect(await client.getTask({ params: { task_id } })).toMatchObject({
        body: { status: 'failed', park: 'dlq', failure_code: error.code },
      });
      expect(JSON.stringify(supervisor.logs())).not.toContain('1234');
    });

    test.each([
      ['no status', { task_id: randomUUID() }, 422, 'VALIDATION_ERROR'],
      ['an unknown status', { task_id: randomUUID(), status: 'done' }, 422, 'VALIDATION_ERROR'],
      ['attempt 0', { task_id: randomUUID(), status: 'running', attempt: 0 }, 422, 'VALIDATION_ERROR'],
      [
        'a negative duration',
        { task_id: randomUUID(), status: 'succeeded', metrics: { duration_ms: -1 } },
        422,
        'VALIDATION_ERROR',
      ],
      ['an unknown task', { task_id: randomUUID(), status: 'running' }, 404, 'NOT_FOUND'],
    ])('%s is refused', async (...[, body, status, code]) => {
      const { base } = await start();
      const response = await send(base, '/agent/callback', {
        body: JSON.stringify(body),
        headers: { 'x-api-key': testKeys.agent },
      });
      expect(response.status).toBe(status);
      expect((await problemOf(response)).error.code).toBe(code);
    });

    test('a user key may not report while an agent key is set', async () => {
      const supervisor = await start();
      const task_id = await create(supervisor);
      expect(await supervisor.client.agentCallback({ body: { task_id, status: 'succeeded' } })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'queued' } });
    });
  });

  describe('signed callbacks', () => {
    const keys: CandidateKey[] = [{ id: 'k1', secret: 's' }];
    const seconds = () => Math.floor(now() / 1000);

    async function startSigned(): Promise<{ supervisor: TestSupervisor; rawBody: string; task_id: string }> {
      const supervisor = await start({ signingKeys: keys });
      const task_id = await create(supervisor);
      return { supervisor, task_id, rawBody: JSON.stringify({ task_id, status: 'running' }) };
    }

    function sign(rawBody: string, nonce: string = randomUUID(), secret = 's') {
      return signatureHeaders({ timestamp: seconds(), nonce, body: rawBody }, { secret, id: 'k1' });
    }

    test('what is signed over the bytes sent is accepted once', async () => {
      const { supervisor, rawBody } = await startSigned();
      const headers = sign(rawBody);
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: headers })).toMatchObject({ ok: true });
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: headers })).toMatchObject({
        status: 409,
        code: 'REPLAY_DETECTED',
      });
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: sign(rawBody) })).toMatchObject({
        body: { duplicate: true },
      });
    });

    test('a forged callback burns no nonce and changes nothing', async () => {
      const { supervisor, rawBody, task_id } = await startSigned();
      const nonce = randomUUID();
      const forged = await supervisor.agent.agentCallback({ rawBody, extraHeaders: sign(rawBody, nonce, 'guess') });
      expect(forged).toMatchObject({ status: 401, code: 'BAD_SIGNATURE' });
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'queued' } });
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: sign(rawBody, nonce) })).toMatchObject({
        ok: true,
      });
    });

    test.each([
      ['no signature', () => ({}), 'BAD_SIGNATURE'],
      [
        'an old timestamp',
        (rawBody: string) =>
          signatureHeaders({ timestamp: seconds() - 400, nonce: randomUUID(), body: rawBody }, { secret: 's' }),
        'BAD_TIMESTAMP',
      ],
      ['a short nonce', (rawBody: string) => sign(rawBody, 'short'), 'BAD_NONCE'],
      ['a body-only signature', (rawBody: string) => ({ 'x-signature': signBodyOnly('s', rawBody) }), 'BAD_TIMESTAMP'],
      ['an unknown key id', (rawBody: string) => ({ ...sign(rawBody), 'x-key-id': 'k2' }), 'BAD_SIGNATURE'],
      ['other bytes', (rawBody: string) => sign(rawBody.replace(',', ', ')), 'BAD_SIGNATURE'],
    ])('%s is 401', async (...[, headers, code]) => {
      const { supervisor, rawBody, task_id } = await startSigned();
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: headers(rawBody) })).toMatchObject({
        status: 401,
        code,
      });
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'queued' } });
    });

    test('a malformed body with a good signature is 422', async () => {
      const { supervisor, task_id } = await startSigned();
      const rawBody = JSON.stringify({ task_id, status: 'finished' });
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: sign(rawBody) })).toMatchObject({
        status: 422,
        code: 'VALIDATION_ERROR',
      });
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'queued' } });
    });

    test("Standard Webhooks: the sender's retry is a duplicate, the id with another body is a replay", async () => {
      const { supervisor, rawBody, task_id } = await startSigned();
      const headersOf = (body: string) => ({
        'webhook-id': 'msg-1',
        'webhook-timestamp': String(seconds()),
        'webhook-signature': signStandardWebhook('s', { id: 'msg-1', timestamp: seconds(), body }),
      });
      const first = await supervisor.agent.agentCallback({ rawBody, extraHeaders: headersOf(rawBody) });
      expect(first).toMatchObject({ ok: true, body: { status: 'running' } });
      expect(first.ok && first.body.duplicate).toBeFalsy();
      expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: headersOf(rawBody) })).toMatchObject({
        body: { duplicate: true },
      });
      const other = JSON.stringify({ task_id, status: 'succeeded' });
      expect(await supervisor.agent.agentCallback({ rawBody: other, extraHeaders: headersOf(other) })).toMatchObject({
        status: 409,
        code: 'REPLAY_DETECTED',
      });
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'running' } });
    });
  });
}
