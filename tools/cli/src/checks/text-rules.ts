/** A file of the project and its text. */
export interface ProjectText {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A rule about one file: what it says in one line, and what it finds wrong (empty: nothing). */
export interface TextRule {
  readonly title: string;
  readonly find: (file: ProjectText) => readonly string[];
}

const DRAWERS = /^(utils?|helpers?|common|shared|services|managers?|core|misc)$/;
const MOST_LINES = 400;
const SOURCE = /\.(ts|tsx|mts|mjs|js|lua|css|sh)$/;
const TEST = /\.test\.tsx?$/;
const NOT_COUNTED = /\.test\.tsx?$|\.generated\.ts$|\.d\.m?ts$|(^|\/)fixtures\//;

/** A folder of one person's machine, in any system's notation. */
const MACHINE_PATH = /(?<![\w.:/-])(\/(work|root)\/[\w.-]+|\/(home|Users)\/\w+\/[\w.-]+|[A-Z]:\\Users\\\w+)/g;

const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`, 'g');
const NOT_RUN = /\b(it|test|describe)\.(skip|only|todo|failing)\b|\bexpect\(true\)/g;

/** The house rules that a look at each file by itself can tell. */
export const TEXT_RULES: readonly TextRule[] = [
  { title: 'names say what is inside', find: findDrawers },
  { title: `no source file above ${MOST_LINES} lines`, find: findLongFiles },
  { title: 'no path of one machine', find: (file) => (inFixtures(file) ? [] : findAll(file, MACHINE_PATH)) },
  { title: 'nothing left unfinished', find: (file) => (SOURCE.test(file.path) ? findAll(file, UNFINISHED) : []) },
  { title: 'every test runs', find: (file) => (TEST.test(file.path) ? findAll(file, NOT_RUN) : []) },
];

function findDrawers({ path }: ProjectText): string[] {
  const parts = path
    .split('/')
    .map((part, index, all) => (index === all.length - 1 ? (part.split('.')[0] ?? '') : part));
  return parts.filter((part) => DRAWERS.test(part)).map((part) => `${path}: "${part}" does not say what is inside`);
}

function findLongFiles({ path, text }: ProjectText): string[] {
  if (!SOURCE.test(path) || NOT_COUNTED.test(path)) return [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > MOST_LINES ? [`${path}: ${lines} lines`] : [];
}

function findAll({ path, text }: ProjectText, pattern: RegExp): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(pattern)].map(([found]) => `${path}:${index + 1}: ${found}`));
}

function inFixtures({ path }: ProjectText): boolean {
  return /(^|\/)fixtures\//.test(path) || path === 'package-lock.json';
}
