import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

const NOT_OURS = new Set(['node_modules', 'dist', 'test-output', '.git', '.nx', '.nexus']);

/** Every file that belongs to the project, as paths relative to its folder: what git has or would take. */
export function projectFiles(root: string): string[] {
  const files = existsSync(join(root, '.git')) ? gitFiles(root) : walk(root, root);
  return files.filter((file) => existsSync(join(root, file))).sort();
}

function gitFiles(root: string): string[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options);
  return [...new Set(listed.split('\0').filter((file) => file !== ''))];
}

/** Of a downloaded archive, which has no git. */
function walk(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path, root) : [relative(root, path)];
  });
}
