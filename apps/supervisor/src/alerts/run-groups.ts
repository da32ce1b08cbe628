/** Groups that are worked on at the same time: webhooks of chats take about one message a second. */
const AT_ONCE = 4;

/** Items with the same key together, in their order. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Works through every group, a few at a time. Rejects with the first rejection of `work`. */
export async function runGroups<Group>(groups: readonly Group[], work: (group: Group) => Promise<void>): Promise<void> {
  const left = [...groups];
  async function worker(): Promise<void> {
    for (let group = left.shift(); group !== undefined; group = left.shift()) await work(group);
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
