import { describe, expect, test } from '@jest/globals';
import { creating, fileId, payload, problemOf, send, type SuiteKit } from './suite-kit.ts';
import { testKeys } from './test-supervisor.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Creating tasks: the answer, bad input, idempotency. */
export function describeCreate({ start }: SuiteKit): void {
  describe('create', () => {
    test('202 with the id, Location, a log line, metrics and a queued task', async () => {
      const supervisor = await start();
      const created = await supervisor.client.createTask({ body: creating });
      expect(created).toMatchObject({ ok: true, status: 202, body: { task_type: 'excel_kakao', status: 'queued' } });
      if (!created.ok) return;
      const { task_id } = created.body;
      expect(task_id).toMatch(uuid);
      expect(created.headers.get('location')).toBe(`/tasks/${task_id}`);
      const log = supervisor.logs().find((line) => line['event'] === 'TASK_CREATE');
      expect(log).toMatchObject({
        task_id,
        correlation_id: task_id,
        task_type: 'excel_kakao',
        ip: '127.0.0.1',
        level: 'INFO',
      });
      expect(log?.['payload']).toMatchObject({ action: 'chat_to_excel' });
      expect(await supervisor.metric('nexus_task_create_total{task_type="excel_kakao"}')).toBe(1);
      expect(await supervisor.client.getTask({ params: { task_id } })).toMatchObject({
        ok: true,
        status: 200,
        body: { task_id, status: 'queued', requested_by: 'kim', retry_count: 0, attempts: [], park: null },
      });
    });

    test('POST /excel-kakao answers 200 and requested_by is "system" by default', async () => {
      const supervisor = await start();
      const created = await supervisor.client.createExcelKakao({ body: { payload } });
      expect(created).toMatchObject({ ok: true, status: 200, body: { task_type: 'excel_kakao', status: 'queued' } });
      if (!created.ok) return;
      expect(await supervisor.client.getTask({ params: { task_id: created.body.task_id } })).toMatchObject({
        body: { requested_by: 'system' },
      });
    });

    test.each([
      ['an unknown type', { ...creating, task_type: 'nope' }, 422, 'UNKNOWN_TASK_TYPE'],
      ['a type that is a member of every object', { ...creating, task_type: 'constructor' }, 422, 'UNKNOWN_TASK_TYPE'],
      [
        'a payload without files',
        { ...creating, payload: { action: 'chat_to_excel', files: [] } },
        422,
        'PAYLOAD_INVALID',
      ],
      [
        'a payload with a path for a file',
        { ...creating, payload: { ...payload, files: ['../x'] } },
        422,
        'PAYLOAD_INVALID',
      ],
      [
        'a payload with more than it may have',
        { ...creating, payload: { ...payload, extra: 1 } },
        422,
        'PAYLOAD_INVALID',
      ],
      ['no payload', { task_type: 'excel_kakao', requested_by: 'kim' }, 422, 'VALIDATION_ERROR'],
      ['a list as payload', { ...creating, payload: [] }, 422, 'VALIDATION_ERROR'],
      ['an empty requested_by', { ...creating, requested_by: '' }, 422, 'VALIDATION_ERROR'],
      ['a key of 256 characters', { ...creating, idempotency_key: 'k'.repeat(256) }, 422, 'VALIDATION_ERROR'],
      ['an empty key', { ...creating, idempotency_key: '' }, 422, 'VALIDATION_ERROR'],
    ])('%s is refused and leaves nothing', async (...[, body, status, code]) => {
      const { base, client } = await start();
      const response = await send(base, '/tasks', { body: JSON.stringify(body) });
      expect(response.status).toBe(status);
      expect((await problemOf(response)).error.code).toBe(code);
      expect(await client.listTasks()).toMatchObject({ body: { items: [] } });
    });

    test.each([
      ['broken JSON', '{"task_type":', 400, 'BAD_REQUEST'],
      ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'BAD_REQUEST'],
      ['depth 1000', `{"payload":${'['.repeat(1000)}${']'.repeat(1000)}}`, 400, 'BAD_REQUEST'],
      ['257 KiB', JSON.stringify({ ...creating, requested_by: 'x'.repeat(257 * 1024) }), 413, 'PAYLOAD_TOO_LARGE'],
      ['no body', '', 400, 'BAD_REQUEST'],
    ])('%s is refused', async (...[, body, status, code]) => {
      const { base } = await start();
      const response = await send(base, '/tasks', { body, method: 'POST' });
      expect(response.status).toBe(status);
      expect((await problemOf(response)).error.code).toBe(code);
    });

    test('issues name the place in the payload', async () => {
      const { base } = await start();
      const response = await send(base, '/tasks', {
        body: JSON.stringify({ ...creating, payload: { ...payload, files: ['x'] } }),
      });
      expect((await problemOf(response)).error.detail).toMatchObject({ issues: [{ path: 'payload.files.0' }] });
    });
  });

  describe('idempotency', () => {
    test('twenty equal requests at once are one task', async () => {
      const supervisor = await start();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          supervisor.client.createTask({ body: creating, headers: { 'idempotency-key': 'once' } }),
        ),
      );
      const ids = new Set(answers.map((answer) => (answer.ok ? answer.body.task_id : answer.code)));
      expect(ids.size).toBe(1);
      expect(await supervisor.client.listTasks()).toMatchObject({ body: { items: [{ task_id: [...ids][0] }] } });
      expect(await supervisor.metric('nexus_task_create_total{task_type="excel_kakao"}')).toBe(1);
    });

    test('the order of members does not matter, the body does', async () => {
      const { base } = await start();
      const key = { 'idempotency-key': 'k' };
      const first = await send(base, '/tasks', { body: JSON.stringify(creating), headers: key });
      const reordered = JSON.stringify({
        payload: { files: [fileId], action: 'chat_to_excel' },
        requested_by: 'kim',
        task_type: 'excel_kakao',
      });
      const again = await send(base, '/tasks', { body: reordered, headers: key });
      expect(await again.json()).toEqual(await first.json());
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const other = await send(base, '/tasks', {
        body: JSON.stringify({ ...creating, requested_by: 'lee' }),
        headers: key,
      });
      expect(other.status).toBe(422);
      expect((await problemOf(other)).error.code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    test('the key may be in the body; both and different is 400; both and equal is one', async () => {
      const { base, client } = await start();
      const inBody = JSON.stringify({ ...creating, idempotency_key: 'a' });
      const first = await (await send(base, '/tasks', { body: inBody })).json();
      expect(await (await send(base, '/tasks', { body: inBody, headers: { 'idempotency-key': 'a' } })).json()).toEqual(
        first,
      );
      const both = await send(base, '/tasks', { body: inBody, headers: { 'idempotency-key': 'b' } });
      expect((await problemOf(both)).error.code).toBe('BAD_REQUEST');
      expect(await client.listTasks()).toMatchObject({ body: { items: [{}] } });
    });

    test('keys of different credentials are different keys', async () => {
      const { base } = await start();
      const key = { 'idempotency-key': 'k' };
      const user = (await (await send(base, '/tasks', { body: JSON.stringify(creating), headers: key })).json()) as {
        task_id: string;
      };
      const asAdmin = { ...key, 'x-api-key': '', 'x-admin-key': testKeys.admin };
      const admin = (await (
        await send(base, '/tasks', { body: JSON.stringify(creating), headers: asAdmin })
      ).json()) as { task_id: string };
      expect(admin.task_id).not.toBe(user.task_id);
    });
  });
}
