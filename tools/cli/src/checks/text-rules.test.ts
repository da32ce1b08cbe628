import { describe, expect, test } from '@jest/globals';
import { TEXT_RULES } from './text-rules.ts';

function problems(path: string, text = ''): string[] {
  return TEXT_RULES.flatMap(({ find }) => find({ path, text }));
}

// Put together here, so that this file keeps the rules that it tests.
const home = ['', 'home', 'kim', 'nexus'].join('/');
const unfinished = ['TO', 'DO'].join('');
const skipped = ['test', 'skip'].join('.');

describe('the house rules of one file', () => {
  test.each([
    'libs/a/src/utils/x.ts',
    'libs/a/src/utils.ts',
    'core/x.md',
    'apps/a/src/managers.test.ts',
    'libs/common/a.ts',
  ])('a drawer by its name: %s', (path) =>
    expect(problems(path)).toEqual([expect.stringContaining('does not say what is inside')]),
  );

  test.each(['libs/a/src/shared-store.ts', 'libs/a/src/service.ts', 'libs/a/src/utility-bill.ts', 'a/core-set.ts'])(
    'a name that says something: %s',
    (path) => expect(problems(path)).toEqual([]),
  );

  test('401 lines are too many, 400 are not, tests and generated files may', () => {
    expect(problems('a.ts', 'x\n'.repeat(401))).toEqual(['a.ts: 401 lines']);
    expect(problems('a.ts', 'x\n'.repeat(400))).toEqual([]);
    for (const path of ['a.test.ts', 'a.generated.ts', 'docs/a.md', 'a/fixtures/b.ts']) {
      expect(problems(path, 'x\n'.repeat(401))).toEqual([]);
    }
  });

  test('a path of one machine, with its line', () => {
    expect(problems('docs/a.md', `first\nsee ${home} there`)).toEqual([`docs/a.md:2: ${home}`]);
    expect(problems('docs/a.md', 'https://example.com/work/main and ./root/x and /api/home/kim/x')).toEqual([]);
  });

  test('what is unfinished, and a test that does not run', () => {
    expect(problems('a.ts', `// ${unfinished}: later`)).toEqual([`a.ts:1: ${unfinished}`]);
    expect(problems('docs/a.md', unfinished)).toEqual([]);
    expect(problems('a.test.ts', `${skipped}('x', () => {})`)).toEqual([`a.test.ts:1: ${skipped}`]);
  });
});
