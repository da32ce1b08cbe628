import type { Redis, RedisOptions } from 'ioredis';

/** A connection and the copies BullMQ makes of it. */
export type ConnectionFamily = {
  connection: Redis;
  /** Ends all of them, also those that never came to Redis. */
  cut(): void;
};

/** Remembers the copies that are made of a connection from now on. */
export function familyOf(connection: Redis): ConnectionFamily {
  const members = [connection];
  const duplicate = connection.duplicate.bind(connection);
  connection.duplicate = (override?: Partial<RedisOptions>) => {
    const copy = duplicate(override);
    members.push(copy);
    return copy;
  };
  return {
    connection,
    cut() {
      for (const member of members) end(member);
    },
  };
}

/**
 * ioredis never ends a connection that waits between two tries to connect, and what waits for it waits for ever: the next
 * try is begun and broken off before anything is sent.
 */
function end(connection: Redis): void {
  if (connection.status === 'reconnecting') connection.connect().catch(() => undefined);
  connection.disconnect();
}
