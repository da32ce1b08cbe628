const COLOURS = { DEBUG: 90, INFO: 36, WARN: 33, ERROR: 31 } as const;

/** Members that the readable line shows in other ways, or that only repeat another. */
const SHOWN = new Set(['ts', 'level', 'logger', 'msg', 'exc_info', 'correlation_id', 'event']);

/** How to show a line: whose it is (padded to a column) and whether with colours. */
export interface LineStyle {
  readonly name: string;
  readonly colour: boolean;
}

/**
 * One line of a process for people: `12:34:56 worker      INFO  Task done  task_id=… duration_ms=12`. A JSON log line is
 * taken apart; anything else stays as it is. An error's stack follows indented.
 */
export function renderLogLine(line: string, { name, colour }: LineStyle): string {
  const column = name.padEnd(11);
  const log = logOf(line);
  if (log === undefined) return `         ${column} ${line}`;
  const level = typeof log['level'] === 'string' ? log['level'].toUpperCase() : 'INFO';
  const paint = (text: string): string =>
    colour ? `\u001b[${COLOURS[level as keyof typeof COLOURS] ?? 0}m${text}\u001b[0m` : text;
  const fields = Object.entries(log)
    .filter(([field]) => !SHOWN.has(field))
    .map(([field, value]) => ` ${field}=${typeof value === 'string' ? quoted(value) : JSON.stringify(value)}`)
    .join('');
  const stack = typeof log['exc_info'] === 'string' ? `\n${log['exc_info'].replace(/^/gm, '           ')}` : '';
  const head = `${clock(log['ts'])} ${column} ${paint(level.padEnd(5))} ${text(log['msg'])} ${fields}`.trimEnd();
  return `${head}${stack}`;
}

/** The members of a JSON log line, or undefined for any other line. */
export function logOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The time of day as people here see it. */
function clock(moment: unknown): string {
  const date = new Date(typeof moment === 'string' ? moment : Number.NaN);
  return Number.isNaN(date.getTime()) ? '        ' : date.toTimeString().slice(0, 8);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
