/** What stands at a path; parameters are decoded, in a map without a prototype. */
export type RouteMatch<Target> = { target: Target; params: Readonly<Record<string, string>> };

/**
 * The declared paths, such as `/tasks/{task_id}/events`. `find` takes the target of a request as sent: the query does not
 * count, the case of letters does, one slash at the end does not. A fixed path wins over one with parameters, a parameter
 * is one whole segment and never empty. Throws a URIError when the percent-encoding of a parameter is broken.
 */
export type RouteTable<Target> = { find(url: string): RouteMatch<Target> | undefined };

type Pattern<Target> = { segments: readonly Segment[]; target: Target };
/** Text that must stand there, or the parameter that may. */
type Segment = { text: string } | { name: string };

const noParams: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);

/** Throws when a path is declared twice. */
export function createRouteTable<Target>(
  targets: Iterable<readonly [path: string, target: Target]>,
): RouteTable<Target> {
  const fixed = new Map<string, RouteMatch<Target>>();
  const patterns: Pattern<Target>[] = [];
  const seen = new Set<string>();
  for (const [path, target] of targets) {
    const shape = path.replace(/\{\w+\}/g, '{}');
    if (seen.has(shape)) throw new Error(`The path ${path} is declared twice.`);
    seen.add(shape);
    if (shape === path) fixed.set(path, { target, params: noParams });
    else patterns.push({ segments: path.split('/').map(segmentOf), target });
  }
  return {
    find(url) {
      const path = withoutLastSlash(pathOf(url));
      const known = fixed.get(path);
      if (known !== undefined) return known;
      const parts = path.split('/');
      for (const { segments, target } of patterns) {
        if (matches(segments, parts)) return { target, params: paramsOf(segments, parts) };
      }
      return undefined;
    },
  };
}

function segmentOf(text: string): Segment {
  const name = /^\{(\w+)\}$/.exec(text)?.[1];
  return name === undefined ? { text } : { name };
}

function matches(segments: readonly Segment[], parts: readonly string[]): boolean {
  if (segments.length !== parts.length) return false;
  return segments.every((segment, at) => ('text' in segment ? segment.text === parts[at] : parts[at] !== ''));
}

function paramsOf(segments: readonly Segment[], parts: readonly string[]): Record<string, string> {
  const params = Object.create(null) as Record<string, string>;
  for (const [at, segment] of segments.entries()) {
    if ('name' in segment) params[segment.name] = decodeURIComponent(parts[at] ?? '');
  }
  return params;
}

/** The path of a request target; proxies send whole addresses. */
function pathOf(url: string): string {
  const target = url.startsWith('/') ? url : url.replace(/^\w+:\/\/[^/?#]*/, '');
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
