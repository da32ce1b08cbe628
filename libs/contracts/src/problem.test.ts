import { expect, test } from '@jest/globals';
import { problemBody, problemSchema, problemStatus, type ProblemCode } from './problem.ts';

test('is both shapes in one body', () => {
  expect(
    problemBody(
      { problem: 'NOT_FOUND', message: 'task not found', detail: {} },
      { instance: '/tasks/x', requestId: 'r' },
    ),
  ).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'task not found',
    instance: '/tasks/x',
    error: { code: 'NOT_FOUND', message: 'task not found', detail: {} },
    request_id: 'r',
  });
});

test('every code has a title of its status', () => {
  for (const problem of Object.keys(problemStatus) as ProblemCode[]) {
    const body = problemBody({ problem, message: 'm' }, { instance: '/', requestId: 'r' });
    expect(problemSchema.safeParse(body).success).toBe(true);
    expect(body.title).not.toBe('Error');
  }
});
