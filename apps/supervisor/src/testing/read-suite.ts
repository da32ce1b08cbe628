import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { problemOf, send, type SuiteKit } from './suite-kit.ts';
import type { TestSupervisor } from './test-supervisor.ts';

/** Reading, listing, cancelling and following tasks. */
export function describeRead({ start, create }: SuiteKit): void {
  describe('read, list, cancel', () => {
    test.each([randomUUID(), 'nope', '..%2f..%2fetc%2fpasswd', '%00'])('no task %s is 404', async (id) => {
      const { base } = await start();
      const response = await send(base, `/tasks/${id}`);
      expect(response.status).toBe(404);
      expect((await problemOf(response)).error.code).toBe('NOT_FOUND');
    });

    test('the ETag answers 304 until the task changes', async () => {
      const supervisor = await start();
      const id = await create(supervisor);
      const first = await send(supervisor.base, `/tasks/${id}`);
      const etag = first.headers.get('etag') ?? '';
      await first.text();
      const same = await send(supervisor.base, `/tasks/${id}`, {
        headers: { 'if-none-match': `"other", W/${etag}` },
      });
      expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
      await supervisor.agent.agentCallback({ body: { task_id: id, status: 'running' } });
      const changed = await send(supervisor.base, `/tasks/${id}`, { headers: { 'if-none-match': etag } });
      expect(changed.status).toBe(200);
      await changed.text();
    });

    test('lists newest first, page by page, by filter, without attempts', async () => {
      const supervisor = await start();
      const { client } = supervisor;
      const ids: string[] = [];
      for (let at = 0; at < 5; at += 1) ids.unshift(await create(supervisor));
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Awaited<ReturnType<typeof client.listTasks>> = await client.listTasks({
          query: { limit: 2, ...(cursor === '' ? {} : { cursor }) },
        });
        if (!page.ok) throw new Error(page.message);
        seen.push(...page.body.items.map((item) => item.task_id));
        for (const item of page.body.items) expect(item).not.toHaveProperty('attempts');
        cursor = page.body.next_cursor;
      }
      expect([...seen].sort()).toEqual([...ids].sort());
      await supervisor.agent.agentCallback({ body: { task_id: ids[0] ?? '', status: 'succeeded' } });
      expect(await client.listTasks({ query: { status: 'succeeded' } })).toMatchObject({
        body: { items: [{ task_id: ids[0] }] },
      });
      expect(await client.listTasks({ query: { requested_by: 'nobody' } })).toMatchObject({
        body: { items: [], next_cursor: null },
      });
    });

    test.each([
      ['limit=abc', 422],
      ['status=done', 422],
      ['since=yesterday', 422],
      ['cursor=%21%21nonsense', 400],
      ['limit=0', 200],
      ['limit=-5&requested_by=x', 200],
      ['limit=100000', 200],
    ])('GET /tasks?%s is %i', async (query, status) => {
      const { base } = await start();
      const response = await send(base, `/tasks?${query}`);
      expect(response.status).toBe(status);
      await response.text();
    });

    test('a waiting task is cancelled at once, a second cancel is 409', async () => {
      const supervisor = await start();
      const { client } = supervisor;
      const task_id = await create(supervisor);
      const cancelled = await client.cancelTask({ params: { task_id }, body: { reason: 'typo' } });
      expect(cancelled).toMatchObject({
        ok: true,
        status: 202,
        body: { status: 'failed', error: { code: 'CANCELLED' }, park: null },
      });
      expect(await client.cancelTask({ params: { task_id }, body: undefined })).toMatchObject({
        ok: false,
        status: 409,
        code: 'TASK_TERMINAL',
      });
      expect(await client.cancelTask({ params: { task_id: randomUUID() }, body: {} })).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
      expect(await supervisor.metric('nexus_dlq_total{task_type="excel_kakao",failure_code="CANCELLED"}')).toBe(0);
    });
  });

  describe('event stream', () => {
    test('sends the present state, every change, and closes after the final one', async () => {
      const supervisor = await start();
      const { client, agent } = supervisor;
      const task_id = await create(supervisor);
      const stream = await client.watchTask({ params: { task_id } });
      if (!stream.ok) throw new Error(stream.message);
      const events = stream.body[Symbol.asyncIterator]();
      expect((await events.next()).value).toMatchObject({ event: 'task', data: { task_id, status: 'queued' } });
      await agent.agentCallback({ body: { task_id, status: 'running' } });
      expect((await events.next()).value).toMatchObject({ data: { status: 'running' } });
      await agent.agentCallback({ body: { task_id, status: 'succeeded', result: { ok: 1 } } });
      expect((await events.next()).value).toMatchObject({ data: { status: 'succeeded', result: { ok: 1 } } });
      expect((await events.next()).done).toBe(true);
    });

    test('resumes after the id the client has', async () => {
      const supervisor = await start();
      const task_id = await create(supervisor);
      await supervisor.client.cancelTask({ params: { task_id }, body: {} });
      const first = await supervisor.client.watchTask({ params: { task_id } });
      if (!first.ok) throw new Error(first.message);
      const ids: string[] = [];
      for await (const event of first.body) ids.push(event.id);
      expect(ids).toHaveLength(1);
      const again = await supervisor.client.watchTask({
        params: { task_id },
        headers: { 'last-event-id': ids[0] ?? '' },
      });
      if (!again.ok) throw new Error(again.message);
      for await (const event of again.body) throw new Error(`repeated ${event.id}`);
    });

    test('an unknown task is 404', async () => {
      const { client } = await start();
      expect(await client.watchTask({ params: { task_id: randomUUID() } })).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    });

    test('beats every 15 seconds and looks again; more streams than allowed are refused', async () => {
      const supervisor = await start({ options: { maxStreams: 1 } });
      const task_id = await create(supervisor);
      const response = await send(supervisor.base, `/tasks/${task_id}/events`);
      const reader = response.body?.getReader();
      await supervisor.waiting(1);
      expect(await supervisor.client.watchTask({ params: { task_id } })).toMatchObject({
        status: 503,
        code: 'TOO_MANY_STREAMS',
        retry_after: 5,
      });
      const stop = keepBeating(supervisor);
      let text = '';
      while (!text.includes(': heartbeat\n\n')) {
        const chunk = await reader?.read();
        if (chunk?.value === undefined) throw new Error(`the stream ended: ${text}`);
        text += Buffer.from(chunk.value).toString();
      }
      expect(text.match(/event: task/g)).toHaveLength(1);
      stop();
      await reader?.cancel();
    });
  });
}

/** A change may take the place of one heartbeat, so one is not enough. Returns what ends it. */
function keepBeating(supervisor: TestSupervisor): () => void {
  let beating = true;
  async function beat(): Promise<void> {
    await supervisor.waiting(1);
    if (!beating) return;
    supervisor.beat();
    await beat();
  }
  void beat();
  return () => {
    beating = false;
  };
}
