-- A change that BullMQ's scripts did not announce themselves, on the stream they announce theirs on.
local eventsKept
local function announce(base, event, id, field, value)
  eventsKept = eventsKept or redis.call('HGET', base .. 'meta', 'opts.maxLenEvents') or '10000'
  redis.call('XADD', base .. 'events', 'MAXLEN', '~', eventsKept, '*', 'event', event, 'jobId', id, field, value)
end
