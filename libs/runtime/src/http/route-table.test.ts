import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRouteTable } from './route-table.ts';

const table = createRouteTable([
  ['/', 'root'],
  ['/tasks', 'list'],
  ['/tasks/{task_id}', 'read'],
  ['/tasks/latest', 'latest'],
  ['/tasks/{task_id}/events', 'follow'],
  ['/groups/{group}/members/{member}', 'member'],
]);

function found(url: string): unknown {
  const match = table.find(url);
  return match === undefined ? undefined : [match.target, { ...match.params }];
}

describe('a path', () => {
  test.each([
    ['/', 'root', {}],
    ['/tasks', 'list', {}],
    ['/tasks/', 'list', {}],
    ['/tasks?limit=5', 'list', {}],
    ['/tasks#part', 'list', {}],
    ['/tasks/latest', 'latest', {}],
    ['/tasks/17', 'read', { task_id: '17' }],
    ['/tasks/17/', 'read', { task_id: '17' }],
    ['/tasks/17?a=/b', 'read', { task_id: '17' }],
    ['/tasks/a%2Fb%20%EA%B0%80', 'read', { task_id: 'a/b 가' }],
    ['/tasks/17/events', 'follow', { task_id: '17' }],
    ['/groups/a/members/b', 'member', { group: 'a', member: 'b' }],
    ['http://nexus.example:8000/tasks/17?x', 'read', { task_id: '17' }],
    ['http://nexus.example', undefined, {}],
    ['/Tasks', undefined, {}],
    ['/t%61sks', undefined, {}],
    ['/tasks//', undefined, {}],
    ['/tasks//events', undefined, {}],
    ['/tasks/17/18', undefined, {}],
    ['//tasks', undefined, {}],
    ['*', undefined, {}],
    ['', undefined, {}],
  ])('%s is %s', (url, target, params) => {
    expect(found(url)).toEqual(target === undefined ? undefined : [target, params]);
  });

  test('whose parameter cannot be decoded throws a URIError', () => {
    expect(() => table.find('/tasks/%E0%A4')).toThrow(URIError);
  });

  test('has parameters without a prototype: a name in it is never found by accident', () => {
    expect(Object.getPrototypeOf(table.find('/tasks/17')?.params)).toBeNull();
    expect(Object.getPrototypeOf(table.find('/tasks')?.params)).toBeNull();
  });

  test('gives back every text that a client encoded', () => {
    const texts = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(texts, texts, (group, member) => {
        const url = `/groups/${encodeURIComponent(group)}/members/${encodeURIComponent(member)}`;
        expect(found(url)).toEqual(['member', { group, member }]);
      }),
    );
  });

  test('that nobody declared is not found, whatever it is', () => {
    fc.assert(fc.property(fc.webPath(), (path) => expect(table.find(`/other${path}`)).toBeUndefined()));
  });
});

test('a path that is declared twice is refused, also under another name of its parameter', () => {
  const twice = (...paths: string[]) => createRouteTable(paths.map((path) => [path, 0] as const));
  expect(() => twice('/tasks', '/tasks')).toThrow('declared twice');
  expect(() => twice('/tasks/{a}', '/tasks/{b}')).toThrow('declared twice');
});
