import { hash } from 'node:crypto';

/** JSON with the members of every object in order: equal values have equal texts. For plain JSON values of bounded depth. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Record<string, unknown>;
  // Written without lists in between: this runs over every prompt.
  let members = '';
  for (const name of inOrder(Object.keys(object))) {
    if (object[name] === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(object[name])}`;
  }
  return `{${members}}`;
}

/** Most objects have a few members, and sorting in place spares the lists that Array.prototype.sort makes. */
function inOrder(names: string[]): string[] {
  if (names.length > 16) return names.sort();
  for (let at = 1; at < names.length; at += 1) {
    const name = names[at] ?? '';
    let place = at;
    for (; place > 0 && (names[place - 1] ?? '') > name; place -= 1) names[place] = names[place - 1] ?? '';
    names[place] = name;
  }
  return names;
}

/** SHA-256 of the canonical JSON of a value, 64 hex digits. */
export function canonicalHash(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}
