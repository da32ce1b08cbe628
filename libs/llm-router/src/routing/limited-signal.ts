/** A signal that ends with the caller's (reason `caller`) or after so many seconds (`timeout`), whatever is first. Clear it after use. */
export function limitedSignal(caller: AbortSignal, seconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const hangUp = () => controller.abort('caller');
  if (caller.aborted) hangUp();
  caller.addEventListener('abort', hangUp, { once: true });
  const timer = setTimeout(() => controller.abort('timeout'), seconds * 1000);
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      caller.removeEventListener('abort', hangUp);
    },
  };
}
