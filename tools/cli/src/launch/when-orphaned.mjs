/** How often to look (milliseconds); nobody tells a process that its parent has died. */
const LOOK_MILLISECONDS = 500;

/**
 * Calls `action` once, when the process that started this one has ended. Does not keep this process alive.
 * @param {() => void} action
 * @param {{ parent?: () => number, every?: number }} options replaced in tests
 */
export function whenOrphaned(action, { parent = () => process.ppid, every = LOOK_MILLISECONDS } = {}) {
  const first = parent();
  const timer = setInterval(() => {
    if (parent() === first) return;
    clearInterval(timer);
    action();
  }, every);
  timer.unref();
}
