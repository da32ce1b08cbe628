-- A change that BullMQ's scripts did not announce themselves, on the stream they announce theirs on.
local function announce(base, event, id, field, value)
  local length = redis.call('HGET', base .. 'meta', 'opts.maxLenEvents') or '10000'
  redis.call('XADD', base .. 'events', 'MAXLEN', '~', length, '*', 'event', event, 'jobId', id, field, value)
end
